package projections

import (
	"cmp"
	"slices"

	"parley/domain"
)

// numbered tells the events that make up the log of a channel.
func numbered(r domain.Recorded) bool {
	return r.Stream.Category == "channel" || r.Stream.Category == "message"
}

// logRow is a row of channel_log.
type logRow struct {
	key            channelKey
	seq, position  int64
	typ            string
	message        int64
	actor, subject string
	count, at      int64
}

// newLogRow describes any event of a channel or message, known type or not;
// count is that of the reaction it is about.
func newLogRow(r domain.Recorded, seq, count int64) *logRow {
	row := &logRow{
		key: channelOf(r), seq: seq, position: r.Position, typ: r.Event.Type(),
		message: int64(r.Stream.Message), count: count, at: r.Time.UnixMilli(),
	}
	if domain.ActorKind(r.Meta[domain.MetaActorKind]) == domain.ActorUser {
		row.actor = r.Meta[domain.MetaActor]
	}
	switch e := r.Event.(type) {
	case domain.MemberAdded:
		row.subject = string(e.User)
	case domain.MemberRemoved:
		row.subject = string(e.User)
	case domain.MemberRoleChanged:
		row.subject = string(e.User)
	case domain.OwnershipTransferred:
		row.subject = string(e.To)
	case domain.ReactionAdded:
		row.subject = e.Name
	case domain.ReactionRemoved:
		row.subject = e.Name
	}
	return row
}

func (t *timeline) logRows() Rows {
	n := len(t.log)
	apps, kinds, actors, subjects := make(texts, n), make(texts, n), make(texts, n), make(texts, n)
	channels, seqs, positions := make(ints, n), make(ints, n), make(ints, n)
	messages, counts, ats := make(ints, n), make(ints, n), make(ints, n)
	slices.SortFunc(t.log, func(a, b *logRow) int {
		if a.key != b.key {
			return a.key.compare(b.key)
		}
		return cmp.Compare(a.seq, b.seq)
	})
	for i, r := range t.log {
		apps[i], channels[i], seqs[i], positions[i] = string(r.key.app), int64(r.key.channel), r.seq, r.position
		kinds[i], messages[i], actors[i], subjects[i], counts[i], ats[i] = r.typ, r.message, r.actor, r.subject, r.count, r.at
	}
	return Rows{"channel_log", []Column{
		{"app", apps},
		{"channel", channels},
		{"seq", seqs},
		{"position", positions},
		{"type", kinds},
		{"message", messages},
		{"actor", actors},
		{"subject", subjects},
		{"count", counts},
		{"at", ats},
	}}
}

package projections

import (
	"github.com/jackc/pgx/v5"

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
func newLogRow(r domain.Recorded, seq, count int64) logRow {
	row := logRow{
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

func (t *timeline) storeLog(b *pgx.Batch) {
	n := len(t.log)
	if n == 0 {
		return
	}
	apps, types, actors, subjects := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	channels, seqs, positions := make([]int64, n), make([]int64, n), make([]int64, n)
	messages, counts, ats := make([]int64, n), make([]int64, n), make([]int64, n)
	for i, r := range t.log {
		apps[i], channels[i], seqs[i], positions[i] = string(r.key.app), int64(r.key.channel), r.seq, r.position
		types[i], messages[i], actors[i], subjects[i], counts[i], ats[i] = r.typ, r.message, r.actor, r.subject, r.count, r.at
	}
	b.Queue(`
		INSERT INTO channel_log (app, channel, seq, position, type, message, actor, subject, count, at)
		SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[],
			$7::text[], $8::text[], $9::bigint[], $10::bigint[])`,
		apps, channels, seqs, positions, types, messages, actors, subjects, counts, ats)
}

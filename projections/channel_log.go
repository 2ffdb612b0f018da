package projections

import (
	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// counters is where the numbers of a channel stand.
type counters struct {
	lastSeq, lastMsgSeq, lastMessage, lastMessageAt, lastPosition, lastDeletedSeq int64
	maxSentAt, disorder                                                           int64
}

// sent counts a new message.
func (c *counters) sent(m domain.MessageID, position, at int64) {
	if c.lastMsgSeq == 0 {
		c.maxSentAt = at
	}
	c.maxSentAt, c.disorder = max(c.maxSentAt, at), max(c.disorder, c.maxSentAt-at)
	c.lastMsgSeq++
	c.lastMessage, c.lastMessageAt, c.lastPosition = int64(m), at, position
}

// numbered tells the events that make up the log of a channel.
func numbered(r domain.Recorded) bool {
	return r.Stream.Category == "channel" || r.Stream.Category == "message"
}

func (t *timeline) queueCounters(b *pgx.Batch, events []domain.Recorded) {
	var apps []string
	var channels []int64
	for _, r := range events {
		k := channelOf(r)
		if !numbered(r) || t.counters[k] != nil {
			continue
		}
		t.counters[k] = &counters{}
		apps, channels = append(apps, string(k.app)), append(channels, int64(k.channel))
	}
	if len(apps) == 0 {
		return
	}
	b.Queue(`
		SELECT c.app, c.channel, c.last_seq, c.last_msg_seq, c.last_message, c.last_message_at, c.last_position,
			c.last_deleted_seq, c.max_sent_at, c.disorder
		FROM unnest($1::text[], $2::bigint[]) AS k (app, channel)
		JOIN channel_counters c ON c.app = k.app AND c.channel = k.channel`, apps, channels).Query(func(rows pgx.Rows) error {
		var k channelKey
		var c counters
		_, err := pgx.ForEachRow(rows, []any{
			&k.app, &k.channel, &c.lastSeq, &c.lastMsgSeq, &c.lastMessage, &c.lastMessageAt, &c.lastPosition, &c.lastDeletedSeq,
			&c.maxSentAt, &c.disorder,
		}, func() error {
			*t.counters[k] = c
			return nil
		})
		return err
	})
}

func (t *timeline) storeCounters(b *pgx.Batch) {
	if len(t.counters) == 0 {
		return
	}
	var apps []string
	var channels, seqs, msgSeqs, messages, ats, positions, deleted, maxSent, disorders []int64
	for k, c := range t.counters {
		apps, channels = append(apps, string(k.app)), append(channels, int64(k.channel))
		seqs, msgSeqs = append(seqs, c.lastSeq), append(msgSeqs, c.lastMsgSeq)
		messages, ats = append(messages, c.lastMessage), append(ats, c.lastMessageAt)
		positions, deleted = append(positions, c.lastPosition), append(deleted, c.lastDeletedSeq)
		maxSent, disorders = append(maxSent, c.maxSentAt), append(disorders, c.disorder)
	}
	b.Queue(`
		INSERT INTO channel_counters (app, channel, last_seq, last_msg_seq, last_message, last_message_at, last_position,
			last_deleted_seq, max_sent_at, disorder)
		SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
			$9::bigint[], $10::bigint[])
		ON CONFLICT (app, channel) DO UPDATE SET
			last_seq = excluded.last_seq, last_msg_seq = excluded.last_msg_seq, last_message = excluded.last_message,
			last_message_at = excluded.last_message_at, last_position = excluded.last_position,
			last_deleted_seq = excluded.last_deleted_seq, max_sent_at = excluded.max_sent_at, disorder = excluded.disorder`,
		apps, channels, seqs, msgSeqs, messages, ats, positions, deleted, maxSent, disorders)
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

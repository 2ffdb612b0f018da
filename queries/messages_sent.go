package queries

import (
	"math"

	"github.com/jackc/pgx/v5"
)

// Span is a time in which messages were sent, in milliseconds since 1970:
// from Start on, before End.
type Span struct {
	Start, End int64
}

// A page of the messages that were sent in a time. Their order is that of
// msg_seq, with which times need not go: clocks differ a little, and what was
// imported may be older than what stands before it.
//
// The disorder of a channel is by how much, at most. Where that is little, a
// message sent that much before the time, and one sent that much after it,
// stand around the page, and all between them are looked at. Where it is much
// the index by time is read, and only messages of the time are looked at.
const (
	sentSpan = `
		WITH channel AS (
			SELECT c.disorder, c.disorder <= 60000 AS orderly FROM rm.channel_counters_v3 c
			WHERE c.app = $1 AND c.channel = $2
		), span AS (
			SELECT coalesce((
					SELECT p.msg_seq FROM rm.messages_v3 p
					WHERE p.app = $1 AND p.channel = $2 AND p.sent_at < $5::bigint - (SELECT disorder FROM channel)
					ORDER BY p.sent_at DESC, p.msg_seq DESC
					LIMIT 1), 0) AS above,
				coalesce((
					SELECT p.msg_seq FROM rm.messages_v3 p
					WHERE p.app = $1 AND p.channel = $2 AND p.sent_at >= $6::bigint + (SELECT disorder FROM channel)
					ORDER BY p.sent_at, p.msg_seq
					LIMIT 1), 9223372036854775807) AS below
		)
		SELECT m.* FROM unnest(`
	sentBefore = sentSpan + `
			ARRAY(
				SELECT m.msg_seq FROM rm.messages_v3 m
				WHERE m.app = $1 AND m.channel = $2 AND (SELECT orderly FROM channel)
					AND m.msg_seq > (SELECT above FROM span) AND m.msg_seq < (SELECT below FROM span)
					AND m.msg_seq <= ` + seqBefore + ` AND m.sent_at + 0 >= $5 AND m.sent_at + 0 < $6 -- not by time
				ORDER BY m.msg_seq DESC
				LIMIT $3)
			|| ARRAY(
				SELECT m.msg_seq FROM rm.messages_v3 m
				WHERE m.app = $1 AND m.channel = $2 AND NOT (SELECT orderly FROM channel)
					AND m.msg_seq <= ` + seqBefore + ` AND m.sent_at >= $5 AND m.sent_at < $6
				ORDER BY m.msg_seq + 0 DESC -- not by msg_seq
				LIMIT $3)) AS n (seq)` + sentMessage + `
		ORDER BY n.seq DESC
		LIMIT $3`
	sentAfter = sentSpan + `
			ARRAY(
				SELECT m.msg_seq FROM rm.messages_v3 m
				WHERE m.app = $1 AND m.channel = $2 AND (SELECT orderly FROM channel)
					AND m.msg_seq > (SELECT above FROM span) AND m.msg_seq < (SELECT below FROM span)
					AND m.msg_seq >= ` + seqAfter + ` AND m.sent_at + 0 >= $5 AND m.sent_at + 0 < $6 -- not by time
				ORDER BY m.msg_seq
				LIMIT $3)
			|| ARRAY(
				SELECT m.msg_seq FROM rm.messages_v3 m
				WHERE m.app = $1 AND m.channel = $2 AND NOT (SELECT orderly FROM channel)
					AND m.msg_seq >= ` + seqAfter + ` AND m.sent_at >= $5 AND m.sent_at < $6
				ORDER BY m.msg_seq + 0 -- not by msg_seq
				LIMIT $3)) AS n (seq)` + sentMessage + `
		ORDER BY n.seq
		LIMIT $3`
	// sentMessage looks up a message by its msg_seq, the next one from there
	// on: asked like this, a plan made while there is little cannot but take
	// the primary key.
	sentMessage = `
		CROSS JOIN LATERAL (
			SELECT ` + messageColumns + ` FROM rm.messages_v3 p
			WHERE p.app = $1 AND p.channel = $2 AND p.msg_seq >= n.seq
			ORDER BY p.msg_seq
			LIMIT 1) AS m`
)

// queueSent queues the query of a page in a time.
func (q History) queueSent(b *pgx.Batch, args []any) *pgx.QueuedQuery {
	if q.After > 0 {
		return b.Queue(sentAfter, append(args, int64(q.After), q.Sent.Start, q.Sent.End)...)
	}
	before := int64(q.Before)
	if before == 0 {
		before = math.MaxInt64
	}
	return b.Queue(sentBefore, append(args, before, q.Sent.Start, q.Sent.End)...)
}

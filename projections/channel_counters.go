package projections

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// counters is where the numbers of a channel stand.
type counters struct {
	lastSeq, lastMsgSeq, lastMessage, lastMessageAt, lastPosition, lastDeletedSeq int64
	maxSentAt, disorder                                                           int64

	profile *profile // what the batch changes beside the numbers, nil for nothing
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

// profile is what a batch makes of a channel beside its numbers.
type profile struct {
	created   bool // in this batch; else the rest is nil or false where nothing changes
	kind      domain.ChannelKind
	createdAt int64
	owner     *domain.UserID
	event     *uuid.UUID // of sealed
	sealed    []byte
	deleted   bool
}

// change is where changes of a channel's profile gather.
func (c *counters) change() *profile {
	if c.profile == nil {
		c.profile = &profile{}
	}
	return c.profile
}

// applyProfile notes what a channel is and is called.
func (c *counters) applyProfile(r domain.Recorded) {
	switch e := r.Event.(type) {
	case domain.ChannelCreated:
		*c.change() = profile{
			created: true, kind: e.Kind, createdAt: r.Time.UnixMilli(), owner: &e.Owner, event: &r.ID, sealed: blob(e.Sealed),
		}
	case domain.ChannelRenamed:
		c.change().event, c.profile.sealed = &r.ID, blob(e.Sealed)
	case domain.ChannelDeleted:
		c.change().deleted = true
	case domain.OwnershipTransferred:
		c.change().owner = &e.To
	}
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
		ON CONFLICT (channel, app) DO UPDATE SET
			last_seq = excluded.last_seq, last_msg_seq = excluded.last_msg_seq, last_message = excluded.last_message,
			last_message_at = excluded.last_message_at, last_position = excluded.last_position,
			last_deleted_seq = excluded.last_deleted_seq, max_sent_at = excluded.max_sent_at, disorder = excluded.disorder`,
		apps, channels, seqs, msgSeqs, messages, ats, positions, deleted, maxSent, disorders)
	t.storeProfiles(b)
}

// storeProfiles changes rows that are there by now.
func (t *timeline) storeProfiles(b *pgx.Batch) {
	for k, c := range t.counters {
		p := c.profile
		switch {
		case p == nil:
		case p.created:
			b.Queue(`
				UPDATE channel_counters SET created_at = $3, kind = $4, deleted = $5, owner = $6, event = $7, sealed = $8
				WHERE app = $1 AND channel = $2`,
				k.app, int64(k.channel), p.createdAt, string(p.kind), p.deleted, p.owner, p.event, p.sealed)
		default:
			b.Queue(`
				UPDATE channel_counters SET deleted = deleted OR $3, owner = coalesce($4, owner), event = coalesce($5, event),
					sealed = CASE WHEN $5::uuid IS NULL THEN sealed ELSE $6 END
				WHERE app = $1 AND channel = $2`,
				k.app, int64(k.channel), p.deleted, p.owner, p.event, p.sealed)
		}
	}
}

package projections

import (
	"github.com/jackc/pgx/v5"

	"parley/domain"
)

type cursorKey struct {
	channelKey
	reader domain.UserID
}

type cursorUser struct {
	app  domain.AppID
	user domain.UserID
}

// cursor is where a read cursor ends up after the batch.
type cursor struct {
	seq, message, at int64
	reset            bool // the stored one counts no more: joined anew, or gone
	gone             bool
	reader           // with reset
}

// move takes a cursor forward.
func (t *timeline) move(k cursorKey, seq, message, at int64) {
	c, ok := t.cursors[k]
	switch {
	case !ok:
		t.cursors[k] = &cursor{seq: seq, message: message, at: at}
	case c.gone:
		*c = cursor{seq: seq, message: message, at: at, reset: true}
	case seq > c.seq:
		c.seq, c.message, c.at = seq, message, at
	}
}

// applyMembership gives new members a cursor at the newest message of the
// moment (CH-611) and takes it from those who are gone.
func (t *timeline) applyMembership(r domain.Recorded, c *counters) {
	key := func(u domain.UserID) cursorKey { return cursorKey{channelOf(r), u} }
	join := func(u domain.UserID, role domain.Role, other domain.UserID) {
		t.cursors[key(u)] = &cursor{
			seq: c.lastMsgSeq, message: c.lastMessage, at: r.Time.UnixMilli(), reset: true, reader: reader{role: &role, other: other},
		}
		delete(t.readers, key(u))
	}
	switch e := r.Event.(type) {
	case domain.ChannelCreated:
		for _, m := range e.Members {
			join(m.User, m.Role, e.Other(m.User))
		}
	case domain.MemberAdded:
		join(e.User, e.Role, "")
	case domain.MemberRemoved:
		t.cursors[key(e.User)] = &cursor{reset: true, gone: true}
		delete(t.readers, key(e.User))
	case domain.MemberRoleChanged:
		t.reader(key(e.User)).role = &e.Role
	case domain.OwnershipTransferred:
		admin, owner := domain.RoleAdmin, domain.RoleOwner
		t.reader(key(e.From)).role, t.reader(key(e.To)).role = &admin, &owner
	}
}

func (t *timeline) applyRead(r domain.Recorded) {
	e, ok := r.Event.(domain.ReadCursorAdvanced)
	if !ok {
		return
	}
	if seq := t.seqOf(messageOf(r, e.Message)); seq > 0 {
		t.move(cursorKey{channelOf(r), r.Stream.User}, seq, int64(e.Message), r.Time.UnixMilli())
	}
}

func (t *timeline) storeCursors(b *pgx.Batch) {
	var gone, moved, reset cursorRows
	for k, c := range t.cursors {
		switch {
		case c.gone:
			gone.add(k, c)
		case c.reset:
			reset.add(k, c)
		default:
			moved.add(k, c)
		}
	}
	if len(gone.apps) > 0 {
		b.Queue(`
			DELETE FROM cursors c USING unnest($1::text[], $2::bigint[], $3::text[]) AS g (app, channel, reader)
			WHERE c.app = g.app AND c.reader = g.reader AND c.channel = g.channel`, gone.apps, gone.channels, gone.readers)
	}
	if len(moved.apps) > 0 {
		b.Queue(`
			INSERT INTO cursors AS c (app, channel, reader, read_seq, read_message, updated_at)
			SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[])
			ON CONFLICT (app, reader, channel) DO UPDATE SET
				read_seq = excluded.read_seq, read_message = excluded.read_message, updated_at = excluded.updated_at
			WHERE excluded.read_seq > c.read_seq`,
			moved.apps, moved.channels, moved.readers, moved.seqs, moved.messages, moved.ats)
	}
	if len(reset.apps) > 0 {
		b.Queue(`
			INSERT INTO cursors AS c (app, channel, reader, read_seq, read_message, updated_at, hidden, role, other)
			SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
				$8::text[], $9::text[])
			ON CONFLICT (app, reader, channel) DO UPDATE SET
				read_seq = excluded.read_seq, read_message = excluded.read_message, updated_at = excluded.updated_at,
				hidden = excluded.hidden, role = excluded.role, other = excluded.other`,
			reset.apps, reset.channels, reset.readers, reset.seqs, reset.messages, reset.ats, reset.hidden, reset.roles, reset.others)
	}
}

// cursorRows are cursors as columns.
type cursorRows struct {
	apps, readers, roles, others          []string
	channels, seqs, messages, ats, hidden []int64
}

func (r *cursorRows) add(k cursorKey, c *cursor) {
	r.apps, r.readers = append(r.apps, string(k.app)), append(r.readers, string(k.reader))
	r.channels = append(r.channels, int64(k.channel))
	r.seqs, r.messages, r.ats = append(r.seqs, c.seq), append(r.messages, c.message), append(r.ats, c.at)
	r.hidden, r.roles = append(r.hidden, value(c.hidden)), append(r.roles, string(value(c.role)))
	r.others = append(r.others, string(c.other))
}

// value is what a pointer leads to, the zero value if it is nil.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

package projections

import (
	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// reader is what a cursor's row says of its user beside how far it has read.
// Nil is what is stored already, or nothing for a row that is new.
type reader struct {
	role   *domain.Role
	hidden *int64
	other  domain.UserID // of a dm, set once
}

func (r *reader) hide(at int64) { r.hidden = &at }

// reader is where changes of a cursor's row gather. What is said of a row that
// is gone is forgotten.
func (t *timeline) reader(k cursorKey) *reader {
	switch c, ok := t.cursors[k]; {
	case ok && c.gone:
		return &reader{}
	case ok && c.reset:
		return &c.reader
	}
	r, ok := t.readers[k]
	if !ok {
		r = &reader{}
		t.readers[k] = r
	}
	return r
}

// storeReaders changes the rows that are there.
func (t *timeline) storeReaders(b *pgx.Batch) {
	if len(t.readers) == 0 {
		return
	}
	var apps, users []string
	var channels []int64
	var roles []*string
	var hidden []*int64
	for k, r := range t.readers {
		apps, users, channels = append(apps, string(k.app)), append(users, string(k.reader)), append(channels, int64(k.channel))
		roles, hidden = append(roles, (*string)(r.role)), append(hidden, r.hidden)
	}
	b.Queue(`
		UPDATE cursors c SET role = coalesce(n.role, c.role), hidden = coalesce(n.hidden, c.hidden)
		FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[]) AS n (app, channel, reader, role, hidden)
		WHERE c.app = n.app AND c.reader = n.reader AND c.channel = n.channel`, apps, channels, users, roles, hidden)
}

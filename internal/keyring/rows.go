package keyring

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"parley/domain"
	"parley/internal/dbpool"
)

// found is a row that was read: its key, or why it has none.
type found struct {
	key *key
	err error
}

// columns are slots as parallel arrays, the form in which they go to SQL.
type columns struct {
	apps, kinds, subjects []string
	versions              []int32
}

func newColumns(slots []slot) columns {
	var c columns
	for _, s := range slots {
		c.apps = append(c.apps, s.app)
		c.kinds = append(c.kinds, s.kind)
		c.subjects = append(c.subjects, s.subject)
		c.versions = append(c.versions, int32(s.version))
	}
	return c
}

// read looks up keys in one query and remembers them. A slot without a row is
// absent from the answer.
func (r *Ring) read(ctx context.Context, slots []slot) (map[slot]found, error) {
	type row struct {
		Ord        int
		Generation int
		Wrapped    []byte
	}
	mark := r.cache.mark()
	c := newColumns(slots)
	conn, err := dbpool.Acquire(ctx, r.db)
	if err != nil {
		return nil, fmt.Errorf("read keyring: %w", err)
	}
	rows, _ := conn.Query(ctx, `
		SELECT w.ord, k.generation, k.wrapped
		FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[])
			WITH ORDINALITY AS w (app, kind, subject, version, ord)
		JOIN keyring k USING (app, kind, subject, version)`, c.apps, c.kinds, c.subjects, c.versions)
	got, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	conn.Release() // the root key may be read from the database below
	if err != nil {
		return nil, fmt.Errorf("read keyring: %w", err)
	}
	out := make(map[slot]found, len(got))
	for _, row := range got {
		s := slots[row.Ord-1]
		k, err := r.unwrap(ctx, s, row.Generation, row.Wrapped)
		if err == nil {
			r.cache.keep(mark, s, k)
		}
		out[s] = found{k, err}
	}
	return out, nil
}

func (r *Ring) unwrap(ctx context.Context, s slot, generation int, wrapped []byte) (*key, error) {
	if wrapped == nil {
		return nil, domain.ErrErased
	}
	root, err := r.roots.aead(ctx, generation)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s, err)
	}
	k, err := unwrap(root, s, wrapped)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s, err)
	}
	return k, nil
}

// insert stores keys that do not exist yet, raw[i] under slots[i], and leaves
// those that do. Nothing is stored when a newer generation of the root key
// has taken over: what an old one wraps might never open again. The commit is
// durable.
func (r *Ring) insert(ctx context.Context, slots []slot, raw [][]byte) error {
	set := r.roots.set.Load()
	wrapped := make([][]byte, len(slots))
	for i, s := range slots {
		wrapped[i] = wrap(set.aeads[set.newest], s, raw[i])
	}
	c := newColumns(slots)
	err := pgx.BeginTxFunc(ctx, r.db, durable, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO keyring (app, kind, subject, version, generation, wrapped)
			SELECT n.app, n.kind, n.subject, n.version, $6::integer, n.wrapped
			FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bytea[])
				WITH ORDINALITY AS n (app, kind, subject, version, wrapped, ord)
			WHERE $6::integer = (SELECT max(generation) FROM keyring_generations)
			ORDER BY n.ord
			ON CONFLICT ON CONSTRAINT keyring_pkey DO NOTHING`,
			c.apps, c.kinds, c.subjects, c.versions, wrapped, set.newest)
		return err
	})
	if err != nil {
		return fmt.Errorf("insert into keyring: %w", err)
	}
	return nil
}

// insertAndRead stores what does not exist and reads all of it back, the
// winners of every race. When a rotation of the root key or an erasure came
// between, it begins again.
func (r *Ring) insertAndRead(ctx context.Context, slots []slot, raw [][]byte) (map[slot]found, error) {
	for range 3 {
		if err := r.insert(ctx, slots, raw); err != nil {
			return nil, err
		}
		got, err := r.read(ctx, slots)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(slots, func(s slot) bool { _, ok := got[s]; return !ok }) {
			return got, nil
		}
		if err := r.roots.reload(ctx); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("keyring: inserted keys do not stay")
}

// makeKeys is one round of the inserter.
func (r *Ring) makeKeys(ctx context.Context, slots []slot) (map[slot]found, error) {
	slices.SortFunc(slots, slot.compare)
	raw := make([][]byte, len(slots))
	for i := range raw {
		raw[i] = make([]byte, keySize)
		rand.Read(raw[i])
	}
	return r.insertAndRead(ctx, slots, raw)
}

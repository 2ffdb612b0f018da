package projections_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/eventstore"
	"parley/migrations"
	"parley/projections"
)

// model is a set of tables of all projections without a runtime: batches are
// applied as the test cuts them.
type model struct {
	pool   *pgxpool.Pool
	prefix string
}

// newModel makes empty tables in schemas of their own.
func newModel(t testing.TB, pool *pgxpool.Pool, prefix string) *model {
	t.Helper()
	m := &model{pool: pool, prefix: prefix}
	for _, p := range projections.All {
		sql, err := migrations.Projection(p.Name)
		require.NoError(t, err)
		schema := m.schema(p)
		exec(t, pool, "CREATE SCHEMA "+schema+"; SET search_path TO "+schema+"; "+sql+"; RESET search_path")
	}
	return m
}

// liveModel are the tables that the views of the queries show.
func liveModel(t testing.TB, pool *pgxpool.Pool) *model {
	t.Helper()
	_, err := projections.New(t.Context(), projections.Config{DB: pool})
	require.NoError(t, err)
	return &model{pool: pool}
}

func (m *model) schema(p projections.Projection) string {
	if m.prefix == "" {
		return p.Schema(1)
	}
	return m.prefix + "_" + p.Name
}

// apply applies one batch, one transaction a projection.
func (m *model) apply(t testing.TB, batch []eventstore.Recorded) {
	t.Helper()
	m.applyBut(t, batch, func(string, eventstore.Recorded) bool { return false })
}

// applyBut is apply without the events that a projection is to skip.
func (m *model) applyBut(t testing.TB, batch []eventstore.Recorded, skip func(projection string, r eventstore.Recorded) bool) {
	t.Helper()
	for _, p := range projections.All {
		var events []domain.Recorded
		for _, r := range batch {
			category, _, _ := strings.Cut(r.Stream, "-")
			if slices.Contains(p.Categories, category) && !skip(p.Name, r) {
				e, err := r.Decode()
				require.NoError(t, err)
				events = append(events, e)
			}
		}
		if len(events) == 0 {
			continue
		}
		ctx := context.Background()
		err := pgx.BeginFunc(ctx, m.pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, "SET LOCAL search_path TO "+m.schema(p)); err != nil {
				return err
			}
			return p.Apply(ctx, inside{tx}, events)
		})
		require.NoError(t, err)
	}
}

// inside is a transaction in which writes run at once.
type inside struct{ pgx.Tx }

func (t inside) Load(b *pgx.Batch) error {
	return t.SendBatch(context.Background(), b).Close()
}

func (t inside) Insert(r projections.Rows) {
	b := &pgx.Batch{}
	if r.Len() > 0 {
		r.Queue(b)
	}
	t.Store(b)
}

func (t inside) Store(b *pgx.Batch) {
	if err := t.Load(b); err != nil {
		panic(err)
	}
}

// applyIn applies events in batches of the given sizes, the last one of what
// is left.
func (m *model) applyIn(t testing.TB, events []eventstore.Recorded, sizes ...int) {
	t.Helper()
	for _, n := range sizes {
		n = min(n, len(events))
		m.apply(t, events[:n])
		events = events[n:]
	}
	m.apply(t, events)
}

func (m *model) dump(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	for _, p := range projections.All {
		b.WriteString(dump(t, m.pool, m.schema(p)))
	}
	return b.String()
}

// clear empties all tables.
func (m *model) clear(t testing.TB) {
	t.Helper()
	var sql strings.Builder
	for _, p := range projections.All {
		for _, table := range tables(t, m.pool, m.schema(p)) {
			sql.WriteString("DELETE FROM " + m.schema(p) + "." + table.name + ";")
		}
	}
	exec(t, m.pool, sql.String())
}

// fresh is the dump of one replay of a log in one batch.
func fresh(t testing.TB, pool *pgxpool.Pool, log eventstore.Log) string {
	t.Helper()
	m := newModel(t, pool, "fresh")
	m.apply(t, all(t, log))
	return m.dump(t)
}

// all are the events of a log.
func all(t testing.TB, log eventstore.Log) []eventstore.Recorded {
	t.Helper()
	var events []eventstore.Recorded
	for r, err := range log.ReadAll(context.Background(), 0, 0) {
		require.NoError(t, err)
		events = append(events, r)
	}
	return events
}

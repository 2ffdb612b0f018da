package projections_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"parley/projections"
)

// dump is the content of all tables of a schema, each in the order of its
// primary key.
func dump(t testing.TB, pool *pgxpool.Pool, schema string) string {
	t.Helper()
	var b strings.Builder
	for _, table := range tables(t, pool, schema) {
		fmt.Fprintf(&b, "== %s\n", table.name)
		got, err := pool.Query(context.Background(), fmt.Sprintf("SELECT t::text FROM %s.%s AS t ORDER BY %s", schema, table.name, table.key))
		require.NoError(t, err)
		lines, err := pgx.CollectRows(got, pgx.RowTo[string])
		require.NoError(t, err)
		for _, line := range lines {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

type table struct{ name, key string }

// tables lists the tables of a schema with the columns of their primary keys.
// A table without one cannot be compared and fails the test.
func tables(t testing.TB, pool *pgxpool.Pool, schema string) []table {
	t.Helper()
	got, err := pool.Query(context.Background(), `
		SELECT c.relname, (
			SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.ord)
			FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (attnum, ord)
			JOIN pg_attribute a ON a.attnum = k.attnum
			WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid)
		FROM pg_class c
		WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r'
		ORDER BY c.relname`, schema)
	require.NoError(t, err)
	list, err := pgx.CollectRows(got, func(row pgx.CollectableRow) (table table, err error) {
		return table, row.Scan(&table.name, &table.key)
	})
	require.NoError(t, err)
	require.NotEmpty(t, list, "schema %s has no tables", schema)
	return list
}

// liveDump is the content of the live builds of all projections.
func liveDump(t testing.TB, pool *pgxpool.Pool) string {
	t.Helper()
	var b strings.Builder
	for _, p := range projections.All {
		b.WriteString(dump(t, pool, p.Schema(liveBuild(t, pool, p))))
	}
	return b.String()
}

// liveBuild is the number of the build that the views show.
func liveBuild(t testing.TB, pool *pgxpool.Pool, p projections.Projection) (build int) {
	t.Helper()
	require.NoError(t, pool.QueryRow(context.Background(), `
		SELECT build FROM projections WHERE name = $1 AND code_version = $2 AND state = 'live'`, p.Name, p.Version).Scan(&build))
	return build
}

// same compares two dumps and shows the first line that differs.
func same(t testing.TB, want, got string, about ...any) {
	t.Helper()
	if want != got {
		require.FailNow(t, "the rows differ: "+difference(want, got), about...)
	}
}

// difference is the first line in which two dumps differ.
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return "\nwant " + w[i] + "\n got " + g[i]
		}
	}
	return "one goes on where the other ends"
}

package postgres

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/pgtest"
	"parley/migrations"
)

// TestPlansDoNotScan holds the writer's plans, made once while the tables are
// empty, to the indexes.
func TestPlansDoNotScan(t *testing.T) {
	ctx := context.Background()
	pool := pgtest.Pool(t)
	sql, err := migrations.FS.ReadFile("0001_log.sql")
	require.NoError(t, err)
	_, err = pool.Exec(ctx, string(sql))
	require.NoError(t, err)
	conn, err := pool.Acquire(ctx)
	require.NoError(t, err)
	defer conn.Release()
	_, err = conn.Exec(ctx, session)
	require.NoError(t, err)
	for name, sql := range statements() {
		prepared, err := conn.Conn().Prepare(ctx, name, sql)
		require.NoError(t, err, name)
		nulls := strings.TrimSuffix(strings.Repeat("NULL,", len(prepared.ParamOIDs)), ",")
		rows, err := conn.Query(ctx, "EXPLAIN EXECUTE "+name+"("+nulls+")")
		require.NoError(t, err, name)
		for rows.Next() {
			line := string(rows.RawValues()[0])
			require.NotContains(t, line, "Seq Scan", name)
			require.NotContains(t, line, "Sort", name)
		}
		require.NoError(t, rows.Err())
	}
}

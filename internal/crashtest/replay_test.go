package crashtest_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"parley/internal/server"
	"parley/projections"
)

// checkReplay builds the read models anew, in another database, from the log
// alone, and demands that the incremental ones are the same row for row.
func checkReplay(t *testing.T, dsn, rootKey string) {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	s, err := server.Open(t.Context(), server.Config{
		DatabaseURL: dsn, RootKeyFile: rootKey, Operator: strings.Repeat("o", 32), Assets: assetSettings(t), Logger: quiet,
	})
	require.NoError(t, err)
	t.Cleanup(s.Close)

	fresh := "replay_" + strings.ToLower(rand.Text()[:16])
	_, err = s.Pool.Exec(t.Context(), `CREATE DATABASE `+fresh)
	require.NoError(t, err)
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	u.Path = "/" + fresh
	db, err := pgxpool.New(t.Context(), u.String())
	require.NoError(t, err)
	t.Cleanup(db.Close)
	require.NoError(t, server.Migrate(t.Context(), db, quiet))

	replay, err := projections.New(t.Context(), projections.Config{Log: s.Log, DB: db, Logger: quiet})
	require.NoError(t, err)
	running, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- replay.Run(running) }()
	defer func() {
		stop()
		assert.NoError(t, <-ended)
	}()

	head, err := s.Log.Head(t.Context())
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	for _, p := range projections.All {
		_, err := s.Projections.Wait(ctx, []string{p.Name}, int64(head))
		require.NoError(t, err)
		_, err = replay.Wait(ctx, []string{p.Name}, int64(head))
		require.NoError(t, err)
		for _, table := range p.Tables {
			assert.Equal(t, sumOf(t, db, p.View(table)), sumOf(t, s.Pool, p.View(table)), "%s of a replay and as it stands", table)
		}
	}
}

// sum stands for all rows of a table.
type sum struct {
	Rows   int64
	Hashes string
}

func sumOf(t *testing.T, db *pgxpool.Pool, table string) (s sum) {
	t.Helper()
	err := db.QueryRow(t.Context(), `
		SELECT count(*), coalesce(sum(hashtextextended(r::text, 0)), 0)::text
		FROM `+table+` AS r`).Scan(&s.Rows, &s.Hashes)
	require.NoError(t, err)
	return s
}

package crashtest_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"parley/internal/embeddedpg"
	"parley/internal/histcheck"
)

// checkLog opens the database that parley has left and compares it with what
// the clients saw.
func checkLog(t *testing.T, dataDir string, final map[string][]histcheck.Message) {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	pg, err := embeddedpg.Start(t.Context(), embeddedpg.Config{DataDir: dataDir, BinDir: os.Getenv("PARLEY_PG_BIN"), Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, pg.Stop(context.Background())) })
	checkDatabase(t, pg.URL(), filepath.Join(dataDir, "root.key"), final)
}

// checkDatabase compares a database that nobody serves with what the clients
// saw.
func checkDatabase(t *testing.T, dsn, rootKey string, final map[string][]histcheck.Message) {
	t.Helper()
	db, err := pgxpool.New(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(db.Close)

	checkOrder(t, db)
	checkMessages(t, db, final)
	checkIndexes(t, db)
	checkReplay(t, dsn, rootKey)
}

// checkOrder demands a log without holes, with times that never go back, and
// streams without holes.
func checkOrder(t *testing.T, db *pgxpool.Pool) {
	t.Helper()
	for what, query := range map[string]string{
		"a hole in the positions": `
			SELECT count(*) FROM (
				SELECT position, row_number() OVER (ORDER BY position) AS n
				FROM es_events) AS e
			WHERE position <> n`,
		"a head that is not the end": `
			SELECT count(*) FROM es_head
			WHERE position <> (SELECT coalesce(max(position), 0) FROM es_events)`,
		"a time that goes back": `
			SELECT count(*) FROM (
				SELECT recorded_at, lag(recorded_at) OVER (ORDER BY position) AS before
				FROM es_events) AS e
			WHERE recorded_at < before`,
		"a hole in a stream": `
			SELECT count(*) FROM (
				SELECT revision, row_number() OVER (PARTITION BY stream_key ORDER BY position) AS n
				FROM es_events) AS e
			WHERE revision <> n - 1`,
		"an event without its stream's name or type": `
			SELECT (SELECT count(*) FROM es_events) - (SELECT count(*) FROM es_events_json)`,
	} {
		var n int64
		require.NoError(t, db.QueryRow(t.Context(), query).Scan(&n), what)
		assert.Zero(t, n, "the log has %s", what)
	}
}

// checkMessages demands that the log holds exactly the messages that the walks
// have shown, in that order, and that ids rise over all rooms.
func checkMessages(t *testing.T, db *pgxpool.Pool, final map[string][]histcheck.Message) {
	t.Helper()
	rows, err := db.Query(t.Context(), `
		SELECT stream FROM es_events_json
		WHERE type = 'MessageSent'
		ORDER BY position`)
	require.NoError(t, err)
	streams, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)

	logged := make(map[string][]string)
	last := int64(0)
	for _, stream := range streams {
		names := strings.Split(strings.TrimPrefix(stream, "message-"+appID+"."), ".")
		require.Len(t, names, 2, stream)
		var id int64
		_, err := fmt.Sscan(names[1], &id)
		require.NoError(t, err, stream)
		assert.Greater(t, id, last, "ids in the order of positions")
		last = id
		logged[names[0]] = append(logged[names[0]], names[1])
	}
	require.Len(t, logged, len(final))
	for room, messages := range final {
		shown := make([]string, len(messages))
		for i, m := range messages {
			shown[i] = m.ID
		}
		assert.True(t, slices.Equal(shown, logged[room]), "room %s shows %d messages, the log has %d, or in another order",
			room, len(shown), len(logged[room]))
	}
}

// checkIndexes verifies every B-tree of ours, and that no row of a table is
// missing in it.
func checkIndexes(t *testing.T, db *pgxpool.Pool) {
	t.Helper()
	if _, err := db.Exec(t.Context(), `CREATE EXTENSION IF NOT EXISTS amcheck`); err != nil {
		t.Logf("indexes are not verified: %v", err)
		return
	}
	rows, err := db.Query(t.Context(), `
		SELECT c.oid::regclass::text
		FROM pg_class c
		JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree'
		WHERE c.relkind = 'i'`)
	require.NoError(t, err)
	indexes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	for _, index := range indexes {
		_, err := db.Exec(t.Context(), `SELECT bt_index_parent_check($1::regclass, true, true)`, index)
		assert.NoError(t, err, index)
	}
	t.Logf("%d indexes verified", len(indexes))
}

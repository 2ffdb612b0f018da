package postgres_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"parley/internal/eventstore"
	"parley/internal/eventstore/postgres"
	"parley/internal/eventstore/storetest"
	"parley/internal/pgtest"
	"parley/migrations"
)

var all = []storetest.Capability{
	storetest.Guards, storetest.CommitOrderIDs, storetest.GapFree, storetest.Clock, storetest.Restart,
	storetest.SeveralProcesses, storetest.Disconnects, storetest.Outages, storetest.Epochs,
}

func TestLog(t *testing.T) {
	storetest.Run(t, opener(postgres.Config{}), all...)
}

// TestLogWithSmallCaches runs the contract where nearly everything must be
// asked of the database.
func TestLogWithSmallCaches(t *testing.T) {
	storetest.Run(t, opener(postgres.Config{TailEvents: 50, CachedStreams: 20}), all...)
}

func opener(config postgres.Config) func(t *testing.T) storetest.Store {
	return func(t *testing.T) storetest.Store {
		pool := migrated(t)
		var clock atomic.Pointer[time.Time]
		config := config
		config.Shared, config.Unsafe = true, true
		config.Now = func() time.Time {
			if at := clock.Load(); at != nil {
				return *at
			}
			return time.Now()
		}
		first := open(t, pool, config)
		return storetest.Store{
			Log:      first,
			SetClock: func(at time.Time) { clock.Store(&at) },
			Reopen: func(t *testing.T) eventstore.Log {
				require.NoError(t, first.Close())
				first = open(t, pool, config)
				return first
			},
			Other:      func(t *testing.T) eventstore.Log { return open(t, pool, config) },
			Disconnect: func(t *testing.T) { disconnect(t, pool) },
			Away:       func(t *testing.T) func() { return away(t, pool) },
			Rewind:     func(t *testing.T, to eventstore.Position) { rewind(t, pool, to) },
		}
	}
}

func open(t testing.TB, pool *pgxpool.Pool, config postgres.Config) *postgres.Log {
	t.Helper()
	log, err := postgres.Open(context.Background(), pool, config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, log.Close()) })
	return log
}

// migrated is a pool on a fresh database with the tables of the log.
func migrated(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool := pgtest.Pool(t)
	migrate(t, pool)
	return pool
}

func migrate(t testing.TB, pool *pgxpool.Pool) {
	t.Helper()
	sql, err := migrations.FS.ReadFile("0001_log.sql")
	require.NoError(t, err)
	_, err = pool.Exec(context.Background(), string(sql))
	require.NoError(t, err)
}

// disconnect ends the sessions of all writers on the database.
func disconnect(t testing.TB, pool *pgxpool.Pool) {
	t.Helper()
	_, err := pool.Exec(context.Background(), `
		SELECT pg_terminate_backend(pid)
		FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'parley-log-writer'`)
	require.NoError(t, err)
}

// away closes the database to everybody.
func away(t testing.TB, pool *pgxpool.Pool) (back func()) {
	t.Helper()
	config := pool.Config().Copy()
	database := config.ConnConfig.Database
	config.ConnConfig.Database = "postgres"
	admin, err := pgxpool.NewWithConfig(context.Background(), config)
	require.NoError(t, err)
	t.Cleanup(admin.Close)
	allow := func(on bool) {
		_, err := admin.Exec(context.Background(), fmt.Sprintf("ALTER DATABASE %q ALLOW_CONNECTIONS %t", database, on))
		require.NoError(t, err)
	}
	t.Cleanup(func() { allow(true) })
	allow(false)
	_, err = admin.Exec(context.Background(), `
		SELECT pg_terminate_backend(pid, 10000)
		FROM pg_stat_activity
		WHERE datname = $1`, database)
	require.NoError(t, err)
	return func() { allow(true) }
}

// rewind restores the log as it was, in a new epoch.
func rewind(t testing.TB, pool *pgxpool.Pool, to eventstore.Position) {
	t.Helper()
	_, err := pool.Exec(context.Background(), fmt.Sprintf(`
		DELETE FROM es_events WHERE position > %d;
		DELETE FROM es_streams WHERE stream_no NOT IN (SELECT stream_no FROM es_events);
		UPDATE es_head SET position = %d, epoch = epoch + 1;`, to, to))
	require.NoError(t, err)
}

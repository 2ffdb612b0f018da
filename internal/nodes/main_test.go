package nodes_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"parley/internal/nodes"
	"parley/internal/pgtest"
	"parley/migrations"
)

// otherProcess names the database of a process that a test has started.
const otherProcess = "PARLEY_TEST_NODE_DATABASE"

func TestMain(m *testing.M) {
	if url := os.Getenv(otherProcess); url != "" {
		if err := other(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(pgtest.Runner(m))
}

// patience bounds every wait of a test.
const patience = 20 * time.Second

func database(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool := pgtest.Pool(t)
	sql, err := migrations.FS.ReadFile("0005_nodes.sql")
	require.NoError(t, err)
	execute(t, pool, string(sql))
	return pool
}

func execute(t testing.TB, pool *pgxpool.Pool, sql string, args ...any) {
	t.Helper()
	_, err := pool.Exec(context.Background(), sql, args...)
	require.NoError(t, err)
}

// join makes a node that leaves when the test ends.
func join(t testing.TB, pool *pgxpool.Pool, ttl time.Duration) *nodes.Node {
	t.Helper()
	n, err := nodes.Join(t.Context(), nodes.Config{DB: pool, TTL: ttl, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Leave(context.Background())) })
	return n
}

func acquire(t testing.TB, l *nodes.Lease) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, l.Acquire(ctx))
}

func await(t testing.TB, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		require.FailNow(t, "in vain: "+what)
	}
}

// acquiring waits for a lease beside the test.
func acquiring(t testing.TB, l *nodes.Lease) (got <-chan struct{}) {
	t.Helper()
	done := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if l.Acquire(ctx) == nil {
			close(done)
		}
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return done
}

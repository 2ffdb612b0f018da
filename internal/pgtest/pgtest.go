package pgtest

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// patience bounds every step against the server.
const patience = 2 * time.Minute

// URL returns the DSN of a fresh, empty database, which is dropped when the
// test ends. Without a PostgreSQL the test fails and says what to install.
func URL(t testing.TB) string {
	t.Helper()
	if url := os.Getenv("PARLEY_TEST_DATABASE_URL"); url != "" {
		return newDatabase(t, url)
	}
	return newDatabase(t, fast.url(t))
}

// DurableURL is like URL on a server of its own with fsync on: what it has
// acknowledged survives. It ignores PARLEY_TEST_DATABASE_URL.
func DurableURL(t testing.TB) string {
	t.Helper()
	return newDatabase(t, durable.url(t))
}

// Pool connects to a fresh, empty database. The pool is closed and the
// database dropped when the test ends.
func Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(context.Background(), URL(t))
	if err != nil {
		t.Fatalf("connect to the test database: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// Main runs the tests of a package, stops the servers and exits.
func Main(m *testing.M) { os.Exit(Runner(m).Run()) }

// Runner is m with the servers stopped after the last test, for use with
// goleak.VerifyTestMain.
func Runner(m *testing.M) interface{ Run() int } { return runner{m} }

type runner struct{ tests *testing.M }

func (r runner) Run() int {
	code := r.tests.Run()
	fast.stop()
	durable.stop()
	return code
}

package projections_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"parley/internal/eventstore"
	"parley/internal/pgtest"
	"parley/migrations"
	"parley/projections"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Runner(m)) }

// patience bounds every wait of a test.
const patience = 20 * time.Second

// database is a pool on a fresh database with the shared tables.
func database(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool := pgtest.Pool(t)
	migrate(t, pool, "0003_projections.sql")
	migrate(t, pool, "0004_builds.sql")
	migrate(t, pool, "0005_nodes.sql")
	return pool
}

func migrate(t testing.TB, pool *pgxpool.Pool, file string) {
	t.Helper()
	sql, err := migrations.FS.ReadFile(file)
	require.NoError(t, err)
	_, err = pool.Exec(context.Background(), string(sql))
	require.NoError(t, err)
}

// running is a Runtime under test.
type running struct {
	*projections.Runtime
	t     testing.TB
	log   eventstore.Log
	pool  *pgxpool.Pool
	ended chan struct{}
	stop  func()
}

// start runs a Runtime until the test ends or stop, with middleware around its
// handlers.
func start(t testing.TB, c projections.Config, around ...message.HandlerMiddleware) *running {
	t.Helper()
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	r, err := projections.New(t.Context(), c)
	require.NoError(t, err)
	for _, m := range around {
		r.Around(m)
	}
	ctx, cancel := context.WithCancel(context.Background())
	run := &running{Runtime: r, t: t, log: c.Log, pool: c.DB, ended: make(chan struct{})}
	failed := make(chan error, 1)
	go func() {
		defer close(run.ended)
		failed <- r.Run(ctx)
	}()
	stopped := false
	run.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-failed:
			require.NoError(t, err)
		case <-time.After(patience):
			require.FailNow(t, "the runtime does not stop")
		}
		<-run.ended
	}
	t.Cleanup(run.stop)
	return run
}

// reach waits until every projection has applied the whole log.
func (r *running) reach() {
	r.t.Helper()
	head, err := r.log.Head(context.Background())
	require.NoError(r.t, err)
	r.reachPosition(int64(head))
}

// Wait is the runtime's, for those who care about the error only.
func (r *running) Wait(ctx context.Context, names []string, position int64) error {
	_, err := r.Runtime.Wait(ctx, names, position)
	return err
}

func (r *running) reachPosition(position int64) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var names []string
	for _, s := range r.Status() {
		names = append(names, s.Name)
	}
	require.NoError(r.t, r.Wait(ctx, names, position))
}

// terminate ends all sessions on the database but this one.
func terminate(t testing.TB, pool *pgxpool.Pool) {
	t.Helper()
	exec(t, pool, `
		SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid()`)
}

// exec tries again when the pool hands out a session that was ended before.
func exec(t testing.TB, pool *pgxpool.Pool, sql string, args ...any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var err error
	for ctx.Err() == nil {
		if _, err = pool.Exec(ctx, sql, args...); err == nil {
			return
		}
		if !errors.Is(pool.Ping(ctx), nil) {
			pool.Reset()
		}
	}
	require.NoError(t, err)
}

// rows are the rows of a query as text, columns joined by a bar.
func rows(t testing.TB, pool *pgxpool.Pool, sql string) []string {
	t.Helper()
	got, err := pool.Query(context.Background(), "SELECT array_to_string(ARRAY(SELECT coalesce(v, '-') FROM json_each_text(row_to_json(q)) AS e (k, v)), '|') FROM ("+sql+") AS q")
	require.NoError(t, err)
	texts, err := pgx.CollectRows(got, pgx.RowTo[string])
	require.NoError(t, err, sql)
	return texts
}

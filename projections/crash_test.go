package projections_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"parley/domain"
	"parley/projections"
)

// save copies all rows and checkpoints; the result puts them back in one
// transaction, as a database does that crashed with unflushed commits.
func save(t testing.TB, pool *pgxpool.Pool) (restore func()) {
	t.Helper()
	names := []string{"public.projections"}
	for _, p := range projections.All {
		for _, table := range tables(t, pool, p.Schema(1)) {
			names = append(names, p.Schema(1)+"."+table.name)
		}
	}
	var keep, back strings.Builder
	keep.WriteString("CREATE SCHEMA saved;")
	for i, name := range names {
		fmt.Fprintf(&keep, "CREATE TABLE saved.t%d AS TABLE %s;", i, name)
		fmt.Fprintf(&back, "DELETE FROM %s; INSERT INTO %s TABLE saved.t%d;", name, name, i)
	}
	exec(t, pool, keep.String())
	return func() { exec(t, pool, back.String()) }
}

func checkpoints(t testing.TB, pool *pgxpool.Pool) []string {
	return rows(t, pool, "SELECT name, position FROM projections ORDER BY name")
}

// TestACheckpointThatWentBackIsFollowed takes the read models back and cuts
// the connections. Nothing new happens in the log.
func TestACheckpointThatWentBackIsFollowed(t *testing.T) {
	pool := database(t)
	j := chatter(t, 5)
	run := start(t, config(j.log, pool))
	run.reach()
	restore := save(t, pool)
	before := checkpoints(t, pool)
	j.chat(6)
	run.reach()
	head := run.Applied()
	restore()
	require.Equal(t, before, checkpoints(t, pool))
	terminate(t, pool)
	caughtUp(t, pool, head)
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
	require.Equal(t, head, run.Applied())
}

// caughtUp waits until the stored checkpoint of the projection that wants
// nearly every event reaches a position.
func caughtUp(t testing.TB, pool *pgxpool.Pool, position int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		var low int64
		err := pool.QueryRow(ctx, "SELECT position FROM projections WHERE name = 'timeline'").Scan(&low)
		if err == nil && low >= position {
			return
		}
		require.NoError(t, ctx.Err(), "the checkpoint stays at %d", low)
	}
}

// TestACheckpointThatWentBackLeavesNoGap is the same with the connections
// intact: the next batch does not follow what is stored.
func TestACheckpointThatWentBackLeavesNoGap(t *testing.T) {
	pool := database(t)
	j := chatter(t, 5)
	run := start(t, config(j.log, pool))
	run.reach()
	restore := save(t, pool)
	j.chat(6)
	run.reach()
	restore()
	j.chat(1)
	head, err := j.log.Head(t.Context())
	require.NoError(t, err)
	caughtUp(t, pool, int64(head))
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}

func TestTwoRuntimesOnOneDatabaseShareTheWork(t *testing.T) {
	pool := database(t)
	j := chatter(t, 3)
	first := &cutting{j.log, func() int { return 1 + rand.IntN(4) }}
	second := &cutting{j.log, func() int { return 1 + rand.IntN(9) }}
	a, b := start(t, config(first, pool)), start(t, config(second, pool))
	for range 8 {
		j.chat(5)
		if rand.IntN(3) == 0 {
			terminate(t, pool)
		}
	}
	a.reach()
	b.reach()
	for _, run := range []*running{a, b} {
		for _, s := range run.Status() {
			require.Nil(t, s.Stopped)
		}
	}
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}

// TestALostConnectionIsNoPoison ends the session of the projection in the
// middle of its work, more often than one delivery is retried.
func TestALostConnectionIsNoPoison(t *testing.T) {
	pool := database(t)
	j := chatter(t, 4)
	var left atomic.Int64
	left.Store(6)
	c := config(j.log, pool)
	c.Limit = 6
	for _, p := range projections.All {
		apply := p.Apply
		p.Apply = func(ctx context.Context, tx projections.Tx, events []domain.Recorded) error {
			if err := apply(ctx, tx, events); err != nil {
				return err
			}
			if left.Add(-1) < 0 {
				return nil
			}
			b := &pgx.Batch{}
			b.Queue("SELECT pg_terminate_backend(pg_backend_pid())")
			return tx.Load(b)
		}
		c.Projections = append(c.Projections, p)
	}
	run := start(t, c)
	run.reach()
	require.Less(t, left.Load(), int64(0))
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}

func TestAStoppedRuntimeLeavesNothingBehind(t *testing.T) {
	pool := database(t)
	j := chatter(t, 4)
	ignored := goleak.IgnoreCurrent()
	run := start(t, config(j.log, pool))
	run.reach()
	run.stop()
	goleak.VerifyNone(t, ignored)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for sessions := 1; sessions > 0; { // the server ends them in its own time
		require.NoError(t, pool.QueryRow(ctx, `
			SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND application_name LIKE 'parley projection%'`).Scan(&sessions))
	}
}

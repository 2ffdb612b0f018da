package nodes_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/nodes"
)

func TestNodesKnowEachOther(t *testing.T) {
	pool := database(t)
	a, b := join(t, pool, time.Hour), join(t, pool, time.Hour)
	require.NotEqual(t, a.ID(), b.ID())
	want := []string{a.ID(), b.ID()}
	slices.Sort(want)
	for _, n := range []*nodes.Node{a, b} {
		live, err := n.Live(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, live)
	}
	require.NoError(t, b.Leave(t.Context()))
	live, err := a.Live(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{a.ID()}, live)
	dead, err := a.Dead(t.Context())
	require.NoError(t, err)
	require.Empty(t, dead, "who leaves is not dead")
}

func TestADeadNodeIsListedUntilItIsForgotten(t *testing.T) {
	pool := database(t)
	a := join(t, pool, time.Hour)
	execute(t, pool, `INSERT INTO nodes VALUES ('dead', now() - interval '1 hour', now() - interval '1 minute'), ('alive', now(), now() + interval '1 hour')`)
	dead, err := a.Dead(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"dead"}, dead)
	for node, want := range map[string]bool{"dead": true, "alive": false, "never": false, a.ID(): false} {
		got, err := a.Forget(t.Context(), node)
		require.NoError(t, err)
		require.Equal(t, want, got, node)
	}
	got, err := a.Forget(t.Context(), "dead")
	require.NoError(t, err)
	require.False(t, got, "of two who clear away one forgets")
}

func TestANodeThatWasDeadForTheOthersKnowsIt(t *testing.T) {
	pool := database(t)
	a := join(t, pool, 400*time.Millisecond)
	count, lapsed := a.Lapses()
	require.Zero(t, count)
	execute(t, pool, `DELETE FROM nodes WHERE node = $1`, a.ID()) // somebody has forgotten it
	await(t, "a lapse", lapsed)
	count, _ = a.Lapses()
	require.Equal(t, 1, count)
	live, err := a.Live(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{a.ID()}, live)
}

func TestANodeOutlivesLostConnections(t *testing.T) {
	pool := database(t)
	a := join(t, pool, 2*time.Second)
	lease := a.Lease("x")
	acquire(t, lease)
	lost := lease.Lost()
	for range 3 {
		execute(t, pool, `
			SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'parley node'`)
		var before time.Time
		require.NoError(t, pool.QueryRow(t.Context(), `SELECT expires_at FROM leases`).Scan(&before))
		require.Eventually(t, func() bool {
			var now time.Time
			err := pool.QueryRow(t.Context(), `SELECT expires_at FROM leases`).Scan(&now)
			return err == nil && now.After(before)
		}, patience, 5*time.Millisecond, "renewed on another connection")
	}
	select {
	case <-lost:
		require.FailNow(t, "a lease is lost that was renewed in time")
	default:
		require.True(t, lease.Held())
	}
}

func TestJoiningNeedsTheDatabase(t *testing.T) {
	_, err := nodes.Join(t.Context(), nodes.Config{})
	require.ErrorContains(t, err, "DB is required")
	pool := database(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = nodes.Join(ctx, nodes.Config{DB: pool, Logger: slog.New(slog.DiscardHandler)})
	require.ErrorContains(t, err, "join the nodes")
	execute(t, pool, `DROP TABLE nodes`)
	_, err = nodes.Join(t.Context(), nodes.Config{DB: pool, Logger: slog.New(slog.DiscardHandler)})
	require.ErrorContains(t, err, "join the nodes")
}

package nodes_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/nodes"
)

func TestALeaseIsHeldByOne(t *testing.T) {
	pool := database(t)
	a, b := join(t, pool, time.Hour).Lease("x"), join(t, pool, time.Hour).Lease("x")
	await(t, "a lease that is not held counts as lost", a.Lost())
	acquire(t, a)
	acquire(t, a) // once more is nothing new
	require.True(t, a.Held())
	require.False(t, b.Held())
	got := acquiring(t, b)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, b.Acquire(ctx), context.DeadlineExceeded)

	lost := a.Lost()
	require.NoError(t, a.Release(t.Context()))
	await(t, "the end of the lease that was given back", lost)
	require.False(t, a.Held())
	await(t, "a lease that was given back, long before its time", got)
	require.True(t, b.Held())
	require.NoError(t, a.Release(t.Context()), "what one has not, one may give back")
	require.True(t, b.Held())
}

func TestLeasesAreApart(t *testing.T) {
	pool := database(t)
	a, b := join(t, pool, time.Hour), join(t, pool, time.Hour)
	acquire(t, a.Lease("x"))
	acquire(t, b.Lease("y"))
	require.NoError(t, a.Lease("x").Release(t.Context()))
	require.True(t, b.Lease("y").Held())
}

func TestALeaseIsFreeWhenItsNodeLeaves(t *testing.T) {
	pool := database(t)
	a, b := join(t, pool, time.Hour), join(t, pool, time.Hour)
	acquire(t, a.Lease("x"))
	lost := a.Lease("x").Lost()
	got := acquiring(t, b.Lease("x"))
	require.NoError(t, a.Leave(t.Context()))
	await(t, "the loss", lost)
	await(t, "the lease of a node that left", got)
	require.ErrorIs(t, a.Lease("x").Acquire(t.Context()), nodes.ErrLeft)
}

// TestAHolderThatCannotRenewLosesFirst holds up the renewals of a node: when
// another has the lease, the first must know.
func TestAHolderThatCannotRenewLosesFirst(t *testing.T) {
	pool := database(t)
	a, b := join(t, pool, 800*time.Millisecond), join(t, pool, 800*time.Millisecond)
	mine, yours := a.Lease("x"), b.Lease("x")
	acquire(t, mine)
	lost := mine.Lost()
	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(context.Background())
	_, err = tx.Exec(t.Context(), `SELECT 1 FROM nodes WHERE node = $1 FOR UPDATE`, a.ID())
	require.NoError(t, err)

	acquire(t, yours)
	require.False(t, mine.Held())
	await(t, "the loss", lost)
	require.NoError(t, tx.Rollback(t.Context()))
	_, lapsed := a.Lapses()
	if n, _ := a.Lapses(); n == 0 {
		await(t, "the lapse", lapsed)
	}
	require.True(t, yours.Held(), "who comes back does not take it back")
	again := acquiring(t, mine)
	require.NoError(t, yours.Release(t.Context()))
	await(t, "the lease when its turn comes", again)
}

// TestNeverTwoHolders has many nodes compete for a lease, give it back and lose
// it, and looks at each moment that one believes to have it.
func TestNeverTwoHolders(t *testing.T) {
	pool := database(t)
	var holders, turns atomic.Int64
	var racing sync.WaitGroup
	for range 6 {
		lease := join(t, pool, 2*time.Second).Lease("x")
		racing.Go(func() {
			for turns.Load() < 200 {
				if lease.Acquire(t.Context()) != nil {
					return
				}
				if holders.Add(1) != 1 && lease.Held() {
					t.Error("two nodes hold the lease")
				}
				turns.Add(1)
				holders.Add(-1)
				if err := lease.Release(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	racing.Wait()
}

func TestALeaseThatWasTakenAwayIsLost(t *testing.T) {
	pool := database(t)
	lease := join(t, pool, time.Second).Lease("x")
	acquire(t, lease)
	lost := lease.Lost()
	execute(t, pool, `UPDATE leases SET node = 'other', expires_at = now() + interval '1 hour'`)
	await(t, "the loss at the next renewal", lost)
	require.False(t, lease.Held())
	var holder string
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT node FROM leases`).Scan(&holder))
	require.Equal(t, "other", holder)
}

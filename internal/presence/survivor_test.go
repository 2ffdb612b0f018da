package presence_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/presence"
	"parley/queries"
)

// world is what a survivor sees of the others.
type world struct {
	mu      sync.Mutex
	log     *told
	dead    []string
	remains []queries.Remains
	asked   []queries.Freshness
	fault   error
	free    chan struct{} // the lease can be had
	lost    chan struct{}
}

func (w *world) ID() string { return "a" }

func (w *world) Dead(context.Context) ([]string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.dead), w.fault
}

func (w *world) Forget(_ context.Context, node string) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = slices.DeleteFunc(w.dead, func(n string) bool { return n == node })
	return true, nil
}

func (w *world) Remains(_ context.Context, at queries.Freshness) ([]queries.Remains, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, at)
	return slices.Clone(w.remains), w.fault
}

func (w *world) Acquire(ctx context.Context) error {
	select {
	case <-w.free:
		w.mu.Lock()
		defer w.mu.Unlock()
		w.lost = make(chan struct{})
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *world) Lost() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lost
}

// set changes what there is to see.
func (w *world) set(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

func surviving(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{log: &told{began: time.Now()}, free: make(chan struct{}, 1)}
		s := &presence.Survivor{Node: w, Lease: w, Commands: w.log, Queries: w, Logger: slog.New(slog.DiscardHandler)}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			s.Run(ctx)
		}()
		defer func() {
			cancel()
			<-ended
		}()
		test(t, w)
	})
}

func TestOneNodeClearsUpAfterThoseThatAreGone(t *testing.T) {
	surviving(t, func(t *testing.T, w *world) {
		w.set(func() {
			w.dead, w.remains = []string{"b", "c"}, []queries.Remains{{Node: "b", App: app}, {Node: "b", App: "desk"}, {Node: "x", App: app}}
		})
		pass(time.Minute)
		require.Empty(t, w.log.new(), "without the lease it is not its turn")
		w.free <- struct{}{}
		synctest.Wait()
		require.Equal(t, []string{
			"1m0s presence-shop.node-b by a NodeCleared", "1m0s presence-desk.node-b by a NodeCleared", "1m0s presence-shop.node-x by a NodeCleared",
		}, w.log.new(), "one whose row is gone as well")
		require.Empty(t, w.dead)
		pass(5 * time.Minute)
		require.Empty(t, w.log.new(), "what stands still is not cleared all the time")
		require.EqualValues(t, 3, w.asked[len(w.asked)-1], "it reads what it has done")
		w.set(func() { w.remains = nil })
		pass(time.Minute)
		w.set(func() { w.remains = []queries.Remains{{Node: "b", App: app}} })
		pass(time.Second)
		require.Len(t, w.log.new(), 1, "what comes to light later")
		pass(11 * time.Minute)
		require.Len(t, w.log.new(), 1)

		close(w.lost)
		pass(time.Second)
		asked := len(w.asked)
		w.set(func() { w.remains = []queries.Remains{{Node: "d", App: app}} })
		pass(time.Minute)
		require.Len(t, w.asked, asked, "another one's turn")
		require.Empty(t, w.log.new())
	})
}

func TestClearingUpOutlastsFaults(t *testing.T) {
	surviving(t, func(t *testing.T, w *world) {
		w.set(func() {
			w.dead, w.remains, w.fault = []string{"b"}, []queries.Remains{{Node: "b", App: app}}, errors.New("no database")
		})
		w.free <- struct{}{}
		pass(time.Minute)
		require.Equal(t, []string{"b"}, w.dead)
		w.set(func() { w.fault = nil })
		w.log.set(func() { w.log.broke = errors.New("no log") })
		pass(time.Minute)
		require.Equal(t, []string{"b"}, w.dead, "it is not forgotten before it is cleared")
		w.log.set(func() { w.log.broke = nil })
		pass(time.Second)
		require.Len(t, w.log.new(), 1)
		require.Empty(t, w.dead)
	})
}

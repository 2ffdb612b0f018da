package overload_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/overload"
)

// entered is what Enter said.
type entered struct {
	place *overload.Place
	err   error
}

// enter is what Enter said, as soon as it says something.
func enter(t *testing.T, l *overload.Lane) <-chan entered {
	t.Helper()
	said := make(chan entered, 1)
	go func() {
		place, err := l.Enter(t.Context())
		said <- entered{place, err}
	}()
	synctest.Wait()
	return said
}

func TestLane(t *testing.T) {
	one := overload.Config{Limit: 1, Queue: 2, Wait: time.Second}
	t.Run("who comes first goes in first", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := overload.New(one)
			place, err := l.Enter(t.Context())
			require.NoError(t, err)
			first, second := enter(t, l), enter(t, l)
			place.Leave()
			next := <-first
			require.NoError(t, next.err)
			synctest.Wait()
			require.Empty(t, second)
			next.place.Leave()
			require.NoError(t, (<-second).err)
			require.Equal(t, overload.Stats{Inside: 1, Limit: 1, Waited: 2}, l.Stats())
		})
	})
	t.Run("a queue has an end, in length and in time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := overload.New(one)
			_, err := l.Enter(t.Context())
			require.NoError(t, err)
			first, second := enter(t, l), enter(t, l)
			_, err = l.Enter(t.Context())
			require.ErrorIs(t, err, overload.ErrFull)
			time.Sleep(time.Second)
			require.ErrorIs(t, (<-first).err, overload.ErrLate)
			require.ErrorIs(t, (<-second).err, overload.ErrLate)
			require.Equal(t, overload.Stats{Inside: 1, Limit: 1, Full: 1, Late: 2}, l.Stats())
		})
	})
	t.Run("who goes away takes no place", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := overload.New(one)
			place, err := l.Enter(t.Context())
			require.NoError(t, err)
			ctx, cancel := context.WithCancel(t.Context())
			gone := make(chan error, 1)
			go func() {
				_, err := l.Enter(ctx)
				gone <- err
			}()
			synctest.Wait()
			cancel()
			require.ErrorIs(t, <-gone, context.Canceled)
			place.Leave()
			require.Zero(t, l.Stats().Inside)
		})
	})
	t.Run("who only waits for a turn lets others in", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := overload.New(one)
			place, err := l.Enter(t.Context())
			require.NoError(t, err)
			ctx := overload.WithPlace(t.Context(), place)
			other := enter(t, l)
			resume := overload.Pause(ctx)
			again := overload.Pause(ctx)
			next := <-other
			require.NoError(t, next.err)
			require.Equal(t, overload.Stats{Inside: 1, Paused: 1, Limit: 1, Waited: 1}, l.Stats())
			again()
			resume()
			require.Equal(t, 2, l.Stats().Inside)
			next.place.Leave()
			place.Leave()
			overload.Pause(ctx)()
			require.Equal(t, overload.Stats{Limit: 1, Waited: 1}, l.Stats(), "it had left")
		})
	})
	t.Run("who leaves in a pause has left", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := overload.New(one)
			place, err := l.Enter(t.Context())
			require.NoError(t, err)
			resume := overload.Pause(overload.WithPlace(t.Context(), place))
			place.Leave()
			resume()
			require.Equal(t, overload.Stats{Limit: 1}, l.Stats())
		})
	})
}

// service is something that can work on so many requests at a time, each for
// so long; more at a time make it slower for all.
type service struct {
	workers chan struct{}
	each    time.Duration
}

func (s *service) serve() {
	s.workers <- struct{}{}
	time.Sleep(s.each)
	<-s.workers
}

// offer lets requests come at a rate through a lane to a service, and tells
// how many were served and how long each of those took.
func offer(t *testing.T, l *overload.Lane, s *service, rate int, during time.Duration) (served []time.Duration) {
	t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	random := rand.New(rand.NewPCG(1, 2))
	for until := time.Now().Add(during); time.Now().Before(until); {
		time.Sleep(time.Duration(random.ExpFloat64() * float64(time.Second) / float64(rate)))
		all.Go(func() {
			came := time.Now()
			place, err := l.Enter(context.Background())
			if err != nil {
				return
			}
			s.serve()
			place.Leave()
			mu.Lock()
			defer mu.Unlock()
			served = append(served, time.Since(came))
		})
	}
	all.Wait()
	slices.Sort(served)
	return served
}

func TestAtFiveTimesTheCapacityMostOfItIsStillUsed(t *testing.T) {
	// Given a service of 400 a second, in front of which a lane is far too
	// wide at first.
	const capacity = 400
	tests := map[string]int{"RS-127 as many as it can": capacity * 9 / 10, "RS-127 five times as many": 5 * capacity}
	for name, rate := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := overload.New(overload.Config{
					Limit: 256, Least: 16, Most: 512, Queue: 4096, Wait: 400 * time.Millisecond, Target: 150 * time.Millisecond,
				})
				s := &service{make(chan struct{}, 8), 8 * time.Second / capacity}
				const during = 20 * time.Second
				served := offer(t, l, s, rate, during)
				n := l.Stats()
				require.Zero(t, n.Inside+n.Waiting)
				require.Greater(t, len(served), int(min(rate, capacity)*8/10*int(during/time.Second)), "what is served")
				require.Less(t, served[len(served)*99/100], time.Second, "p99 of what is accepted")
				if rate > capacity {
					require.Positive(t, n.Full+n.Late)
					require.Less(t, n.Limit, 100, "the limit has fallen")
				}
			})
		})
	}
}

func TestTheLimitRisesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := overload.New(overload.Config{Limit: 64, Least: 8, Most: 128, Queue: 1024, Wait: time.Second, Target: 100 * time.Millisecond})
		s := &service{make(chan struct{}, 4), 40 * time.Millisecond} // a bad time
		offer(t, l, s, 400, 10*time.Second)
		low := l.Stats().Limit
		require.Less(t, low, 20)
		s.workers = make(chan struct{}, 128)
		offer(t, l, s, 4000, 10*time.Second)
		require.Greater(t, l.Stats().Limit, 100)
	})
}

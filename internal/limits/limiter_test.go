package limits_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"parley/domain"
	"parley/internal/limits"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const app domain.AppID = "shop"

// world is a limiter with a clock of its own over limits that may change.
type world struct {
	t     testing.TB
	l     *limits.Limiter
	now   time.Time
	mu    sync.Mutex
	given map[domain.AppID]domain.Limits
	err   error
	asked atomic.Int64
}

func newWorld(t testing.TB, given domain.Limits, loopback bool) *world {
	t.Helper()
	w := &world{t: t, now: time.Unix(1_700_000_000, 0), given: map[domain.AppID]domain.Limits{app: given}}
	var err error
	w.l, err = limits.New(limits.Config{Apps: w, Now: func() time.Time { return w.now }, Loopback: loopback})
	require.NoError(t, err)
	return w
}

func (w *world) AppLimits(_ context.Context, a domain.AppID) (domain.Limits, error) {
	w.asked.Add(1)
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.given[a], w.err
}

func (w *world) change(l domain.Limits) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.given[app] = l
}

func (w *world) ask(u domain.UserID, k limits.Kind) time.Duration {
	w.t.Helper()
	retry, err := w.l.Allow(w.t.Context(), app, u, k)
	require.NoError(w.t, err)
	return retry
}

// count is how many of n requests are allowed now.
func (w *world) count(u domain.UserID, k limits.Kind, n int) (allowed int) {
	w.t.Helper()
	for range n {
		if w.ask(u, k) == 0 {
			allowed++
		}
	}
	return allowed
}

func TestDefaultLimits(t *testing.T) {
	w := newWorld(t, domain.Limits{}, false)
	require.Equal(t, 60, w.count("ann", limits.Sends, 200), "CH-019 a burst of 60 sends")
	require.Equal(t, 200, w.count("ann", limits.Other, 400), "CH-019 beside a burst of 200 other requests")
	require.Equal(t, 50*time.Millisecond, w.ask("ann", limits.Sends), "CH-019 when the next one fits")
	require.Equal(t, 10*time.Millisecond, w.ask("ann", limits.History))
	require.Equal(t, 60, w.count("bob", limits.Sends, 100), "CH-019 each user has its own")
	w.now = w.now.Add(time.Second)
	require.Equal(t, 20, w.count("ann", limits.Sends, 100), "CH-019 20 sends a second")
	require.Equal(t, 100, w.count("ann", limits.Other, 300), "CH-019 100 other requests a second")
	w.now = w.now.Add(time.Hour)
	require.Equal(t, 60, w.count("ann", limits.Sends, 100))
}

func TestAWaitThatWasAnnouncedIsEnough(t *testing.T) {
	w := newWorld(t, domain.Limits{UserSends: 0.3, UserSendBurst: 1}, false)
	require.Zero(t, w.ask("ann", limits.Sends))
	for range 20 {
		retry := w.ask("ann", limits.Sends)
		require.Positive(t, retry)
		w.now = w.now.Add(retry)
		require.Zero(t, w.ask("ann", limits.Sends))
	}
}

func TestLimitsOfTheWholeApp(t *testing.T) {
	w := newWorld(t, domain.Limits{AppSends: 70, AppHistoryReads: 5}, false)
	require.Equal(t, 60, w.count("ann", limits.Sends, 100))
	require.Equal(t, 10, w.count("bob", limits.Sends, 100), "CH-019 of all users together")
	require.Equal(t, 5, w.count("eve", limits.History, 10))
	require.Equal(t, 190, w.count("eve", limits.Other, 300), "other reads have no bound of the app")
}

func TestLimitsThatAreOff(t *testing.T) {
	w := newWorld(t, domain.Limits{Off: true}, false)
	for _, k := range []limits.Kind{limits.Sends, limits.Other, limits.History} {
		require.Equal(t, 1000, w.count("ann", k, 1000))
	}
}

func TestChangedLimitsHoldWithinASecond(t *testing.T) {
	w := newWorld(t, domain.Limits{Off: true}, false)
	require.Equal(t, 100, w.count("ann", limits.Sends, 100))
	w.change(domain.Limits{UserSends: 1, UserSendBurst: 2, AppSends: 4})
	w.now = w.now.Add(time.Second)
	require.Equal(t, 2, w.count("ann", limits.Sends, 100))
	w.change(domain.Limits{UserSends: 1000, UserSendBurst: 2})
	w.now = w.now.Add(time.Second)
	require.Equal(t, 1, w.count("ann", limits.Sends, 100), "what the former rate brought is there")
	require.Equal(t, time.Millisecond, w.ask("ann", limits.Sends))
	w.change(domain.Limits{Off: true})
	w.now = w.now.Add(time.Second)
	require.Equal(t, 100, w.count("ann", limits.Sends, 100))
	require.EqualValues(t, 4, w.asked.Load(), "not for every request")
}

func TestLimitsOfAnAppThatCannotBeRead(t *testing.T) {
	w := newWorld(t, domain.Limits{UserSendBurst: 1}, false)
	w.err = errors.New("away")
	_, err := w.l.Allow(t.Context(), app, "ann", limits.Sends)
	require.ErrorContains(t, err, "away")
	w.err = nil
	require.Equal(t, 1, w.count("ann", limits.Sends, 2))
	w.err = errors.New("away again")
	w.now = w.now.Add(10 * time.Second)
	require.Equal(t, 1, w.count("ann", limits.Sends, 2), "what held before still does")
}

func TestManyRequestsAtOnceGetWhatTheBucketHolds(t *testing.T) {
	w := newWorld(t, domain.Limits{}, false)
	var allowed atomic.Int64
	var all sync.WaitGroup
	for range 400 {
		all.Go(func() {
			if retry, err := w.l.Allow(t.Context(), app, "ann", limits.Sends); err == nil && retry == 0 {
				allowed.Add(1)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 60, allowed.Load(), "RS-127")
}

func TestFailuresOfAnAddress(t *testing.T) {
	fail := func(w *world, peer string, n int) (refused int) {
		for range n {
			if w.l.Failed(peer) > 0 {
				refused++
			}
		}
		return refused
	}
	w := newWorld(t, domain.Limits{}, false)
	require.Equal(t, 190, fail(w, "192.0.2.1:5", 200), "RS-027")
	require.Equal(t, 6*time.Second, w.l.Failed("192.0.2.1:6"), "whatever the port")
	require.Equal(t, 1, fail(w, "[::ffff:192.0.2.1]:7", 1), "in either form")
	require.Zero(t, fail(w, "192.0.2.2:5", 10), "RS-027 elsewhere")
	require.Equal(t, 1, fail(w, "[2001:db8::1]:1", 11))
	require.Equal(t, 1, fail(w, "[2001:db8::ffff:2]:1", 1), "an IPv6 network is one")
	require.Zero(t, fail(w, "[2001:db8:0:1::1]:1", 1))
	w.now = w.now.Add(6 * time.Second)
	require.Equal(t, 1, fail(w, "192.0.2.1:5", 2), "RS-027 10 a minute")
	for _, local := range []string{"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1", "@", ""} {
		require.Zero(t, fail(w, local, 100), local)
		require.Equal(t, 90, fail(newWorld(t, domain.Limits{}, true), local, 100), local)
	}
}

func TestOddLimits(t *testing.T) {
	for _, l := range []domain.Limits{
		{UserSends: math.NaN()},
		{UserSends: math.Inf(1)},
		{AppSends: -1},
		{UserBurst: -1},
		{UserSendBurst: 1e9},
		{AppHistoryReads: math.Inf(-1)},
	} {
		require.Error(t, l.Check(), "%+v", l)
	}
	w := newWorld(t, domain.Limits{UserSends: 500}, false)
	require.Equal(t, 500, w.count("ann", limits.Sends, 1000), "a burst is at least what a second brings")
	w = newWorld(t, domain.Limits{UserSends: 1e-300, UserSendBurst: 1}, false)
	require.Equal(t, 1, w.count("ann", limits.Sends, 10))
	require.Positive(t, w.ask("ann", limits.Sends), "practically for ever")
	_, err := limits.New(limits.Config{})
	require.Error(t, err)
}

// BenchmarkAllow is what a request pays: one user, and many in turn.
func BenchmarkAllow(b *testing.B) {
	for _, users := range []int{1, 10_000} {
		b.Run(fmt.Sprint(users), func(b *testing.B) {
			w := newWorld(b, domain.Limits{UserRequests: 1e6, UserBurst: 1e6}, false)
			l, err := limits.New(limits.Config{Apps: w})
			require.NoError(b, err)
			names := make([]domain.UserID, users)
			for i := range names {
				names[i] = domain.UserID(fmt.Sprint("user", i))
			}
			ctx := b.Context()
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					_, _ = l.Allow(ctx, app, names[i%users], limits.Other)
				}
			})
		})
	}
}

package limits

import (
	"math"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"parley/domain"
)

// Defaults of CH-019, per user.
const (
	defaultSends        = 20.0
	defaultSendBurst    = 60
	defaultRequests     = 100.0
	defaultRequestBurst = 200
	defaultSockets      = 10 // at once
)

// fresh is how long the limits of an app are taken as they were found.
const fresh = 500 * time.Millisecond

// bucket is the size of a bucket.
type bucket struct {
	rate  rate.Limit
	burst int
}

func (b bucket) new() *rate.Limiter { return rate.NewLimiter(b.rate, b.burst) }

func (b bucket) resize(l *rate.Limiter, now time.Time) {
	l.SetLimitAt(now, b.rate)
	l.SetBurstAt(now, b.burst)
}

// perUser is a bucket with its defaults. A burst that is not given is never
// less than what a second brings.
func perUser(r float64, burst int, normalRate float64, normalBurst int) bucket {
	if r == 0 {
		r = normalRate
	}
	if burst == 0 {
		burst = max(normalBurst, int(math.Ceil(r)))
	}
	return bucket{rate.Limit(r), burst}
}

// perApp is a bucket that holds what a second brings; without a rate it is
// bottomless.
func perApp(r float64) bucket {
	if r == 0 {
		return bucket{rate.Inf, math.MaxInt32} // full when it gets a bottom
	}
	return bucket{rate.Limit(r), max(1, int(math.Ceil(r)))}
}

// settings are the limits of an app with their defaults.
type settings struct {
	given           domain.Limits
	off             bool
	sends, requests bucket // of each user
}

func newSettings(l domain.Limits) *settings {
	return &settings{
		given: l, off: l.Off,
		sends:    perUser(l.UserSends, l.UserSendBurst, defaultSends, defaultSendBurst),
		requests: perUser(l.UserRequests, l.UserBurst, defaultRequests, defaultRequestBurst),
	}
}

// app is what holds for an app, and the buckets of all its users together.
type app struct {
	settings       atomic.Pointer[settings]
	looked         atomic.Int64 // when, as time since the start of the Limiter
	sends, history *rate.Limiter
}

func newApp(l domain.Limits, looked time.Duration) *app {
	a := &app{sends: perApp(l.AppSends).new(), history: perApp(l.AppHistoryReads).new()}
	a.settings.Store(newSettings(l))
	a.looked.Store(int64(looked))
	return a
}

// due reports whether it is time to look at the limits again; of several
// requests at that time to one only.
func (a *app) due(now time.Duration) bool {
	looked := a.looked.Load()
	return int64(now)-looked >= int64(fresh) && a.looked.CompareAndSwap(looked, int64(now))
}

func (a *app) set(l domain.Limits, now time.Time) {
	if a.settings.Load().given == l {
		return
	}
	perApp(l.AppSends).resize(a.sends, now)
	perApp(l.AppHistoryReads).resize(a.history, now)
	a.settings.Store(newSettings(l))
}

// user holds the buckets of a user.
type user struct {
	settings        atomic.Pointer[settings] // that the buckets have
	sends, requests *rate.Limiter
}

func newUser(s *settings) *user {
	u := &user{sends: s.sends.new(), requests: s.requests.new()}
	u.settings.Store(s)
	return u
}

func (u *user) set(s *settings, now time.Time) {
	if u.settings.Load() == s {
		return
	}
	s.sends.resize(u.sends, now)
	s.requests.resize(u.requests, now)
	u.settings.Store(s)
}

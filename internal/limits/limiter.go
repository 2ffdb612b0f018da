package limits

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"parley/domain"
)

// Kind sorts requests by the bucket that they take from.
type Kind int

// The kinds of requests.
const (
	Other   Kind = iota
	Sends        // new messages
	History      // pages of messages: other requests, with a bound for the app
)

// Apps tells the limits of an app.
type Apps interface {
	AppLimits(context.Context, domain.AppID) (domain.Limits, error)
}

// Config is what a Limiter needs. Apps is required.
type Config struct {
	Apps Apps
	Now  func() time.Time // default: time.Now
	// Loopback has peers on this machine counted by their address as well.
	Loopback bool
}

// Buckets that are kept at most. One that falls out comes back full, which
// those that are used do not.
const (
	maxApps      = 10_000
	maxUsers     = 50_000
	maxAddresses = 50_000
)

// Limiter holds the buckets of a node.
type Limiter struct {
	c         Config
	start     time.Time
	apps      *otter.Cache[domain.AppID, *app]
	users     *otter.Cache[userKey, *user]
	addresses *otter.Cache[address, *rate.Limiter]
}

type userKey struct {
	app  domain.AppID
	user domain.UserID
}

// New makes a Limiter with full buckets.
func New(c Config) (*Limiter, error) {
	if c.Apps == nil {
		return nil, errors.New("limits: Apps is required")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	l := &Limiter{c: c, start: c.Now()}
	var err1, err2, err3 error
	l.apps, err1 = otter.New(&otter.Options[domain.AppID, *app]{MaximumSize: maxApps})
	l.users, err2 = otter.New(&otter.Options[userKey, *user]{MaximumSize: maxUsers})
	l.addresses, err3 = otter.New(&otter.Options[address, *rate.Limiter]{MaximumSize: maxAddresses})
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, fmt.Errorf("limits: buckets: %w", err)
	}
	return l, nil
}

// Allow takes a request of a user from its buckets. Without room it takes
// nothing, save that a request which only the app has no room for counts for
// its user, and tells when there will be some (CH-019); 0 means go on.
func (l *Limiter) Allow(ctx context.Context, id domain.AppID, u domain.UserID, k Kind) (retry time.Duration, err error) {
	now := l.c.Now()
	a, err := l.app(ctx, id, now)
	if err != nil {
		return 0, err
	}
	set := a.settings.Load()
	if set.off {
		return 0, nil
	}
	mine := l.user(userKey{id, u}, set, now)
	switch k {
	case Sends:
		return first(now, mine.sends, a.sends), nil
	case History:
		return first(now, mine.requests, a.history), nil
	}
	return first(now, mine.requests), nil
}

// Sockets is how many sockets a user of an app may have open on this node; 0
// for any number.
func (l *Limiter) Sockets(ctx context.Context, id domain.AppID) (int, error) {
	a, err := l.app(ctx, id, l.c.Now())
	if err != nil {
		return 0, err
	}
	switch set := a.settings.Load(); {
	case set.off:
		return 0, nil
	case set.given.UserSockets > 0:
		return set.given.UserSockets, nil
	}
	return defaultSockets, nil
}

// first takes from buckets in turn and tells how long the first empty one
// needs.
func first(now time.Time, buckets ...*rate.Limiter) time.Duration {
	for _, b := range buckets {
		if d := take(now, b); d > 0 {
			return d
		}
	}
	return 0
}

func take(now time.Time, b *rate.Limiter) time.Duration {
	if b.AllowN(now, 1) {
		return 0
	}
	r := b.ReserveN(now, 1)
	defer r.CancelAt(now)
	return max(r.DelayFrom(now), 1)
}

// app finds what holds for an app. What it found is good for a moment, so that
// requests need not look at the app's state.
func (l *Limiter) app(ctx context.Context, id domain.AppID, now time.Time) (*app, error) {
	a, ok := l.apps.GetIfPresent(id)
	if ok && !a.due(now.Sub(l.start)) {
		return a, nil
	}
	given, err := l.c.Apps.AppLimits(ctx, id)
	switch {
	case err != nil && ok:
		return a, nil // what held before still does
	case err != nil:
		return nil, fmt.Errorf("limits of app %s: %w", id, err)
	case !ok:
		a, _ = l.apps.SetIfAbsent(id, newApp(given, now.Sub(l.start)))
	}
	a.set(given, now)
	return a, nil
}

func (l *Limiter) user(k userKey, set *settings, now time.Time) *user {
	u, ok := l.users.GetIfPresent(k)
	if !ok {
		u, _ = l.users.SetIfAbsent(k, newUser(set))
	}
	u.set(set, now)
	return u
}

package overload

import (
	"context"
	"time"
)

// Place is that of one request in a lane. Its methods may be called by any
// goroutine.
type Place struct {
	lane *Lane

	// Under the lock of the lane.
	since  time.Time
	pauses int // under way
	paused time.Time
	left   bool
}

// Leave gives the place back.
func (p *Place) Leave() {
	now := time.Now()
	l := p.lane
	l.mu.Lock()
	defer l.mu.Unlock()
	p.left = true
	if p.pauses > 0 {
		l.paused--
		return
	}
	l.learn(now, now.Sub(p.since))
	l.inside--
	l.next()
}

// pause gives the place to others for a while; resume takes one, whether there
// is room or not. The time between counts for nothing.
func (p *Place) pause() (resume func()) {
	l := p.lane
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.left || l.paused >= l.c.Queue {
		return nothing
	}
	if p.pauses++; p.pauses == 1 {
		p.paused = time.Now()
		l.paused++
		l.inside--
		l.next()
	}
	return p.resume
}

func (p *Place) resume() {
	l := p.lane
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.pauses--; p.left || p.pauses > 0 {
		return
	}
	p.since = p.since.Add(time.Since(p.paused))
	l.paused--
	l.inside++
}

func nothing() {}

type placeKey struct{}

// WithPlace lets what works for a request give its place to others while it
// only waits.
func WithPlace(ctx context.Context, p *Place) context.Context {
	return context.WithValue(ctx, placeKey{}, p)
}

// Pause gives the place of a request to others until resume is called: what
// waits for its turn behind requests of its own kind, as for one stream, is no
// sign of overload and must not keep others out.
func Pause(ctx context.Context) (resume func()) {
	if p, ok := ctx.Value(placeKey{}).(*Place); ok {
		return p.pause()
	}
	return nothing
}

package overload

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

// Config says how wide a lane is. Limit is required.
type Config struct {
	// Limit is how many requests are inside at first, Least and Most are its
	// bounds; they default to Limit.
	Limit, Least, Most int
	// Queue is how many wait to come in, Wait how long each of them does.
	Queue int
	Wait  time.Duration
	// Target is the mean time that requests may take inside before the limit
	// falls; 0 for a limit that stays.
	Target time.Duration
}

// Lane lets in as many requests as can be answered within the target: the
// limit rises by a little while it is reached and answers come in time, and
// falls by a part when they do not (AIMD).
type Lane struct {
	c  Config
	mu sync.Mutex

	limit   float64
	inside  int
	paused  int
	waiting list.List // of *waiter, in the order of arrival
	window  window

	waited   uint64
	waitTime time.Duration
	full     uint64
	late     uint64
}

// window is what was seen since the limit was last looked at.
type window struct {
	from    time.Time
	answers int
	took    time.Duration
	reached bool // all places were taken
}

type waiter struct {
	in   bool
	come chan struct{} // closed when it is let in
}

// Errors of Enter: the request was not let in.
var (
	ErrFull = errors.New("too many requests are waiting")
	ErrLate = errors.New("no place became free in time")
)

// New makes a lane.
func New(c Config) *Lane {
	if c.Least == 0 {
		c.Least = c.Limit
	}
	if c.Most == 0 {
		c.Most = c.Limit
	}
	return &Lane{c: c, limit: float64(c.Limit)}
}

// Enter takes a place, at once or after some waiting. Who was let in must
// Leave. ErrFull or ErrLate when there is no place, or the error of the
// context.
func (l *Lane) Enter(ctx context.Context) (*Place, error) {
	l.mu.Lock()
	if l.waiting.Len() == 0 && l.hasRoom() {
		l.inside++
		l.mu.Unlock()
		return &Place{lane: l, since: time.Now()}, nil
	}
	l.window.reached = true
	if l.waiting.Len() >= l.c.Queue {
		l.full++
		l.mu.Unlock()
		return nil, ErrFull
	}
	w := &waiter{come: make(chan struct{})}
	at := l.waiting.PushBack(w)
	l.mu.Unlock()
	return l.wait(ctx, w, at)
}

func (l *Lane) wait(ctx context.Context, w *waiter, at *list.Element) (_ *Place, err error) {
	began := time.Now()
	timer := time.NewTimer(l.c.Wait)
	defer timer.Stop()
	select {
	case <-w.come:
	case <-timer.C:
		err = ErrLate
	case <-ctx.Done():
		err = ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if w.in { // maybe in the same moment as the time was over
		l.waited++
		l.waitTime += now.Sub(began)
		return &Place{lane: l, since: now}, nil
	}
	l.waiting.Remove(at)
	if errors.Is(err, ErrLate) {
		l.late++
	}
	return nil, err
}

// next lets in who waits while there is room.
func (l *Lane) next() {
	for l.waiting.Len() > 0 && l.hasRoom() {
		w := l.waiting.Remove(l.waiting.Front()).(*waiter)
		w.in = true
		l.inside++
		close(w.come)
	}
}

func (l *Lane) hasRoom() bool { return l.inside < int(l.limit) }

// How the limit moves: every period with enough answers it rises by a step, or
// falls to a share.
const (
	period  = 100 * time.Millisecond
	enough  = 8
	step    = 8
	fallen  = 0.8
	stopped = 10 * period // whatever was seen before is old
)

// learn counts an answer and moves the limit at the end of a period.
func (l *Lane) learn(now time.Time, took time.Duration) {
	if l.c.Target == 0 {
		return
	}
	w := &l.window
	age := now.Sub(w.from)
	if w.from.IsZero() || age > stopped && w.answers < enough {
		*w = window{from: now}
		age = 0
	}
	w.answers++
	w.took += took
	if age < period || w.answers < enough {
		return
	}
	switch mean := w.took / time.Duration(w.answers); {
	case mean > l.c.Target:
		l.limit = max(l.limit*fallen, float64(l.c.Least))
	case w.reached:
		l.limit = min(l.limit+step, float64(l.c.Most))
	}
	*w = window{from: now}
}

// Stats is how a lane is doing. Counts are since the start.
type Stats struct {
	Inside, Waiting, Paused, Limit int

	Waited     uint64 // requests that had to wait and came in
	WaitTime   time.Duration
	Full, Late uint64 // requests that were not let in
}

// Stats reads how the lane is doing.
func (l *Lane) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Stats{
		Inside: l.inside, Waiting: l.waiting.Len(), Paused: l.paused, Limit: int(l.limit),
		Waited: l.waited, WaitTime: l.waitTime, Full: l.full, Late: l.late,
	}
}

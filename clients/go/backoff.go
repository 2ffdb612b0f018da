package parley

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff is how long to wait between attempts: the bound doubles with each,
// and the wait is a random time between half of it and all of it, so that many
// clients of a server that comes back do not come at the same moment.
type Backoff struct {
	// First is the bound of the first wait; 0: 200 ms.
	First time.Duration
	// Most is the highest bound; 0: 10 s.
	Most time.Duration
}

// delay is the wait behind an attempt, counted from 0.
func (b Backoff) delay(attempt int) time.Duration {
	bound, most := b.First, b.Most
	if bound == 0 {
		bound = 200 * time.Millisecond
	}
	if most == 0 {
		most = 10 * time.Second
	}
	for ; attempt > 0 && bound < most; attempt-- {
		bound *= 2
	}
	bound = min(bound, most)
	return bound/2 + rand.N(bound/2+1)
}

// wait waits behind an attempt, at least for least, and fails when the context
// ends first.
func (b Backoff) wait(ctx context.Context, attempt int, least time.Duration) error {
	timer := time.NewTimer(max(b.delay(attempt), least))
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

package projections

import (
	"context"
	"sync/atomic"
	"time"
)

// pace keeps a build from taking more than it may.
type pace struct {
	rate   int // events per second; 0: as many as the others allow
	demand func() demand
	next   time.Time
	polite atomic.Bool // somebody has read lately
}

// demand is what others want of the machine.
type demand struct {
	reads   bool // somebody has read since the last question
	waiting bool // somebody waits for a live build
}

func nobody() demand { return demand{} }

// politeChunk is the size of chunks while somebody reads: a large one would
// hold the processor for too long.
const politeChunk = 1000

func (p *pace) chunk() int {
	switch {
	case p.rate > 0:
		return max(1, min(chunkItems, p.rate/10))
	case p.polite.Load():
		return politeChunk
	}
	return chunkItems
}

// after rests after a chunk that took a while.
func (p *pace) after(ctx context.Context, events int, took time.Duration) error {
	if p.rate > 0 {
		now := time.Now()
		if p.next.Before(now.Add(-took)) {
			p.next = now.Add(-took)
		}
		p.next = p.next.Add(time.Duration(events) * time.Second / time.Duration(p.rate))
		return pause(ctx, p.next.Sub(now))
	}
	d := p.demand()
	p.polite.Store(d.reads || d.waiting)
	switch {
	case d.waiting:
		return pause(ctx, 3*took)
	case d.reads:
		return pause(ctx, took)
	}
	return ctx.Err()
}

package crashtest_test

import (
	"sync"
	"time"
)

// pulse tells when the service lives again: a send was acknowledged that had
// been made after a given moment.
type pulse struct {
	mu      sync.Mutex
	waiting []waiting
}

type waiting struct {
	since time.Time
	seen  chan time.Time
}

// beat notes that a send made at a moment has just been acknowledged.
func (p *pulse) beat(made time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := p.waiting[:0]
	for _, w := range p.waiting {
		if made.After(w.since) {
			w.seen <- time.Now()
			continue
		}
		left = append(left, w)
	}
	p.waiting = left
}

// since receives when the first send made after a moment is acknowledged.
func (p *pulse) since(moment time.Time) <-chan time.Time {
	seen := make(chan time.Time, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = append(p.waiting, waiting{moment, seen})
	return seen
}

package postgres

import (
	"fmt"
	"runtime"
	"sync"
	"time"

	"parley/internal/eventstore"
)

// Limits of one batch.
const (
	batchEvents = 1024
	batchBytes  = 1 << 20
)

// waitingBytes bounds the data of the appends that wait.
const waitingBytes = 64 << 20

// queue gathers requests while a batch is under way. At any time at most one
// goroutine, the leader, takes batches from it.
type queue struct {
	mu      sync.Mutex
	waiting []*request
	bytes   int // of them
	led     bool
	down    bool // the database is away: refuse at once
	closed  bool
	most    int           // how many may wait
	refused uint64        // because too many waited
	idle    chan struct{} // closed when the last leader has left a closed queue
}

func newQueue(most int) *queue { return &queue{most: most, idle: make(chan struct{})} }

// add puts requests in line. It tells the caller to lead, or to find a leader,
// if nobody does.
func (q *queue) add(requests ...*request) (lead bool, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return false, eventstore.ErrClosed
	case q.down:
		return false, fmt.Errorf("%w: no connection to the database", eventstore.ErrUnavailable)
	}
	if len(q.waiting) >= q.most || q.bytes >= waitingBytes {
		q.refused++
		return false, eventstore.ErrBusy
	}
	q.waiting = append(q.waiting, requests...)
	for _, r := range requests {
		q.bytes += r.size
	}
	if q.led {
		return false, nil
	}
	q.led = true
	return true, nil
}

// gather lets those who were just answered add what they have next, as long as
// that makes the batch grow. It only yields the processor and never waits.
func (q *queue) gather() {
	const yields = 16
	for n, last := 0, -1; n < yields; n++ {
		runtime.Gosched()
		q.mu.Lock()
		length := len(q.waiting)
		q.mu.Unlock()
		if length == last || length >= batchEvents {
			return
		}
		last = length
	}
}

// resign ends the leadership if nobody waits.
func (q *queue) resign() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.resignLocked()
}

func (q *queue) resignLocked() bool {
	if len(q.waiting) > 0 {
		return false
	}
	q.led = false
	if q.closed {
		close(q.idle)
	}
	return true
}

// take removes the next batch. When there is none the leader has resigned.
func (q *queue) take() []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.resignLocked() {
		return nil
	}
	n, events, bytes := 0, 0, 0
	for _, r := range q.waiting {
		events += len(r.write.Events)
		bytes += r.size
		if n > 0 && (events > batchEvents || bytes > batchBytes) {
			break
		}
		n++
	}
	batch := q.waiting[:n:n]
	q.drop(n)
	return batch
}

// refuse answers the requests that have waited longer than age.
func (q *queue) refuse(now time.Time, age time.Duration, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for n < len(q.waiting) && now.Sub(q.waiting[n].queued) >= age {
		q.waiting[n].answer(eventstore.Result{}, err)
		n++
	}
	q.drop(n)
}

// drop forgets the first requests.
func (q *queue) drop(n int) {
	for _, r := range q.waiting[:n] {
		q.bytes -= r.size
	}
	q.waiting = q.waiting[n:]
	if len(q.waiting) == 0 {
		q.waiting = nil
	}
}

func (q *queue) setDown(down bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.down = down
}

// close lets the waiting requests finish and accepts no more.
func (q *queue) close() {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		if !q.led {
			close(q.idle)
		}
	}
	q.mu.Unlock()
	<-q.idle
}

package postgres

import (
	"sync"

	"parley/internal/eventstore"
)

// eventOverhead estimates what an event costs in memory beside its data.
const eventOverhead = 256

// ring keeps the newest events of the log, everything up to the position that
// the writer knows, so that subscribers at the tail need no query.
type ring struct {
	maxEvents, maxBytes int

	mu      sync.Mutex
	events  []eventstore.Recorded // circular
	start   int                   // index of the oldest
	count   int
	bytes   int
	head    eventstore.Position // position of the newest, or where the ring began
	changed chan struct{}       // closed when events arrive; nil if nobody waits
}

func newRing(maxEvents, maxBytes int) *ring {
	return &ring{maxEvents: maxEvents, maxBytes: maxBytes, events: make([]eventstore.Recorded, min(maxEvents, 1024))}
}

// publish adds the events that follow the head.
func (r *ring) publish(events []eventstore.Recorded) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range events {
		r.push(&events[i])
	}
	r.head = events[len(events)-1].Position
	r.wake()
}

// reset empties the ring: the log goes on after head.
func (r *ring) reset(head eventstore.Position) {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.events)
	r.start, r.count, r.bytes, r.head = 0, 0, 0, head
	r.wake()
}

func (r *ring) wake() {
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}

func (r *ring) push(e *eventstore.Recorded) {
	if r.count == len(r.events) && r.count < r.maxEvents {
		grown := make([]eventstore.Recorded, min(2*r.count, r.maxEvents))
		n := copy(grown, r.events[r.start:])
		copy(grown[n:], r.events[:r.start])
		r.events, r.start = grown, 0
	}
	size := len(e.Data) + eventOverhead
	for r.count > 0 && (r.count == len(r.events) || r.bytes+size > r.maxBytes) {
		r.bytes -= len(r.events[r.start].Data) + eventOverhead
		r.events[r.start] = eventstore.Recorded{}
		r.start = (r.start + 1) % len(r.events)
		r.count--
	}
	r.events[(r.start+r.count)%len(r.events)] = *e
	r.count++
	r.bytes += size
}

// after copies up to limit events behind a position. When there is none it
// returns a channel that is closed as soon as events arrive. covered is false
// if the ring no longer has the first of them.
func (r *ring) after(pos eventstore.Position, limit int) (events []eventstore.Recorded, head eventstore.Position, arrived <-chan struct{}, covered bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	behind := int64(r.head - pos)
	switch {
	case behind <= 0:
		if r.changed == nil {
			r.changed = make(chan struct{})
		}
		return nil, r.head, r.changed, true
	case behind > int64(r.count):
		return nil, r.head, nil, false
	}
	n := min(int(behind), limit)
	first := (r.start + r.count - int(behind)) % len(r.events)
	events = make([]eventstore.Recorded, n)
	copied := copy(events, r.events[first:])
	copy(events[copied:], r.events)
	return events, r.head, nil, true
}

// at returns the event at a position, if it is still here.
func (r *ring) at(pos eventstore.Position) (eventstore.Recorded, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	behind := int64(r.head - pos)
	if behind < 0 || behind >= int64(r.count) {
		return eventstore.Recorded{}, false
	}
	return r.events[(r.start+r.count-1-int(behind))%len(r.events)], true
}

// position is where the newest event is.
func (r *ring) position() eventstore.Position {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.head
}

package memory

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/google/uuid"

	"parley/internal/eventstore"
)

// Log keeps all events in memory.
type Log struct {
	now func() time.Time

	mu      sync.Mutex
	events  []event
	streams map[string][]int // indexes of events
	ids     map[uuid.UUID]int
	lastID  int64
	lastAt  time.Time
	changed chan struct{} // closed when events arrive
	closed  chan struct{}
}

// event is a recorded event and how many of its append follow.
type event struct {
	eventstore.Recorded
	rest int
}

var _ eventstore.Log = (*Log)(nil)

// New returns an empty log.
func New() *Log { return NewWithClock(time.Now) }

// NewWithClock returns an empty log that takes its time from now.
func NewWithClock(now func() time.Time) *Log {
	return &Log{
		now:     now,
		streams: make(map[string][]int),
		ids:     make(map[uuid.UUID]int),
		changed: make(chan struct{}),
		closed:  make(chan struct{}),
	}
}

// Close ends the subscriptions and refuses further appends.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.isClosed() {
		close(l.closed)
	}
	return nil
}

func (l *Log) isClosed() bool {
	select {
	case <-l.closed:
		return true
	default:
		return false
	}
}

// Find implements eventstore.Log.
func (l *Log) Find(ctx context.Context, ids ...uuid.UUID) (map[uuid.UUID]eventstore.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	found := make(map[uuid.UUID]eventstore.Result, len(ids))
	for _, id := range ids {
		if i, ok := l.ids[id]; ok {
			found[id] = l.events[i].result()
		}
	}
	return found, nil
}

// ReadStream implements eventstore.Log.
func (l *Log) ReadStream(ctx context.Context, stream string, from eventstore.Revision) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		for next := max(from, 0); ; next++ {
			if err := ctx.Err(); err != nil {
				yield(eventstore.Recorded{}, err)
				return
			}
			e, ok := l.streamEvent(stream, next)
			if !ok || !yield(e, nil) {
				return
			}
		}
	}
}

// ReadStreams implements eventstore.Log.
func (l *Log) ReadStreams(ctx context.Context, from map[string]eventstore.Revision) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		for stream, revision := range from {
			for e, err := range l.ReadStream(ctx, stream, revision) {
				if !yield(e, err) || err != nil {
					return
				}
			}
		}
	}
}

func (l *Log) streamEvent(stream string, r eventstore.Revision) (eventstore.Recorded, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	indexes := l.streams[stream]
	if int64(r) >= int64(len(indexes)) {
		return eventstore.Recorded{}, false
	}
	return l.events[indexes[r]].Recorded, true
}

// ReadAll implements eventstore.Log.
func (l *Log) ReadAll(ctx context.Context, after eventstore.Position, limit int) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		events, head, _ := l.after(after, limit)
		if limit <= 0 {
			events, _, _ = l.after(after, int(head-after))
		}
		for _, e := range events {
			if err := ctx.Err(); err != nil {
				yield(eventstore.Recorded{}, err)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Head implements eventstore.Log.
func (l *Log) Head(ctx context.Context) (eventstore.Position, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return eventstore.Position(len(l.events)), ctx.Err()
}

// after returns up to limit events behind a position, the head, and a channel
// that is closed when more arrive.
func (l *Log) after(pos eventstore.Position, limit int) ([]eventstore.Recorded, eventstore.Position, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := min(max(int(pos), 0), len(l.events))
	n := min(max(limit, 0), len(l.events)-first)
	events := make([]eventstore.Recorded, n)
	for i := range events {
		events[i] = l.events[first+i].Recorded
	}
	return events, eventstore.Position(len(l.events)), l.changed
}

// result describes the append whose first event this is.
func (e event) result() eventstore.Result {
	return eventstore.Result{
		Stream:   e.Stream,
		ID:       eventstore.StreamID(e.Stream),
		Revision: e.Revision + eventstore.Revision(e.rest),
		Position: e.Position + eventstore.Position(e.rest),
		At:       e.At,
		Repeated: true,
		Digest:   e.Meta[eventstore.MetaOnce],
	}
}

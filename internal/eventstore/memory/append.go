package memory

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/google/uuid"

	"parley/internal/eventstore"
)

// Append implements eventstore.Log.
func (l *Log) Append(ctx context.Context, w eventstore.Write) (eventstore.Result, error) {
	if err := ctx.Err(); err != nil {
		return eventstore.Result{}, err
	}
	if err := w.Validate(); err != nil {
		return eventstore.Result{}, fmt.Errorf("append to %s: %w", w.Stream, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isClosed() {
		return eventstore.Result{}, eventstore.ErrClosed
	}
	if i, ok := l.ids[w.Events[0].ID]; ok {
		return l.repeat(w, l.events[i])
	}
	if err := l.check(w); err != nil {
		return eventstore.Result{}, err
	}
	return l.record(w), nil
}

// AppendMany implements eventstore.Log.
func (l *Log) AppendMany(ctx context.Context, writes []eventstore.Write) ([]eventstore.Result, error) {
	results := make([]eventstore.Result, 0, len(writes))
	for _, w := range writes {
		r, err := l.Append(ctx, w)
		if err != nil {
			return results, err
		}
		if results = append(results, r); r.Repeated {
			break
		}
	}
	return results, nil
}

// repeat answers an append that the log holds already.
func (l *Log) repeat(w eventstore.Write, e event) (eventstore.Result, error) {
	result := e.result()
	same := result.Stream == w.Stream || w.Draw && result.Stream == w.Stream+strconv.FormatInt(result.ID, 10)
	if !same && !w.Once {
		return eventstore.Result{}, idTaken(w.Events[0].ID)
	}
	return result, nil
}

func (l *Log) check(w eventstore.Write) error {
	for _, g := range w.Guards {
		if last := l.revision(g.Stream); last > g.Revision {
			return fmt.Errorf("append to %s: %w: %s is at revision %d, the decision at %d",
				w.Stream, eventstore.ErrGuard, g.Stream, last, g.Revision)
		}
	}
	current := l.revision(w.Stream)
	if !w.Draw && w.Expected != eventstore.Any && int64(w.Expected) != int64(current) {
		return &eventstore.WrongRevision{Stream: w.Stream, Expected: w.Expected, Current: current}
	}
	for _, e := range w.Events[1:] {
		if _, taken := l.ids[e.ID]; taken {
			return idTaken(e.ID)
		}
	}
	return nil
}

func (l *Log) revision(stream string) eventstore.Revision {
	return eventstore.Revision(len(l.streams[stream])) - 1
}

func (l *Log) record(w eventstore.Write) eventstore.Result {
	stream := w.Stream
	if w.Draw {
		stream = l.draw(w.Stream)
	}
	if at := l.now().Truncate(time.Microsecond).UTC(); at.After(l.lastAt) {
		l.lastAt = at
	}
	first := len(l.events)
	for i, e := range w.Events {
		l.ids[e.ID] = len(l.events)
		e.Data = append([]byte{}, e.Data...)
		if e.Meta = maps.Clone(e.Meta); len(e.Meta) == 0 {
			e.Meta = nil
		}
		recorded := eventstore.Recorded{
			NewEvent: e,
			Stream:   stream,
			Revision: l.revision(stream) + 1,
			Position: eventstore.Position(len(l.events) + 1),
			At:       l.lastAt,
		}
		l.streams[stream] = append(l.streams[stream], len(l.events))
		l.events = append(l.events, event{recorded, len(w.Events) - 1 - i})
	}
	close(l.changed)
	l.changed = make(chan struct{})
	result := l.events[first].result()
	result.Repeated = false
	return result
}

// draw names a new stream: the milliseconds since 2020 in the upper bits of its
// id, so that ids rise with time, and always.
func (l *Log) draw(prefix string) string {
	const epoch, counterBits = 1_577_836_800_000, 22
	clock := max(0, l.now().UnixMilli()-epoch) << counterBits
	for {
		l.lastID = max(l.lastID+1, clock)
		stream := prefix + strconv.FormatInt(l.lastID, 10)
		if _, exists := l.streams[stream]; !exists {
			return stream
		}
	}
}

func idTaken(id uuid.UUID) error {
	return fmt.Errorf("%w: event id %s belongs to another append", eventstore.ErrInvalid, id)
}

package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/internal/eventstore"
)

// Stats is how the log is doing on this node.
type Stats struct {
	Position int64  // of the newest event that this node knows
	Waiting  int    // appends
	Refused  uint64 // appends, because too many waited
}

// Stats reads how the log is doing.
func (l *Log) Stats() Stats {
	s := Stats{Position: int64(l.ring.position())}
	l.queue.mu.Lock()
	defer l.queue.mu.Unlock()
	s.Waiting, s.Refused = len(l.queue.waiting), l.queue.refused
	return s
}

// Accepting tells why appends are refused now; nil when they are not.
func (l *Log) Accepting() error {
	l.queue.mu.Lock()
	defer l.queue.mu.Unlock()
	switch {
	case l.queue.closed:
		return eventstore.ErrClosed
	case l.queue.down:
		return errAway
	case len(l.queue.waiting) >= l.queue.most || l.queue.bytes >= waitingBytes:
		return errors.New("too many appends are waiting")
	}
	return nil
}

// RecordedAt is when the event at a position was appended.
func (l *Log) RecordedAt(ctx context.Context, position int64) (time.Time, error) {
	if r, ok := l.ring.at(eventstore.Position(position)); ok {
		return r.At, nil
	}
	events, err := l.page(ctx, eventstore.Position(position-1), 1)
	if err != nil || len(events) == 0 {
		return time.Time{}, fmt.Errorf("read event %d: %w", position, err)
	}
	return events[0].At, nil
}

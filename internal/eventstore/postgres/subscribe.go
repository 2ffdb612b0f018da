package postgres

import (
	"context"
	"fmt"
	"sync"
	"time"

	"parley/internal/eventstore"
)

// Subscribe implements eventstore.Log.
func (l *Log) Subscribe(ctx context.Context, after eventstore.Position) (eventstore.Subscription, error) {
	if l.ctx.Err() != nil {
		return nil, eventstore.ErrClosed
	}
	l.subscribers.Add(1)
	s := &subscription{log: l, ctx: ctx, after: after, closed: make(chan struct{})}
	s.stop = context.AfterFunc(ctx, s.leave)
	return s, nil
}

// subscription follows the log: from memory at the tail, by pages behind it.
type subscription struct {
	log    *Log
	ctx    context.Context // of Subscribe: the life of the subscription
	after  eventstore.Position
	stop   func() bool
	once   sync.Once
	closed chan struct{}
}

// Next implements eventstore.Subscription.
func (s *subscription) Next(ctx context.Context, limit int) (eventstore.Batch, error) {
	if limit <= 0 {
		limit = pageSize
	}
	for {
		if err := s.ended(ctx); err != nil {
			return eventstore.Batch{}, err
		}
		events, head, arrived, covered := s.log.ring.after(s.after, limit)
		switch {
		case !covered:
			var err error
			if events, err = s.log.page(ctx, s.after, min(limit, pageSize)); err != nil {
				return eventstore.Batch{}, err
			}
			if len(events) == 0 {
				return eventstore.Batch{}, fmt.Errorf("the log ends at %d and should reach %d", s.after, head)
			}
		case len(events) == 0:
			if err := s.wait(ctx, arrived); err != nil {
				return eventstore.Batch{}, err
			}
			continue
		}
		s.after = events[len(events)-1].Position
		return eventstore.Batch{Events: events, CaughtUp: s.after >= head}, nil
	}
}

func (s *subscription) ended(ctx context.Context) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	select {
	case <-s.closed:
		return eventstore.ErrClosed
	case <-s.log.ctx.Done():
		return eventstore.ErrClosed
	default:
		return ctx.Err()
	}
}

func (s *subscription) wait(ctx context.Context, arrived <-chan struct{}) error {
	select {
	case <-arrived:
	case <-ctx.Done():
	case <-s.ctx.Done():
	case <-s.closed:
	case <-s.log.ctx.Done():
	}
	return s.ended(ctx)
}

// Close implements eventstore.Subscription.
func (s *subscription) Close() error {
	s.stop()
	s.leave()
	return nil
}

func (s *subscription) leave() {
	s.once.Do(func() {
		close(s.closed)
		s.log.subscribers.Add(-1)
	})
}

// poll looks for foreign events while somebody subscribes. The writer reads
// them, so that everything known to this process passes through one place.
func (l *Log) poll() {
	ticker := time.NewTicker(l.config.Poll)
	defer ticker.Stop()
	var before eventstore.Position
	for {
		select {
		case <-l.ctx.Done():
			return
		case <-ticker.C:
		}
		known := l.ring.position()
		if l.subscribers.Load() == 0 || known != before {
			before = known // the writer has just looked by itself
			continue
		}
		if head, err := l.readHead(l.ctx); err == nil && head > l.ring.position() {
			l.requestSync()
		}
	}
}

// requestSync makes the writer read what others have written. Nobody waits for
// it, and a writer without connection looks anyway when it has one.
func (l *Log) requestSync() {
	r := &request{sync: true, queued: time.Now(), done: make(chan outcome, 1)}
	if lead, err := l.queue.add(r); err == nil && lead {
		go l.lead()
	}
}

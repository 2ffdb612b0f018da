package memory

import (
	"context"
	"sync"

	"parley/internal/eventstore"
)

// Subscribe implements eventstore.Log.
func (l *Log) Subscribe(ctx context.Context, after eventstore.Position) (eventstore.Subscription, error) {
	if l.isClosed() {
		return nil, eventstore.ErrClosed
	}
	return &subscription{log: l, ctx: ctx, after: after, closed: make(chan struct{})}, nil
}

type subscription struct {
	log    *Log
	ctx    context.Context // of Subscribe: the life of the subscription
	after  eventstore.Position
	once   sync.Once
	closed chan struct{}
}

// Next implements eventstore.Subscription.
func (s *subscription) Next(ctx context.Context, limit int) (eventstore.Batch, error) {
	if limit <= 0 {
		limit = 1000
	}
	for {
		if err := s.ended(ctx); err != nil {
			return eventstore.Batch{}, err
		}
		events, head, changed := s.log.after(s.after, limit)
		if len(events) > 0 {
			s.after = events[len(events)-1].Position
			return eventstore.Batch{Events: events, CaughtUp: s.after == head}, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
		case <-s.ctx.Done():
		case <-s.closed:
		case <-s.log.closed:
		}
	}
}

func (s *subscription) ended(ctx context.Context) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	select {
	case <-s.closed:
		return eventstore.ErrClosed
	case <-s.log.closed:
		return eventstore.ErrClosed
	default:
		return ctx.Err()
	}
}

// Close implements eventstore.Subscription.
func (s *subscription) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

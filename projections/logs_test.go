package projections_test

import (
	"context"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/internal/eventstore"
	"parley/projections"
)

func config(log eventstore.Log, pool *pgxpool.Pool) projections.Config {
	return projections.Config{Log: log, DB: pool, Logger: slog.New(slog.DiscardHandler)}
}

// emptying is a log whose events of type Gone retention has emptied.
type emptying struct{ eventstore.Log }

func (l *emptying) Subscribe(ctx context.Context, after eventstore.Position) (eventstore.Subscription, error) {
	s, err := l.Log.Subscribe(ctx, after)
	return &emptiedBatches{s}, err
}

type emptiedBatches struct{ eventstore.Subscription }

func (s *emptiedBatches) Next(ctx context.Context, limit int) (eventstore.Batch, error) {
	b, err := s.Subscription.Next(ctx, limit)
	for i, r := range b.Events {
		if r.Type == "Gone" {
			b.Events[i].Type, b.Events[i].V, b.Events[i].Data = eventstore.Scavenged, 0, nil
		}
	}
	return b, err
}

// cutting is a log whose subscriptions deliver batches of the sizes that it is
// told.
type cutting struct {
	eventstore.Log
	size func() int
}

func (l *cutting) Subscribe(ctx context.Context, after eventstore.Position) (eventstore.Subscription, error) {
	s, err := l.Log.Subscribe(ctx, after)
	return &cutBatches{s, l.size}, err
}

type cutBatches struct {
	eventstore.Subscription
	size func() int
}

func (s *cutBatches) Next(ctx context.Context, limit int) (eventstore.Batch, error) {
	return s.Subscription.Next(ctx, min(limit, s.size()))
}

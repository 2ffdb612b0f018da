package commands_test

import (
	"context"
	"iter"
	"sync/atomic"

	"parley/internal/eventstore"
	"parley/internal/eventstore/memory"
)

// faulty is a log that a test can break and hold up.
type faulty struct {
	eventstore.Log
	deaf   bool                         // subscriptions deliver nothing
	before func(eventstore.Write) error // called ahead of each append
	broken atomic.Pointer[error]        // what every operation answers
}

func newFaulty() *faulty { return &faulty{Log: memory.New()} }

func (l *faulty) fail(err error) { l.broken.Store(&err) }

func (l *faulty) heal() { l.broken.Store(nil) }

func (l *faulty) fault() error {
	if err := l.broken.Load(); err != nil {
		return *err
	}
	return nil
}

func (l *faulty) Append(ctx context.Context, w eventstore.Write) (eventstore.Result, error) {
	if err := l.fault(); err != nil {
		return eventstore.Result{}, err
	}
	if l.before != nil {
		if err := l.before(w); err != nil {
			return eventstore.Result{}, err
		}
	}
	return l.Log.Append(ctx, w)
}

func (l *faulty) AppendMany(ctx context.Context, writes []eventstore.Write) ([]eventstore.Result, error) {
	var results []eventstore.Result
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

func (l *faulty) ReadStream(ctx context.Context, stream string, from eventstore.Revision) iter.Seq2[eventstore.Recorded, error] {
	if err := l.fault(); err != nil {
		return func(yield func(eventstore.Recorded, error) bool) { yield(eventstore.Recorded{}, err) }
	}
	return l.Log.ReadStream(ctx, stream, from)
}

func (l *faulty) Subscribe(ctx context.Context, after eventstore.Position) (eventstore.Subscription, error) {
	s, err := l.Log.Subscribe(ctx, after)
	if l.deaf {
		return silent{s}, err
	}
	return s, err
}

// silent is a subscription that never catches up.
type silent struct{ eventstore.Subscription }

func (silent) Next(ctx context.Context, _ int) (eventstore.Batch, error) {
	<-ctx.Done()
	return eventstore.Batch{}, ctx.Err()
}

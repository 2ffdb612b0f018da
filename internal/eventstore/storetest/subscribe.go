package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/eventstore"
)

var subscribeContracts = []contract{
	{"a subscription passes from the past to live without a gap", nil, pastToLive},
	{"a subscription resumes from a position", nil, resume},
	{"a subscriber that fell far behind misses nothing", nil, fellBehind},
	{"many subscribers see the same events", nil, manySubscribers},
	{"an event is at hand as soon as its append returned", nil, atHand},
	{"waiting ends with the context of the call", nil, nextCancelled},
	{"waiting ends with the deadline of the call and may be resumed", nil, nextDeadline},
	{"a subscription ends with its context", nil, subscriptionCancelled},
	{"a closed subscription says so", nil, subscriptionClosed},
}

func pastToLive(t *testing.T, s Store) {
	fill(t, s.Log, "message-a.1.", 1500)
	var wg sync.WaitGroup
	defer wg.Wait()
	for range 4 {
		wg.Go(func() {
			for range 500 {
				if _, err := s.Log.Append(deadline(t), eventstore.Write{Stream: "message-a.2.", Draw: true, Events: events(1)}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	got := follow(t, subscribe(t, s.Log, 0), 3500)
	wg.Wait()
	require.Equal(t, len(got), len(everything(t, s.Log)))
	require.Equal(t, everything(t, s.Log), got)
}

func resume(t *testing.T, s Store) {
	fill(t, s.Log, "message-a.1.", 100)
	got := follow(t, subscribe(t, s.Log, 0), 40)
	rest := follow(t, subscribe(t, s.Log, got[39].Position), 60)
	require.Equal(t, everything(t, s.Log), append(got, rest...))
	sub := subscribe(t, s.Log, rest[59].Position)
	r := mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, event("new"))
	batch, err := sub.Next(deadline(t), 10)
	require.NoError(t, err)
	require.True(t, batch.CaughtUp)
	require.Equal(t, r.Position, batch.Events[0].Position)
}

func fellBehind(t *testing.T, s Store) {
	sub := subscribe(t, s.Log, 0)
	fill(t, s.Log, "message-a.1.", 10)
	follow(t, sub, 5)
	fill(t, s.Log, "message-a.1.", 5000)
	got := follow(t, sub, 5005)
	require.Equal(t, head(t, s.Log), got[5004].Position)
}

func manySubscribers(t *testing.T, s Store) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for range 8 {
		sub := subscribe(t, s.Log, 0)
		wg.Go(func() {
			last := eventstore.Position(0)
			for n := 0; n < 600; {
				batch, err := sub.Next(deadline(t), 7)
				if err != nil {
					t.Error(err)
					return
				}
				for _, e := range batch.Events {
					if e.Position <= last {
						t.Errorf("position %d follows %d", e.Position, last)
					}
					last = e.Position
				}
				n += len(batch.Events)
			}
		})
	}
	for range 300 {
		mustAppend(t, s.Log, "message-a.1.1", eventstore.Any, events(2)...)
	}
}

func atHand(t *testing.T, s Store) {
	sub := subscribe(t, s.Log, 0)
	for range 50 {
		r := mustAppend(t, s.Log, "channel-a.1", eventstore.Any, event("1"))
		batch, err := sub.Next(deadline(t), 10)
		require.NoError(t, err)
		require.Len(t, batch.Events, 1)
		require.Equal(t, r.Position, batch.Events[0].Position)
		require.Equal(t, r.Position, head(t, s.Log))
	}
}

func nextCancelled(t *testing.T, s Store) {
	sub := subscribe(t, s.Log, 0)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := sub.Next(ctx, 1)
		ended <- err
	}()
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, event("1"))
	follow(t, sub, 1)
}

func nextDeadline(t *testing.T, s Store) {
	sub := subscribe(t, s.Log, 0)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := sub.Next(ctx, 1)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, event("1"))
	follow(t, sub, 1)
}

func subscriptionCancelled(t *testing.T, s Store) {
	ctx, cancel := context.WithCancel(t.Context())
	sub, err := s.Log.Subscribe(ctx, 0)
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() {
		_, err := sub.Next(context.Background(), 1)
		ended <- err
	}()
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	require.NoError(t, sub.Close())
}

func subscriptionClosed(t *testing.T, s Store) {
	sub := subscribe(t, s.Log, 0)
	ended := make(chan error, 1)
	go func() {
		_, err := sub.Next(context.Background(), 1)
		ended <- err
	}()
	require.NoError(t, sub.Close())
	require.ErrorIs(t, <-ended, eventstore.ErrClosed)
	require.NoError(t, sub.Close())
}

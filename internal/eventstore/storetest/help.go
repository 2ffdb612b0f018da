package storetest

import (
	"context"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/internal/eventstore"
)

// patience bounds every wait of a case.
const patience = 60 * time.Second

func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// event is a new event with some data.
func event(data string) eventstore.NewEvent {
	return eventstore.NewEvent{ID: uuid.Must(uuid.NewV7()), Type: "Happened", V: 1, Data: []byte(data)}
}

func events(n int) []eventstore.NewEvent {
	all := make([]eventstore.NewEvent, n)
	for i := range all {
		all[i] = event(`{"n":1}`)
	}
	return all
}

// mustAppend appends events and demands success.
func mustAppend(t *testing.T, log eventstore.Log, stream string, expected eventstore.Expected, events ...eventstore.NewEvent) eventstore.Result {
	t.Helper()
	r, err := log.Append(deadline(t), eventstore.Write{Stream: stream, Expected: expected, Events: events})
	require.NoError(t, err)
	return r
}

// fill appends n events to streams of their own.
func fill(t *testing.T, log eventstore.Log, prefix string, n int) {
	t.Helper()
	for n > 0 {
		size := min(n, 500)
		_, err := log.Append(deadline(t), eventstore.Write{Stream: prefix, Draw: true, Events: events(size)})
		require.NoError(t, err)
		n -= size
	}
}

// persist appends until the outcome is known: what a careful client does.
func persist(ctx context.Context, log eventstore.Log, w eventstore.Write) (eventstore.Result, error) {
	for {
		r, err := log.Append(ctx, w)
		if !errors.Is(err, eventstore.ErrAmbiguous) && !errors.Is(err, eventstore.ErrUnavailable) {
			return r, err
		}
	}
}

// collect reads a sequence to its end.
func collect(t *testing.T, seq iter.Seq2[eventstore.Recorded, error]) []eventstore.Recorded {
	t.Helper()
	var all []eventstore.Recorded
	for e, err := range seq {
		require.NoError(t, err)
		all = append(all, e)
	}
	return all
}

func stream(t *testing.T, log eventstore.Log, name string) []eventstore.Recorded {
	t.Helper()
	return collect(t, log.ReadStream(deadline(t), name, 0))
}

func everything(t *testing.T, log eventstore.Log) []eventstore.Recorded {
	t.Helper()
	return collect(t, log.ReadAll(deadline(t), 0, 0))
}

func head(t *testing.T, log eventstore.Log) eventstore.Position {
	t.Helper()
	p, err := log.Head(deadline(t))
	require.NoError(t, err)
	return p
}

func subscribe(t *testing.T, log eventstore.Log, after eventstore.Position) eventstore.Subscription {
	t.Helper()
	s, err := log.Subscribe(t.Context(), after)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// follow takes n events from a subscription and demands that they rise.
func follow(t *testing.T, s eventstore.Subscription, n int) []eventstore.Recorded {
	t.Helper()
	var all []eventstore.Recorded
	for ctx := deadline(t); len(all) < n; {
		batch, err := s.Next(ctx, min(n-len(all), 300))
		require.NoError(t, err)
		require.NotEmpty(t, batch.Events)
		all = append(all, batch.Events...)
	}
	requireRising(t, all)
	return all
}

func requireRising(t *testing.T, all []eventstore.Recorded) {
	t.Helper()
	for i := 1; i < len(all); i++ {
		if all[i].Position <= all[i-1].Position {
			t.Fatalf("position %d follows %d", all[i].Position, all[i-1].Position)
		}
	}
}

// requireCounted demands positions without gaps, from 1.
func requireCounted(t *testing.T, all []eventstore.Recorded) {
	t.Helper()
	for i, e := range all {
		if int(e.Position) != i+1 {
			t.Fatalf("event %d has position %d", i+1, e.Position)
		}
	}
}

func requireWrongRevision(t *testing.T, err error, current eventstore.Revision) {
	t.Helper()
	var wrong *eventstore.WrongRevision
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, current, wrong.Current)
}

// long tells whether a case may take its full size.
func long() bool { return !testing.Short() && !raceEnabled }

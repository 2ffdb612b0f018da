package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/internal/eventstore"
)

var repeatContracts = []contract{
	{"the same append again is answered with the first result", nil, repeated},
	{"a repeat is recognised after the stream moved on", nil, repeatedLate},
	{"a repeat is recognised after a restart", []Capability{Restart}, repeatedAfterRestart},
	{"a repeat that meets its original in the same batch", nil, repeatedAtOnce},
	{"a once-key appends once and returns the digest", nil, once},
	{"a once-key looks at neither expectation nor guards", []Capability{Guards}, onceFirst},
	{"a once-key is recognised after a restart", []Capability{Restart}, onceAfterRestart},
	{"500 once-keys repeated in one batch harm no neighbour", nil, onceStorm},
	{"an append is found by its first event id", nil, find},
}

// sameResult demands that got is the repeat of want.
func sameResult(t *testing.T, want, got eventstore.Result) {
	t.Helper()
	require.True(t, got.Repeated)
	require.True(t, want.At.Equal(got.At))
	want.Repeated, want.At = true, got.At
	require.Equal(t, want, got)
}

// shapes are appends of all kinds.
func shapes() []eventstore.Write {
	return []eventstore.Write{
		{Stream: "channel-a.1", Expected: eventstore.NoStream, Events: events(1)},
		{Stream: "channel-a.1", Expected: 0, Events: events(3)},
		{Stream: "channel-a.1", Expected: eventstore.Any, Events: events(2)},
		{Stream: "message-a.1.7", Expected: eventstore.NoStream, Events: events(2)},
		{Stream: "message-a.1.7", Expected: 1, Events: events(1)},
		{Stream: "message-a.1.", Draw: true, Events: events(2)},
		{Stream: "thread-a.1-", Draw: true, Events: events(1)},
	}
}

func repeated(t *testing.T, s Store) {
	n := 0
	for _, w := range shapes() {
		n += len(w.Events)
		first, err := s.Log.Append(deadline(t), w)
		require.NoError(t, err)
		require.False(t, first.Repeated)
		for range 2 {
			again, err := s.Log.Append(deadline(t), w)
			require.NoError(t, err)
			sameResult(t, first, again)
		}
		require.Len(t, everything(t, s.Log), n)
	}
}

func repeatedLate(t *testing.T, s Store) {
	requireRepeats(t, s.Log, func() eventstore.Log {
		fill(t, s.Log, "message-b.2.", 2000)
		mustAppend(t, s.Log, "channel-a.1", eventstore.Any, event("later"))
		mustAppend(t, s.Log, "message-a.1.7", eventstore.Any, event("later"))
		return s.Log
	})
}

func repeatedAfterRestart(t *testing.T, s Store) {
	requireRepeats(t, s.Log, func() eventstore.Log { return s.Reopen(t) })
}

// requireRepeats appends every shape before and after something happens.
func requireRepeats(t *testing.T, log eventstore.Log, between func() eventstore.Log) {
	t.Helper()
	writes := shapes()
	var first []eventstore.Result
	for _, w := range writes {
		r, err := log.Append(deadline(t), w)
		require.NoError(t, err)
		first = append(first, r)
	}
	log = between()
	n := len(everything(t, log))
	for i, w := range writes {
		again, err := log.Append(deadline(t), w)
		require.NoError(t, err)
		sameResult(t, first[i], again)
	}
	require.Len(t, everything(t, log), n)
}

func repeatedAtOnce(t *testing.T, s Store) {
	for range 20 {
		w := eventstore.Write{Stream: "message-a.1.", Draw: true, Events: events(2)}
		var fresh atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				r, err := s.Log.Append(deadline(t), w)
				if err != nil {
					t.Error(err)
				}
				if !r.Repeated {
					fresh.Add(1)
				}
			})
		}
		wg.Wait()
		require.Equal(t, int32(1), fresh.Load())
	}
	require.Len(t, everything(t, s.Log), 40)
}

// keyed is an append under a once-scope.
func keyed(stream, scope, digest string) eventstore.Write {
	e := event("{}")
	e.ID = uuid.NewSHA1(uuid.NameSpaceOID, []byte(scope))
	e.Meta = map[string]string{eventstore.MetaOnce: digest}
	return eventstore.Write{Stream: stream, Draw: true, Events: []eventstore.NewEvent{e}, Once: true}
}

func once(t *testing.T, s Store) {
	first, err := s.Log.Append(deadline(t), keyed("message-a.1.", "k", "d1"))
	require.NoError(t, err)
	require.Equal(t, "d1", first.Digest)
	again, err := s.Log.Append(deadline(t), keyed("message-a.1.", "k", "d2"))
	require.NoError(t, err)
	sameResult(t, first, again)
	other := keyed("channel-b.2", "k", "d3")
	other.Draw, other.Expected = false, 7
	again, err = s.Log.Append(deadline(t), other)
	require.NoError(t, err)
	sameResult(t, first, again)
	require.Len(t, everything(t, s.Log), 1)
}

func onceFirst(t *testing.T, s Store) {
	first, err := s.Log.Append(deadline(t), keyed("message-a.1.", "k", "d"))
	require.NoError(t, err)
	at := mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, events(2)...)
	w := keyed("message-a.1.", "k", "d")
	w.Guards = []eventstore.Guard{{Stream: "channel-a.1", Revision: eventstore.None, Position: at.Position}}
	again, err := s.Log.Append(deadline(t), w)
	require.NoError(t, err)
	sameResult(t, first, again)
	w = keyed("message-a.1.", "other", "d")
	w.Guards = []eventstore.Guard{{Stream: "channel-a.1", Revision: 0}}
	_, err = s.Log.Append(deadline(t), w)
	require.ErrorIs(t, err, eventstore.ErrGuard)
	w.Guards[0].Revision = 1
	fresh, err := s.Log.Append(deadline(t), w)
	require.NoError(t, err)
	require.False(t, fresh.Repeated)
}

func onceAfterRestart(t *testing.T, s Store) {
	first, err := s.Log.Append(deadline(t), keyed("message-a.1.", "k", "d1"))
	require.NoError(t, err)
	fill(t, s.Log, "message-a.1.", 100)
	again, err := s.Reopen(t).Append(deadline(t), keyed("message-a.1.", "k", "d2"))
	require.NoError(t, err)
	sameResult(t, first, again)
}

// onceStorm sends 500 keys twice each beside 500 appends without key: half of
// the keys are in the log already.
func onceStorm(t *testing.T, s Store) {
	log := s.Log
	for i := range 250 {
		_, err := log.Append(deadline(t), keyed("message-a.1.", fmt.Sprint("k", i), "d"))
		require.NoError(t, err)
	}
	if s.Reopen != nil {
		log = s.Reopen(t)
	}
	var fresh, repeats, plain atomic.Int32
	var wg sync.WaitGroup
	send := func(w eventstore.Write) {
		r, err := log.Append(deadline(t), w)
		switch {
		case err != nil:
			t.Error(err)
		case !w.Once:
			plain.Add(1)
		case r.Repeated:
			repeats.Add(1)
		default:
			fresh.Add(1)
		}
	}
	for i := range 500 {
		wg.Go(func() { send(keyed("message-a.1.", fmt.Sprint("k", i), "d")) })
		wg.Go(func() { send(eventstore.Write{Stream: "message-a.2.", Draw: true, Events: events(1)}) })
		wg.Go(func() { send(keyed("message-a.1.", fmt.Sprint("k", i), "d")) })
	}
	wg.Wait()
	require.Equal(t, int32(500), plain.Load())
	require.Equal(t, int32(250), fresh.Load())
	require.Equal(t, int32(750), repeats.Load())
	require.Len(t, everything(t, log), 1000)
}

func find(t *testing.T, s Store) {
	found, err := s.Log.Find(deadline(t))
	require.NoError(t, err)
	require.Empty(t, found)
	ids := []uuid.UUID{uuid.New()}
	found, err = s.Log.Find(deadline(t), ids...)
	require.NoError(t, err)
	require.Empty(t, found)
	want := map[uuid.UUID]eventstore.Result{}
	for _, w := range shapes() {
		w.Events[0].Meta = map[string]string{eventstore.MetaOnce: "digest"}
		id := w.Events[0].ID
		want[id], err = s.Log.Append(deadline(t), w)
		require.NoError(t, err)
		ids = append(ids, id, uuid.New())
		found, err = s.Log.Find(deadline(t), id)
		require.NoError(t, err)
		require.Len(t, found, 1)
		sameResult(t, want[id], found[id])
	}
	found, err = s.Log.Find(deadline(t), append(ids, ids...)...)
	require.NoError(t, err)
	require.Len(t, found, len(want), "of many ids, those that are there")
	for id, first := range want {
		sameResult(t, first, found[id])
	}
}

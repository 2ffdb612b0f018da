package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/internal/eventstore"
)

var faultContracts = []contract{
	{"an idle log survives a lost connection", []Capability{Disconnects}, lostIdle},
	{"a lost acknowledgement is retried without harm", []Capability{Disconnects}, lostAcknowledgements},
	{"without a database appends fail soon, with it they work again", []Capability{Outages}, outage},
	{"what was read of a log that is restored is forgotten", []Capability{Epochs}, epoch},
}

func lostIdle(t *testing.T, s Store) {
	for i := range 5 {
		mustAppend(t, s.Log, "channel-a.1", eventstore.Expected(i-1), event("1"))
		s.Disconnect(t)
	}
	require.Len(t, everything(t, s.Log), 5)
}

// lostAcknowledgements cuts the writer's connection again and again under load.
// Nothing acknowledged may be missing, nothing may be there twice, and what was
// refused for good may not be there at all.
func lostAcknowledgements(t *testing.T, s Store) {
	sub := subscribe(t, s.Log, 0)
	var mu sync.Mutex
	recorded := make(map[uuid.UUID]eventstore.Position)
	stop := make(chan struct{})
	count := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(recorded)
	}
	progress := make(chan struct{}, 1)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				w := eventstore.Write{Stream: "message-a.1.", Draw: true, Events: events(1 + (i+n)%3), Once: n%2 == 0}
				r, err := persist(deadline(t), s.Log, w)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				recorded[w.Events[0].ID] = r.Position - eventstore.Position(len(w.Events)-1)
				mu.Unlock()
				select {
				case progress <- struct{}{}:
				default:
				}
			}
		})
	}
	for range 10 {
		for before := count(); count() < before+50; {
			select {
			case <-progress:
			case <-time.After(patience):
				t.Fatal("no progress")
			}
		}
		s.Disconnect(t)
	}
	close(stop)
	wg.Wait()
	all := everything(t, s.Log)
	there := make(map[uuid.UUID]eventstore.Position, len(all))
	for _, e := range all {
		if _, twice := there[e.ID]; twice {
			t.Fatalf("event %s is there twice", e.ID)
		}
		there[e.ID] = e.Position
	}
	for id, p := range recorded {
		require.Equal(t, p, there[id])
	}
	require.Equal(t, all, follow(t, sub, len(all)))
	requireIDsRise(t, all)
	requireRevisionsCount(t, all)
}

func outage(t *testing.T, s Store) {
	mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, event("1"))
	sub := subscribe(t, s.Log, 0)
	follow(t, sub, 1)
	back := s.Away(t)
	w := eventstore.Write{Stream: "channel-a.1", Expected: 0, Events: events(1)}
	for range 3 {
		_, err := s.Log.Append(deadline(t), w)
		require.True(t, refusedForNow(err), "%v", err)
	}
	began := time.Now()
	_, err := s.Log.Append(deadline(t), w)
	require.ErrorIs(t, err, eventstore.ErrUnavailable)
	require.Less(t, time.Since(began), time.Second)
	back()
	r, err := persist(deadline(t), s.Log, w)
	require.NoError(t, err)
	require.Equal(t, eventstore.Revision(1), r.Revision)
	require.Equal(t, r.Position, follow(t, sub, 1)[0].Position)
	require.Len(t, everything(t, s.Log), 2)
}

func epoch(t *testing.T, s Store) {
	kept := mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, event("kept"))
	mustAppend(t, s.Log, "channel-a.1", 0, event("lost"))
	lost := eventstore.Write{Stream: "channel-a.2", Expected: eventstore.NoStream, Events: events(1)}
	_, err := s.Log.Append(deadline(t), lost)
	require.NoError(t, err)
	fill(t, s.Log, "message-a.1.", 10)
	s.Rewind(t, kept.Position)

	mustAppend(t, s.Log, "channel-a.9", eventstore.NoStream, event("notices"))
	r := mustAppend(t, s.Log, "channel-a.1", 0, event("again"))
	require.Equal(t, eventstore.Revision(1), r.Revision)
	r, err = s.Log.Append(deadline(t), lost)
	require.NoError(t, err)
	require.False(t, r.Repeated)
	require.Equal(t, everything(t, s.Log), follow(t, subscribe(t, s.Log, 0), 4))
}

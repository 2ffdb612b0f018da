package storetest

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/internal/eventstore"
)

var processContracts = []contract{
	{"a restart keeps everything", []Capability{Restart}, restart},
	{"what another process appends is at the head and in subscriptions", []Capability{SeveralProcesses}, foreignEvents},
	{"two processes agree on the revision of a stream", []Capability{SeveralProcesses}, foreignRevisions},
	{"a once-key used by another process is recognised", []Capability{SeveralProcesses}, foreignOnce},
	{"a guard notices what another process appended", []Capability{SeveralProcesses, Guards}, foreignGuard},
	{"8 writers in two processes: a subscriber misses nothing", []Capability{SeveralProcesses}, eightWriters},
}

func restart(t *testing.T, s Store) {
	fill(t, s.Log, "message-a.1.", 30)
	mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, event("1"))
	before := everything(t, s.Log)
	log := s.Reopen(t)
	require.Equal(t, before, everything(t, log))
	mustAppend(t, log, "channel-a.1", 0, event("2"))
	fill(t, log, "message-a.1.", 30)
	requireIDsRise(t, everything(t, log)[:30])
	require.Equal(t, everything(t, log), follow(t, subscribe(t, log, 0), 62))
}

func foreignEvents(t *testing.T, s Store) {
	other := s.Other(t)
	mine, theirs := subscribe(t, s.Log, 0), subscribe(t, other, 0)
	for i := range 20 {
		log := []eventstore.Log{s.Log, other}[i%2]
		r := mustAppend(t, log, "channel-a.1", eventstore.Any, event("1"))
		require.Equal(t, r.Position, head(t, s.Log))
		require.Equal(t, r.Position, head(t, other))
		require.Equal(t, follow(t, mine, 1), follow(t, theirs, 1))
	}
	require.Equal(t, everything(t, s.Log), everything(t, other))
}

func foreignRevisions(t *testing.T, s Store) {
	other := s.Other(t)
	mustAppend(t, s.Log, "message-a.1.5", eventstore.NoStream, event("1"))
	mustAppend(t, other, "message-a.1.5", 0, event("2"))
	_, err := s.Log.Append(deadline(t), eventstore.Write{Stream: "message-a.1.5", Expected: 0, Events: events(1)})
	requireWrongRevision(t, err, 1)
	mustAppend(t, s.Log, "message-a.1.5", 1, event("3"))
	mustAppend(t, other, "message-a.1.5", 2, event("4"))
	mustAppend(t, s.Log, "message-a.1.5", eventstore.Any, event("5"))
	for range 5 {
		mustAppend(t, other, "message-a.1.5", eventstore.Any, event("6"))
	}
	mustAppend(t, s.Log, "message-a.1.5", 9, event("7"))
	_, err = other.Append(deadline(t), eventstore.Write{Stream: "message-a.1.5", Expected: eventstore.NoStream, Events: events(1)})
	requireWrongRevision(t, err, 10)
	require.Len(t, stream(t, other, "message-a.1.5"), 11)
}

func foreignOnce(t *testing.T, s Store) {
	other := s.Other(t)
	first, err := other.Append(deadline(t), keyed("message-a.1.", "k", "d"))
	require.NoError(t, err)
	again, err := s.Log.Append(deadline(t), keyed("message-a.1.", "k", "d"))
	require.NoError(t, err)
	sameResult(t, first, again)
	first, err = s.Log.Append(deadline(t), keyed("message-a.1.", "k2", "d"))
	require.NoError(t, err)
	again, err = other.Append(deadline(t), keyed("message-a.1.", "k2", "d"))
	require.NoError(t, err)
	sameResult(t, first, again)
}

func foreignGuard(t *testing.T, s Store) {
	other := s.Other(t)
	mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, event("1"))
	p := head(t, other)
	g := eventstore.Guard{Stream: "channel-a.1", Revision: 0, Position: p}
	_, err := other.Append(deadline(t), guarded(g))
	require.NoError(t, err)
	mustAppend(t, s.Log, "channel-a.1", 0, event("2"))
	_, err = other.Append(deadline(t), guarded(g))
	require.ErrorIs(t, err, eventstore.ErrGuard)
}

func eightWriters(t *testing.T, s Store) {
	total := 100_000
	if !long() {
		total = 20_000
	}
	logs := []eventstore.Log{s.Log, s.Other(t)}
	subs := []eventstore.Subscription{subscribe(t, logs[0], 0), subscribe(t, logs[1], 0)}
	var mu sync.Mutex
	acknowledged := make(map[uuid.UUID]eventstore.Position, total)
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range 8 {
		log := logs[i%2]
		wg.Go(func() {
			// Each append is of 1 to 15 events, so that batches differ.
			for n, size := 0, i+1; n < total/8; n, size = n+size, size%15+1 {
				size = min(size, total/8-n)
				given := events(size)
				r, err := persist(deadline(t), log, eventstore.Write{Stream: "message-a.1.", Draw: true, Events: given})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for j, e := range given {
					acknowledged[e.ID] = r.Position - eventstore.Position(size-1-j)
				}
				mu.Unlock()
			}
		})
	}
	seen := follow(t, subs[0], total)
	wg.Wait()
	require.Len(t, acknowledged, total)
	for _, e := range seen {
		if p, ok := acknowledged[e.ID]; !ok || p != e.Position {
			t.Fatalf("event %s was acknowledged at %d and seen at %d", e.ID, p, e.Position)
		}
	}
	requireIDsRise(t, seen)
	for i, e := range follow(t, subs[1], total) {
		if e.ID != seen[i].ID || e.Position != seen[i].Position {
			t.Fatalf("the subscribers differ at position %d", e.Position)
		}
	}
	requireRevisionsCount(t, seen)
}

// requireRevisionsCount demands revisions 0, 1, 2 in every stream.
func requireRevisionsCount(t *testing.T, all []eventstore.Recorded) {
	t.Helper()
	next := make(map[string]eventstore.Revision)
	for _, e := range all {
		if e.Revision != next[e.Stream] {
			t.Fatalf("revision %d of %s where %d belongs", e.Revision, e.Stream, next[e.Stream])
		}
		next[e.Stream]++
	}
}

// refusedForNow tells whether an append may be tried again.
func refusedForNow(err error) bool {
	return errors.Is(err, eventstore.ErrUnavailable) || errors.Is(err, eventstore.ErrAmbiguous)
}

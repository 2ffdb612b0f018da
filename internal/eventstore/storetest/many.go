package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/internal/eventstore"
)

var manyContracts = []contract{
	{"many writes are appended in their order", nil, manyInOrder},
	{"each of many writes sees those before it", nil, manySeeEachOther},
	{"nothing follows a refused one of many writes", nil, nothingFollowsRefused},
	{"nothing follows a repeat among many writes", nil, nothingFollowsRepeat},
	{"many writes that are too many for one batch keep their order", nil, manyBatches},
	{"many writes of several appenders keep the order of each", nil, manyAppenders},
	{"a guard ends many writes where it fails", []Capability{Guards}, guardEndsMany},
	{"many streams are read, each from a revision on", nil, manyStreams},
	{"a thousand streams are read at once", nil, thousandStreams},
}

// drawn writes one event to a new message.
func drawn() eventstore.Write {
	return eventstore.Write{Stream: "message-a.1.", Draw: true, Events: events(1)}
}

func member(expected eventstore.Expected) eventstore.Write {
	return eventstore.Write{Stream: "channel-a.1", Expected: expected, Events: events(1)}
}

// requireAppended demands that writes and nothing else are in the log behind a
// position, in their order.
func requireAppended(t *testing.T, log eventstore.Log, after eventstore.Position, writes []eventstore.Write, results []eventstore.Result) {
	t.Helper()
	var want []uuid.UUID
	require.Len(t, results, len(writes))
	for _, w := range writes {
		for _, e := range w.Events {
			want = append(want, e.ID)
		}
	}
	var got []uuid.UUID
	at := map[uuid.UUID]eventstore.Recorded{}
	for _, e := range collect(t, log.ReadAll(deadline(t), after, 0)) {
		got, at[e.ID] = append(got, e.ID), e
	}
	require.Equal(t, want, got)
	for i, w := range writes {
		last := at[w.Events[len(w.Events)-1].ID]
		require.Equal(t, last.Stream, results[i].Stream)
		require.Equal(t, last.Position, results[i].Position)
		require.Equal(t, last.Revision, results[i].Revision)
		require.False(t, results[i].Repeated)
	}
}

func manyInOrder(t *testing.T, s Store) {
	writes := []eventstore.Write{drawn(), {Stream: "channel-a.1", Expected: eventstore.NoStream, Events: events(3)}, drawn(), drawn()}
	results, err := s.Log.AppendMany(deadline(t), writes)
	require.NoError(t, err)
	requireAppended(t, s.Log, 0, writes, results)
	require.Less(t, results[0].ID, results[2].ID)
	require.Less(t, results[2].ID, results[3].ID)
	results, err = s.Log.AppendMany(deadline(t), nil)
	require.NoError(t, err)
	require.Empty(t, results)
}

func manySeeEachOther(t *testing.T, s Store) {
	guarded := drawn()
	guarded.Guards = []eventstore.Guard{{Stream: "channel-a.1", Revision: 1}}
	writes := []eventstore.Write{member(eventstore.NoStream), member(0), guarded, member(1)}
	results, err := s.Log.AppendMany(deadline(t), writes)
	require.NoError(t, err)
	requireAppended(t, s.Log, 0, writes, results)
}

func nothingFollowsRefused(t *testing.T, s Store) {
	mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, event("1"))
	from := head(t, s.Log)
	for name, bad := range map[string]eventstore.Write{
		"a wrong revision": member(7),
		"a malformed one":  {Stream: "$x", Events: events(1)},
		"a large one":      {Stream: "channel-a.2", Events: []eventstore.NewEvent{event(strings.Repeat("x", eventstore.MaxWriteBytes+1))}},
	} {
		writes := []eventstore.Write{drawn(), drawn(), bad, drawn()}
		results, err := s.Log.AppendMany(deadline(t), writes)
		require.Error(t, err, name)
		requireAppended(t, s.Log, from, writes[:2], results)
		from = head(t, s.Log)
		results, err = s.Log.AppendMany(deadline(t), []eventstore.Write{bad, drawn()})
		require.Error(t, err, name)
		require.Empty(t, results)
		require.Equal(t, from, head(t, s.Log))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Log.AppendMany(ctx, []eventstore.Write{drawn()})
	require.ErrorIs(t, err, context.Canceled)
}

func nothingFollowsRepeat(t *testing.T, s Store) {
	again := keyed("message-a.1.", "key", "digest")
	first, err := s.Log.Append(deadline(t), again)
	require.NoError(t, err)
	from := head(t, s.Log)
	writes := []eventstore.Write{drawn(), again, drawn()}
	results, err := s.Log.AppendMany(deadline(t), writes)
	require.NoError(t, err)
	require.Len(t, results, 2)
	sameResult(t, first, results[1])
	requireAppended(t, s.Log, from, writes[:1], results[:1])
}

func manyBatches(t *testing.T, s Store) {
	writes := make([]eventstore.Write, 3000)
	for i := range writes {
		writes[i] = drawn()
	}
	results, err := s.Log.AppendMany(deadline(t), writes)
	require.NoError(t, err)
	requireAppended(t, s.Log, 0, writes, results)

	from := head(t, s.Log)
	for i := range writes {
		writes[i] = drawn()
	}
	writes[10] = member(7)
	results, err = s.Log.AppendMany(deadline(t), writes)
	requireWrongRevision(t, err, eventstore.None)
	requireAppended(t, s.Log, from, writes[:10], results)
}

func manyAppenders(t *testing.T, s Store) {
	const appenders, rounds, each = 16, 10, 40
	var wg sync.WaitGroup
	for a := range appenders {
		wg.Go(func() {
			last := eventstore.Expected(eventstore.NoStream)
			for range rounds {
				writes := make([]eventstore.Write, each)
				for i := range writes {
					writes[i] = eventstore.Write{Stream: fmt.Sprint("channel-a.", a), Expected: last, Events: events(1)}
					last++
				}
				if results, err := s.Log.AppendMany(context.Background(), writes); err != nil || len(results) != each {
					t.Error(err, len(results))
					return
				}
			}
		})
	}
	wg.Wait()
	require.Len(t, everything(t, s.Log), appenders*rounds*each)
}

func guardEndsMany(t *testing.T, s Store) {
	mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, events(2)...)
	from := head(t, s.Log)
	stale := drawn()
	stale.Guards = []eventstore.Guard{{Stream: "channel-a.1", Revision: 0}}
	writes := []eventstore.Write{drawn(), stale, drawn()}
	results, err := s.Log.AppendMany(deadline(t), writes)
	require.ErrorIs(t, err, eventstore.ErrGuard)
	requireAppended(t, s.Log, from, writes[:1], results)
}

func manyStreams(t *testing.T, s Store) {
	require.Empty(t, collect(t, s.Log.ReadStreams(deadline(t), nil)))
	from := map[string]eventstore.Revision{"channel-a.none": 0, "message-a.1.77": 0}
	want := map[string][]eventstore.Recorded{}
	for i := range 20 {
		name := fmt.Sprint("channel-a.", i)
		if i%2 == 0 {
			name = fmt.Sprint("message-a.1.", i+1)
		}
		mustAppend(t, s.Log, name, eventstore.NoStream, events(5)...)
		from[name] = eventstore.Revision(i%7 - 1)
		if all := stream(t, s.Log, name)[max(0, min(5, i%7-1)):]; len(all) > 0 {
			want[name] = all
		}
	}
	got := map[string][]eventstore.Recorded{}
	last := ""
	for e, err := range s.Log.ReadStreams(deadline(t), from) {
		require.NoError(t, err)
		require.True(t, e.Stream == last || got[e.Stream] == nil, "those of a stream come together")
		got[e.Stream], last = append(got[e.Stream], e), e.Stream
	}
	require.Equal(t, want, got)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range s.Log.ReadStreams(ctx, from) {
		require.ErrorIs(t, err, context.Canceled)
	}
}

func thousandStreams(t *testing.T, s Store) {
	const streams, each = 1000, 3
	from, seen := map[string]eventstore.Revision{}, map[string]eventstore.Revision{}
	var writes []eventstore.Write
	for i := range streams {
		name := fmt.Sprint("user-a.u", i)
		from[name] = 0
		writes = append(writes, eventstore.Write{Stream: name, Expected: eventstore.NoStream, Events: events(each)})
	}
	_, err := s.Log.AppendMany(deadline(t), writes)
	require.NoError(t, err)
	for e, err := range s.Log.ReadStreams(deadline(t), from) {
		require.NoError(t, err)
		require.Equal(t, seen[e.Stream], e.Revision)
		seen[e.Stream]++
	}
	require.Len(t, seen, streams)
	for name, n := range seen {
		require.Equal(t, eventstore.Revision(each), n, name)
	}
	for range s.Log.ReadStreams(deadline(t), from) {
		break
	}
}

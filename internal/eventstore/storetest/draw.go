package storetest

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/eventstore"
)

var drawContracts = []contract{
	{"a drawn id names a new stream", nil, drawNames},
	{"drawn ids rise in the order of positions", []Capability{CommitOrderIDs}, drawsRise},
	{"drawn ids rise when the clock goes back", []Capability{Clock, CommitOrderIDs}, drawsRiseAnyway},
	{"a draw passes over a stream that exists", []Capability{Clock}, drawCollides},
	{"a draw passes over a stream that only the database knows", []Capability{Clock, Restart}, drawCollidesUnseen},
	{"the time of an append never goes back", []Capability{Clock}, timeRises},
}

func drawNames(t *testing.T, s Store) {
	for _, prefix := range []string{"message-a.1.", "channel-a.", "thread-a.1-"} {
		r, err := s.Log.Append(deadline(t), eventstore.Write{Stream: prefix, Draw: true, Expected: 12, Events: events(2)})
		require.NoError(t, err)
		require.Positive(t, r.ID)
		require.Equal(t, prefix+strconv.FormatInt(r.ID, 10), r.Stream)
		require.Equal(t, eventstore.Revision(1), r.Revision)
		got := stream(t, s.Log, r.Stream)
		require.Len(t, got, 2)
		require.Equal(t, r.Stream, got[0].Stream)
		mustAppend(t, s.Log, r.Stream, 1, event("more"))
		ms := r.ID>>22 + time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
		require.WithinDuration(t, r.At, time.UnixMilli(ms), time.Minute)
	}
}

func drawsRise(t *testing.T, s Store) {
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 50 {
				if _, err := s.Log.Append(deadline(t), eventstore.Write{Stream: "message-a.1.", Draw: true, Events: events(1)}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	requireIDsRise(t, everything(t, s.Log))
}

func requireIDsRise(t *testing.T, all []eventstore.Recorded) {
	t.Helper()
	last := int64(0)
	for _, e := range all {
		id := eventstore.StreamID(e.Stream)
		if e.Revision > 0 {
			continue
		}
		if id <= last {
			t.Fatalf("id %d at position %d follows %d", id, e.Position, last)
		}
		last = id
	}
}

// noon is a moment for clocks, and firstID the first id drawn in it.
var (
	noon    = time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)
	firstID = (noon.UnixMilli() - time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()) << 22
)

func drawOne(t *testing.T, log eventstore.Log, prefix string) int64 {
	t.Helper()
	r, err := log.Append(deadline(t), eventstore.Write{Stream: prefix, Draw: true, Events: events(1)})
	require.NoError(t, err)
	return r.ID
}

func drawsRiseAnyway(t *testing.T, s Store) {
	s.SetClock(noon)
	require.Equal(t, firstID, drawOne(t, s.Log, "message-a.1."))
	require.Equal(t, firstID+1, drawOne(t, s.Log, "message-a.1."))
	s.SetClock(noon.Add(-time.Hour))
	require.Equal(t, firstID+2, drawOne(t, s.Log, "message-a.2."))
	s.SetClock(noon.Add(time.Millisecond))
	require.Equal(t, firstID+1<<22, drawOne(t, s.Log, "channel-a."))
}

func drawCollides(t *testing.T, s Store) {
	s.SetClock(noon)
	for _, prefix := range []string{"message-a.1.", "channel-a."} {
		next := drawOne(t, s.Log, "message-b.1.") + 1
		mustAppend(t, s.Log, prefix+strconv.FormatInt(next, 10), eventstore.NoStream, event("taken"))
		require.Equal(t, next+1, drawOne(t, s.Log, prefix))
	}
}

func drawCollidesUnseen(t *testing.T, s Store) {
	s.SetClock(noon)
	log := s.Log
	for _, prefix := range []string{"message-a.1.", "channel-a."} {
		next := drawOne(t, log, "message-b.1.") + 1
		for i := range int64(7) {
			mustAppend(t, log, prefix+strconv.FormatInt(next+i, 10), eventstore.NoStream, event("taken"))
		}
		log = s.Reopen(t)
		require.Equal(t, next+7, drawOne(t, log, prefix))
	}
}

func timeRises(t *testing.T, s Store) {
	for i, step := range []time.Duration{0, time.Second, -time.Hour, -time.Minute, 2 * time.Second, 0} {
		s.SetClock(noon.Add(step))
		mustAppend(t, s.Log, "channel-a.1", eventstore.Expected(i-1), event("1"))
	}
	all := everything(t, s.Log)
	for i, want := range []time.Duration{0, time.Second, time.Second, time.Second, 2 * time.Second, 2 * time.Second} {
		require.True(t, noon.Add(want).Equal(all[i].At), "event %d at %v", i, all[i].At)
	}
}

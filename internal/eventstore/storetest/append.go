package storetest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/eventstore"
)

var appendContracts = []contract{
	{"a stream is started once", nil, startOnce},
	{"an exact revision is accepted and a passed one refused", nil, exactRevision},
	{"a revision that is not reached yet is refused", nil, futureRevision},
	{"any revision appends to whatever is there", nil, anyRevision},
	{"events of one append are all there, in order", nil, severalEvents},
	{"positions count without gaps", []Capability{GapFree}, gapFree},
	{"a refused append leaves nothing that anyone waits for", nil, refusedLeavesNothing},
	{"64 appenders on one stream: one wins each revision", nil, oneWinner},
	{"concurrent appends of one process are all there", nil, concurrentAppends},
	{"an event of nearly 1 MiB comes back", nil, largeEvent},
	{"a thousand events fit in one append", nil, thousandEvents},
	{"data comes back unchanged, whatever its bytes", nil, dataUnchanged},
	{"metadata comes back unchanged, whatever its text", nil, metaUnchanged},
}

func startOnce(t *testing.T, s Store) {
	r := mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, event("1"))
	require.Equal(t, eventstore.Revision(0), r.Revision)
	require.Equal(t, "channel-a.1", r.Stream)
	require.False(t, r.Repeated)
	_, err := s.Log.Append(deadline(t), eventstore.Write{Stream: "channel-a.1", Expected: eventstore.NoStream, Events: events(1)})
	requireWrongRevision(t, err, 0)
}

func exactRevision(t *testing.T, s Store) {
	for _, name := range []string{"channel-a.1", "message-a.1.7"} {
		mustAppend(t, s.Log, name, eventstore.NoStream, events(2)...)
		r := mustAppend(t, s.Log, name, 1, event("2"))
		require.Equal(t, eventstore.Revision(2), r.Revision)
		_, err := s.Log.Append(deadline(t), eventstore.Write{Stream: name, Expected: 1, Events: events(1)})
		requireWrongRevision(t, err, 2)
		require.Len(t, stream(t, s.Log, name), 3)
	}
}

func futureRevision(t *testing.T, s Store) {
	_, err := s.Log.Append(deadline(t), eventstore.Write{Stream: "channel-a.1", Expected: 3, Events: events(1)})
	requireWrongRevision(t, err, eventstore.None)
	mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, event("1"))
	_, err = s.Log.Append(deadline(t), eventstore.Write{Stream: "channel-a.1", Expected: 1, Events: events(1)})
	requireWrongRevision(t, err, 0)
}

func anyRevision(t *testing.T, s Store) {
	for i := range 3 {
		r := mustAppend(t, s.Log, "user-a.ann", eventstore.Any, event("x"))
		require.Equal(t, eventstore.Revision(i), r.Revision)
	}
}

func severalEvents(t *testing.T, s Store) {
	given := []eventstore.NewEvent{event("1"), event("2"), event("3")}
	given[1].Type, given[2].V = "Other", 2
	r := mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, given...)
	require.Equal(t, eventstore.Revision(2), r.Revision)
	got := stream(t, s.Log, "channel-a.1")
	require.Len(t, got, 3)
	requireRising(t, got)
	for i, e := range got {
		require.Equal(t, given[i], e.NewEvent)
		require.Equal(t, eventstore.Revision(i), e.Revision)
		require.Equal(t, "channel-a.1", e.Stream)
		require.True(t, r.At.Equal(e.At))
	}
	require.Equal(t, r.Position, got[2].Position)
	require.Equal(t, got, everything(t, s.Log))
}

func gapFree(t *testing.T, s Store) {
	for i := range 20 {
		mustAppend(t, s.Log, "channel-a.1", eventstore.Any, events(i+1)...)
	}
	requireCounted(t, everything(t, s.Log))
	require.Equal(t, eventstore.Position(210), head(t, s.Log))
}

func refusedLeavesNothing(t *testing.T, s Store) {
	mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, event("1"))
	sub := subscribe(t, s.Log, 0)
	for range 3 {
		_, err := s.Log.Append(deadline(t), eventstore.Write{Stream: "channel-a.1", Expected: eventstore.NoStream, Events: events(5)})
		requireWrongRevision(t, err, 0)
	}
	mustAppend(t, s.Log, "channel-a.2", eventstore.NoStream, event("2"))
	got := follow(t, sub, 2)
	require.Equal(t, "channel-a.2", got[1].Stream)
	require.Equal(t, got, everything(t, s.Log))
}

func oneWinner(t *testing.T, s Store) {
	const appenders, revisions = 64, 20
	var wins [revisions]atomic.Int32
	var wg sync.WaitGroup
	for range appenders {
		wg.Go(func() {
			for rev := 0; rev < revisions; {
				_, err := s.Log.Append(deadline(t), eventstore.Write{Stream: "message-a.1.9", Expected: eventstore.Expected(rev - 1), Events: events(1)})
				var wrong *eventstore.WrongRevision
				switch {
				case err == nil:
					wins[rev].Add(1)
					rev++
				case errors.As(err, &wrong):
					if int(wrong.Current) < rev {
						t.Errorf("refused revision %d at current %d", rev, wrong.Current)
						return
					}
					rev = int(wrong.Current) + 1
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	for rev := range wins {
		require.Equal(t, int32(1), wins[rev].Load(), "revision %d", rev)
	}
	require.Len(t, stream(t, s.Log, "message-a.1.9"), revisions)
}

func concurrentAppends(t *testing.T, s Store) {
	const appenders, each = 32, 50
	var wg sync.WaitGroup
	for range appenders {
		wg.Go(func() {
			for range each {
				if _, err := s.Log.Append(context.Background(), eventstore.Write{Stream: "message-a.1.", Draw: true, Events: events(1)}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	all := everything(t, s.Log)
	require.Len(t, all, appenders*each)
	requireRising(t, all)
}

func largeEvent(t *testing.T, s Store) {
	large := event(strings.Repeat("0123456789abcdef", 1<<16-4))
	mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, large)
	mustAppend(t, s.Log, "channel-a.1", 0, event("small"))
	got := stream(t, s.Log, "channel-a.1")
	require.Len(t, got, 2)
	require.Equal(t, large.Data, got[0].Data)
}

func thousandEvents(t *testing.T, s Store) {
	r := mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, events(eventstore.MaxEvents)...)
	require.Equal(t, eventstore.Revision(eventstore.MaxEvents-1), r.Revision)
	require.Len(t, stream(t, s.Log, "channel-a.1"), eventstore.MaxEvents)
}

func dataUnchanged(t *testing.T, s Store) {
	for _, data := range []string{
		"", " ", "{ \"a\" :\t1,\r\n\"a\":1.0 }", `{"text":"žluťoučký 馬 🐎 ` + "\u202e" + `"}`, "\x00\xff\xfe\x01", "null", `"\u0000"`,
	} {
		mustAppend(t, s.Log, "channel-a.1", eventstore.Any, event(data))
		all := stream(t, s.Log, "channel-a.1")
		require.Equal(t, data, string(all[len(all)-1].Data))
	}
	sub := subscribe(t, s.Log, 0)
	require.Equal(t, stream(t, s.Log, "channel-a.1"), follow(t, sub, 7))
}

func metaUnchanged(t *testing.T, s Store) {
	for _, meta := range []map[string]string{
		nil,
		{"app": "demo", "actor": "ann", "time": "1700000000000"},
		{"": "", "empty": "", "quoted \" \\ key": "a\"b\\c"},
		{"lines": "a\nb\r\tc\x00\x1f\x7f", "unicode": "žluťoučký 馬 🐎 \u2028", "looks": `","x":"y"}`},
	} {
		e := event("{}")
		e.Meta = meta
		mustAppend(t, s.Log, "channel-a.1", eventstore.Any, e)
		all := stream(t, s.Log, "channel-a.1")
		require.Equal(t, meta, all[len(all)-1].Meta)
	}
	require.Equal(t, stream(t, s.Log, "channel-a.1"), everything(t, s.Log))
}

package storetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/eventstore"
)

var readContracts = []contract{
	{"an unknown stream is empty", nil, unknownStream},
	{"an empty log is empty", nil, emptyLog},
	{"a stream is read from any revision", nil, fromRevision},
	{"a stream of 10,000 events is read whole", nil, longStream},
	{"similar names are different streams", nil, similarNames},
	{"the log is read from any position, up to a limit", nil, readAll},
	{"events of some categories are selected", nil, selections},
	{"a reader may stop early", nil, stopEarly},
	{"a reader whose context is done gets its error", nil, cancelledReader},
}

func unknownStream(t *testing.T, s Store) {
	require.Empty(t, stream(t, s.Log, "channel-a.1"))
	require.Empty(t, stream(t, s.Log, "message-a.1.5"))
	mustAppend(t, s.Log, "message-a.1.6", eventstore.NoStream, event("1"))
	require.Empty(t, stream(t, s.Log, "message-a.1.5"))
	require.Empty(t, collect(t, s.Log.ReadStream(deadline(t), "message-a.1.6", 1)))
}

func emptyLog(t *testing.T, s Store) {
	require.Equal(t, eventstore.Position(0), head(t, s.Log))
	require.Empty(t, everything(t, s.Log))
	require.Empty(t, collect(t, s.Log.ReadAll(deadline(t), 0, 10)))
}

func fromRevision(t *testing.T, s Store) {
	for _, name := range []string{"channel-a.1", "message-a.1.5"} {
		mustAppend(t, s.Log, name, eventstore.NoStream, events(10)...)
		all := stream(t, s.Log, name)
		for from := range 12 {
			got := collect(t, s.Log.ReadStream(deadline(t), name, eventstore.Revision(from)))
			require.Len(t, got, max(0, 10-from))
			for i, e := range got {
				require.Equal(t, all[from+i], e)
			}
		}
	}
}

func longStream(t *testing.T, s Store) {
	for i := range 10 {
		mustAppend(t, s.Log, "channel-a.1", eventstore.Expected(i*1000-1), events(1000)...)
		mustAppend(t, s.Log, "channel-a.2", eventstore.Any, event("between"))
	}
	got := stream(t, s.Log, "channel-a.1")
	require.Len(t, got, 10_000)
	for i, e := range got {
		require.Equal(t, eventstore.Revision(i), e.Revision)
	}
	require.Len(t, collect(t, s.Log.ReadStream(deadline(t), "channel-a.1", 9000)), 1000)
}

func similarNames(t *testing.T, s Store) {
	names := []string{
		"message-a.1.5", "message-a.1.05", "message-a.1.50", "message-a.15", "message-a.1.", "message-a.1.x",
		"message-a.1.0", "message-a.1.-5", "message-a.1.9223372036854775807", "message-a.1.9223372036854775808",
		"message-5", "messages-a.1.5", "channel-a.1.5", "channel-a.1", "Message-a.1.5",
	}
	for _, name := range names {
		mustAppend(t, s.Log, name, eventstore.NoStream, event(name))
	}
	for i, e := range everything(t, s.Log) {
		require.Equal(t, names[i], e.Stream)
	}
	for _, name := range names {
		got := stream(t, s.Log, name)
		require.Len(t, got, 1, name)
		require.Equal(t, name, string(got[0].Data))
	}
}

func readAll(t *testing.T, s Store) {
	fill(t, s.Log, "message-a.1.", 2500)
	all := everything(t, s.Log)
	require.Len(t, all, 2500)
	requireRising(t, all)
	require.Equal(t, head(t, s.Log), all[2499].Position)
	for _, from := range []int{1, 1000, 2300, 2500} {
		require.Equal(t, len(all[from:]), len(collect(t, s.Log.ReadAll(deadline(t), all[from-1].Position, 0))))
		require.Equal(t, len(all[from:min(from+1200, 2500)]), len(collect(t, s.Log.ReadAll(deadline(t), all[from-1].Position, 1200))))
	}
	require.Equal(t, all[7:9], collect(t, s.Log.ReadAll(deadline(t), all[6].Position, 2)))
}

// selections are those of a log that can leave events out.
func selections(t *testing.T, s Store) {
	log, ok := s.Log.(eventstore.Selector)
	if !ok {
		t.Skip("the log reads everything")
	}
	for _, name := range []string{"channel-a.1", "message-a.1.5", "channels-a.1", "user-a.ann", "channel", "message-a.1.6", "user-a.bob"} {
		mustAppend(t, log, name, eventstore.NoStream, event(name))
	}
	all := everything(t, log)
	for name, tt := range map[string]struct {
		after, limit int
		looked       int
		want         []eventstore.Recorded
	}{
		"all":          {0, 100, 7, []eventstore.Recorded{all[0], all[3], all[6]}},
		"a part":       {1, 3, 3, []eventstore.Recorded{all[3]}},
		"none of them": {1, 2, 2, nil},
		"after all":    {7, 100, 0, nil},
	} {
		var after eventstore.Position
		if tt.after > 0 {
			after = all[tt.after-1].Position
		}
		got, err := log.Select(deadline(t), []string{"channel", "user"}, after, tt.limit)
		require.NoError(t, err, name)
		require.Equal(t, tt.looked, got.Looked, name)
		require.Equal(t, all[tt.after+tt.looked-1].Position, got.To, name)
		require.Equal(t, len(tt.want), len(got.Events), name)
		for i := range tt.want {
			require.Equal(t, tt.want[i], got.Events[i], name)
		}
	}
}

func stopEarly(t *testing.T, s Store) {
	fill(t, s.Log, "message-a.1.", 1500)
	seen := 0
	for _, err := range s.Log.ReadAll(deadline(t), 0, 0) {
		require.NoError(t, err)
		if seen++; seen == 3 {
			break
		}
	}
	require.Equal(t, 3, seen)
	mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, event("1"))
}

func cancelledReader(t *testing.T, s Store) {
	mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, event("1"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range s.Log.ReadStream(ctx, "channel-a.1", 0) {
		require.ErrorIs(t, err, context.Canceled)
	}
}

package storetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/internal/eventstore"
)

var refusalContracts = []contract{
	{"malformed appends are refused", nil, malformed},
	{"too large appends are refused", nil, tooLarge},
	{"an append whose context is done does nothing", nil, doneContext},
	{"an event id of another append is refused", nil, takenID},
	{"a closed log refuses appends and subscriptions", []Capability{Restart}, closed},
}

func malformed(t *testing.T, s Store) {
	twice := event("1")
	untyped, nameless, scavenged, binaryMeta := event("1"), event("1"), event("1"), event("1")
	untyped.Type = ""
	nameless.ID = uuid.Nil
	scavenged.Type = eventstore.Scavenged
	binaryMeta.Meta = map[string]string{"k": "\xff"}
	for name, w := range map[string]eventstore.Write{
		"no events":               {Stream: "channel-a.1"},
		"no stream":               {Events: events(1)},
		"a system stream":         {Stream: "$all", Events: events(1)},
		"a name that is not text": {Stream: "channel-a.\x00", Events: events(1)},
		"a name outside ASCII":    {Stream: "channel-á", Events: events(1)},
		"a prefix without end":    {Stream: "channel-a", Draw: true, Events: events(1)},
		"an impossible revision":  {Stream: "channel-a.1", Expected: -3, Events: events(1)},
		"an event without type":   {Stream: "channel-a.1", Expected: eventstore.Any, Events: []eventstore.NewEvent{untyped}},
		"an event without id":     {Stream: "channel-a.1", Expected: eventstore.Any, Events: []eventstore.NewEvent{nameless}},
		"the same id twice":       {Stream: "channel-a.1", Expected: eventstore.Any, Events: []eventstore.NewEvent{twice, twice}},
		"the same id far apart":   {Stream: "channel-a.1", Expected: eventstore.Any, Events: []eventstore.NewEvent{twice, event("2"), twice}},
		"a type of the log's own": {Stream: "channel-a.1", Expected: eventstore.Any, Events: []eventstore.NewEvent{scavenged}},
		"metadata that is bytes":  {Stream: "channel-a.1", Expected: eventstore.Any, Events: []eventstore.NewEvent{binaryMeta}},
		"a guard on no stream":    {Stream: "channel-a.1", Expected: eventstore.Any, Events: events(1), Guards: []eventstore.Guard{{}}},
	} {
		_, err := s.Log.Append(deadline(t), w)
		require.ErrorIs(t, err, eventstore.ErrInvalid, name)
	}
	require.Empty(t, everything(t, s.Log))
}

func tooLarge(t *testing.T, s Store) {
	_, err := s.Log.Append(deadline(t), eventstore.Write{Stream: "channel-a.1", Events: events(eventstore.MaxEvents + 1)})
	require.ErrorIs(t, err, eventstore.ErrTooLarge)
	half := strings.Repeat("x", eventstore.MaxWriteBytes/2)
	_, err = s.Log.Append(deadline(t), eventstore.Write{Stream: "channel-a.1", Events: []eventstore.NewEvent{event(half), event(half + "x")}})
	require.ErrorIs(t, err, eventstore.ErrTooLarge)
	require.Empty(t, everything(t, s.Log))
}

func doneContext(t *testing.T, s Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Log.Append(ctx, eventstore.Write{Stream: "channel-a.1", Expected: eventstore.Any, Events: events(1)})
	require.ErrorIs(t, err, context.Canceled)
	ctx, cancel = context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	_, err = s.Log.Append(ctx, eventstore.Write{Stream: "channel-a.1", Expected: eventstore.Any, Events: events(1)})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Empty(t, everything(t, s.Log))
}

func takenID(t *testing.T, s Store) {
	e, other := event("1"), event("2")
	mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, e, other)
	for name, w := range map[string]eventstore.Write{
		"as the first event":  {Stream: "channel-a.2", Expected: eventstore.NoStream, Events: []eventstore.NewEvent{e}},
		"as a further event":  {Stream: "channel-a.2", Expected: eventstore.NoStream, Events: []eventstore.NewEvent{event("3"), other}},
		"in a drawn stream":   {Stream: "message-a.1.", Draw: true, Events: []eventstore.NewEvent{e}},
		"in the same stream":  {Stream: "channel-a.1", Expected: 1, Events: []eventstore.NewEvent{event("3"), e}},
		"under another state": {Stream: "channel-a.3", Expected: eventstore.Any, Events: []eventstore.NewEvent{e}},
	} {
		_, err := s.Log.Append(deadline(t), w)
		require.ErrorIs(t, err, eventstore.ErrInvalid, name)
	}
	require.Len(t, everything(t, s.Log), 2)
	mustAppend(t, s.Log, "channel-a.2", eventstore.NoStream, event("3"))
}

func closed(t *testing.T, s Store) {
	mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, event("1"))
	sub := subscribe(t, s.Log, 1)
	s.Reopen(t)
	_, err := s.Log.Append(deadline(t), eventstore.Write{Stream: "channel-a.1", Expected: 0, Events: events(1)})
	require.ErrorIs(t, err, eventstore.ErrClosed)
	_, err = sub.Next(deadline(t), 1)
	require.ErrorIs(t, err, eventstore.ErrClosed)
	_, err = s.Log.Subscribe(t.Context(), 0)
	require.ErrorIs(t, err, eventstore.ErrClosed)
}

package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/eventstore"
)

var guardContracts = []contract{
	{"a guard holds until its stream moves on", []Capability{Guards}, guardHolds},
	{"a guard on an empty stream", []Capability{Guards}, guardEmpty},
	{"one stale guard among many refuses the append", []Capability{Guards}, guardAmongMany},
	{"a guard read long ago is still exact", []Capability{Guards}, guardStale},
	{"a guard is exact after a restart", []Capability{Guards, Restart}, guardRestart},
	{"an append does not trip over its own stream's guard", []Capability{Guards}, guardOwn},
	{"no guarded send is recorded after a removal", []Capability{Guards}, removal},
	{"no guarded send is recorded after an erasure, on any node", []Capability{Guards, SeveralProcesses}, erasure},
}

func guarded(guards ...eventstore.Guard) eventstore.Write {
	return eventstore.Write{Stream: "message-a.1.", Draw: true, Events: events(1), Guards: guards}
}

func guardHolds(t *testing.T, s Store) {
	r := mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, events(2)...)
	g := eventstore.Guard{Stream: "channel-a.1", Revision: 1, Position: r.Position}
	_, err := s.Log.Append(deadline(t), guarded(g))
	require.NoError(t, err)
	mustAppend(t, s.Log, "channel-a.1", 1, event("moved"))
	_, err = s.Log.Append(deadline(t), guarded(g))
	require.ErrorIs(t, err, eventstore.ErrGuard)
	g.Revision++
	_, err = s.Log.Append(deadline(t), guarded(g))
	require.NoError(t, err)
	require.Len(t, everything(t, s.Log), 5)
}

func guardEmpty(t *testing.T, s Store) {
	g := eventstore.Guard{Stream: "user-a.ann", Revision: eventstore.None}
	_, err := s.Log.Append(deadline(t), guarded(g))
	require.NoError(t, err)
	mustAppend(t, s.Log, "user-a.ann", eventstore.NoStream, event("named"))
	_, err = s.Log.Append(deadline(t), guarded(g))
	require.ErrorIs(t, err, eventstore.ErrGuard)
}

func guardAmongMany(t *testing.T, s Store) {
	var all []eventstore.Guard
	for i := range 20 {
		name := fmt.Sprintf("user-a.u%d", i)
		mustAppend(t, s.Log, name, eventstore.NoStream, event("named"))
		all = append(all, eventstore.Guard{Stream: name, Position: head(t, s.Log)})
	}
	_, err := s.Log.Append(deadline(t), guarded(all...))
	require.NoError(t, err)
	mustAppend(t, s.Log, "user-a.u13", 0, event("renamed"))
	_, err = s.Log.Append(deadline(t), guarded(all...))
	require.ErrorIs(t, err, eventstore.ErrGuard)
}

func guardStale(t *testing.T, s Store) {
	mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, event("1"))
	mustAppend(t, s.Log, "channel-a.2", eventstore.NoStream, event("1"))
	mustAppend(t, s.Log, "channel-a.2", 0, event("2"))
	for range 300 {
		fill(t, s.Log, "message-b.1.", 1)
	}
	requireStaleGuards(t, s.Log)
}

// requireStaleGuards needs channel-a.1 at revision 0 and channel-a.2 at 1.
func requireStaleGuards(t *testing.T, log eventstore.Log) {
	t.Helper()
	for _, position := range []eventstore.Position{0, 1, 2, 3} {
		_, err := log.Append(deadline(t), guarded(eventstore.Guard{Stream: "channel-a.1", Revision: 0, Position: position}))
		require.NoError(t, err)
		_, err = log.Append(deadline(t), guarded(eventstore.Guard{Stream: "channel-a.2", Revision: 0, Position: min(position, 2)}))
		require.ErrorIs(t, err, eventstore.ErrGuard)
	}
}

func guardRestart(t *testing.T, s Store) {
	mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, event("1"))
	mustAppend(t, s.Log, "channel-a.2", eventstore.NoStream, event("1"))
	mustAppend(t, s.Log, "channel-a.2", 0, event("2"))
	requireStaleGuards(t, s.Reopen(t))
}

func guardOwn(t *testing.T, s Store) {
	r := mustAppend(t, s.Log, "channel-a.1", eventstore.NoStream, event("1"))
	for i := range 3 {
		w := eventstore.Write{
			Stream: "channel-a.1", Expected: eventstore.Expected(i), Events: events(1),
			Guards: []eventstore.Guard{{Stream: "channel-a.1", Revision: eventstore.Revision(i), Position: r.Position}},
		}
		var err error
		r, err = s.Log.Append(deadline(t), w)
		require.NoError(t, err)
	}
}

func removal(t *testing.T, s Store) {
	requireNoneAfter(t, s.Log, "channel-a.1", []eventstore.Log{s.Log})
}

func erasure(t *testing.T, s Store) {
	requireNoneAfter(t, s.Log, "user-a.ann", []eventstore.Log{s.Log, s.Other(t)})
}

// requireNoneAfter lets 8 senders append under guards while a stream that they
// guard moves on; what they were told is recorded must be before that.
func requireNoneAfter(t *testing.T, log eventstore.Log, moved string, nodes []eventstore.Log) {
	t.Helper()
	for round := range 5 {
		channel, user := fmt.Sprintf("channel-a.%d", round), fmt.Sprintf("user-a.ann%d", round)
		target := channel
		if moved == "user-a.ann" {
			target = user
		}
		mustAppend(t, log, channel, eventstore.NoStream, event("created"))
		r := mustAppend(t, log, user, eventstore.NoStream, event("named"))
		guards := []eventstore.Guard{{Stream: channel, Position: r.Position}, {Stream: user, Position: r.Position}}

		var mu sync.Mutex
		var acknowledged []eventstore.Position
		warm := make(chan struct{}, 1000)
		var wg sync.WaitGroup
		for i := range 8 {
			node := nodes[i%len(nodes)]
			wg.Go(func() {
				for {
					r, err := node.Append(context.Background(), guarded(guards...))
					if errors.Is(err, eventstore.ErrGuard) {
						return
					}
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					acknowledged = append(acknowledged, r.Position)
					mu.Unlock()
					select {
					case warm <- struct{}{}:
					default:
					}
				}
			})
		}
		for range 40 {
			<-warm
		}
		fence := mustAppend(t, nodes[len(nodes)-1], target, 0, event("gone")).Position
		wg.Wait()
		for _, p := range acknowledged {
			require.Less(t, p, fence)
		}
		require.GreaterOrEqual(t, len(acknowledged), 40)
	}
}

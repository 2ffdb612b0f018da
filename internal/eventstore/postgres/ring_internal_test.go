package postgres

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"parley/internal/eventstore"
)

// TestRingAgreesWithASlice compares the ring with the whole log.
func TestRingAgreesWithASlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 40).Draw(t, "limit")
		r := newRing(limit, rapid.IntRange(500, 20_000).Draw(t, "bytes"))
		head := eventstore.Position(rapid.IntRange(0, 10).Draw(t, "start"))
		start := head
		r.reset(head)
		for range rapid.IntRange(1, 30).Draw(t, "publishes") {
			var events []eventstore.Recorded
			for range rapid.IntRange(1, 60).Draw(t, "events") {
				head++
				events = append(events, eventstore.Recorded{Position: head})
			}
			r.publish(events)
			for after := start; after <= head; after++ {
				got, newest, arrived, covered := r.after(after, 7)
				require.Equal(t, head, newest)
				if !covered {
					require.Less(t, after, head-1)
					continue
				}
				require.Equal(t, after == head, arrived != nil)
				require.Len(t, got, min(7, int(head-after)))
				for i, e := range got {
					require.Equal(t, after+eventstore.Position(i)+1, e.Position)
				}
			}
			if e, ok := r.at(head); ok {
				require.Equal(t, head, e.Position)
			}
		}
	})
}

package projections_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"parley/internal/eventstore"
	"parley/projections"
)

// TestTheRowsFollowFromTheEventsAlone: whatever a history is and however it is
// cut into batches, the tables are those of one replay, byte for byte, and
// unread counts are what counting by hand gives.
func TestTheRowsFollowFromTheEventsAlone(t *testing.T) {
	pool := database(t)
	cut, whole, single := liveModel(t, pool), newModel(t, pool, "whole"), newModel(t, pool, "single")
	rapid.Check(t, func(rt *rapid.T) {
		h := newHistory(t, rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(1, 300).Draw(rt, "steps"))
		events := all(t, h.log)
		for _, m := range []*model{cut, whole, single} {
			m.clear(t)
		}
		whole.apply(t, events)
		want := whole.dump(t)
		cut.applyIn(t, events, rapid.SliceOfN(rapid.IntRange(0, 12), 0, 30).Draw(rt, "cuts")...)
		if got := cut.dump(t); got != want {
			rt.Fatalf("cut into batches: %s", difference(want, got))
		}
		single.applyIn(t, events, ones(len(events))...)
		if got := single.dump(t); got != want {
			rt.Fatalf("event by event: %s", difference(want, got))
		}
		h.countsAsNaively(t, pool)
	})
}

func ones(n int) []int {
	sizes := make([]int, n)
	for i := range sizes {
		sizes[i] = 1
	}
	return sizes
}

// TestARuntimeWithInterruptionsComesToTheSame lets runtimes, one after
// another, apply a history in batches of any size while the database throws
// everybody out from time to time.
func TestARuntimeWithInterruptionsComesToTheSame(t *testing.T) {
	for seed := range uint64(6) {
		pool := database(t)
		h := newHistory(t, seed, 200)
		choice := rand.New(rand.NewPCG(seed, 2))
		head := int64(len(all(t, h.log)))
		log := &cutting{h.log, func() int { return 1 + rand.IntN(7) }}
		for part := int64(1); part <= 4; part++ {
			run := start(t, config(log, pool))
			run.reachPosition(head * part / 4)
			if choice.IntN(2) == 0 {
				terminate(t, pool)
			}
			run.stop()
		}
		caughtUp(t, pool, wanted(all(t, h.log)))
		same(t, fresh(t, pool, h.log), liveDump(t, pool), "seed %d", seed)
		h.countsAsNaively(t, pool)
	}
}

// wanted is the position of the last event that the timeline wants: those that
// follow need not be stored.
func wanted(log []eventstore.Recorded) (last int64) {
	for _, r := range log {
		category, _, _ := strings.Cut(r.Stream, "-")
		if slices.Contains(projections.Timeline.Categories, category) {
			last = int64(r.Position)
		}
	}
	return last
}

package projections_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"parley/projections"
)

func TestPreparedProjectionsShowEverythingFromTheStart(t *testing.T) {
	pool := database(t)
	h := newHistory(t, 3, 200)
	c := quick(h.log, pool)
	var seen []projections.Progress
	var mu sync.Mutex
	note := func(p projections.Progress) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, p)
	}
	require.NoError(t, projections.Prepare(t.Context(), c, projections.PrepareOptions{Hold: true, Notify: note}))
	for _, p := range projections.All {
		require.Equal(t, []string{"1|building"}, builds(t, pool, p.Name))
	}
	for range 30 {
		h.step()
	}
	// Two nodes start at once: one goes on with the builds, the other waits.
	var starting sync.WaitGroup
	for range 2 {
		starting.Go(func() {
			assert.NoError(t, projections.Prepare(t.Context(), c, projections.PrepareOptions{Notify: note}))
		})
	}
	starting.Wait()
	for _, p := range projections.All {
		require.Equal(t, []string{"1|live"}, builds(t, pool, p.Name))
	}
	same(t, fresh(t, pool, h.log), liveDump(t, pool), "before anything runs")
	require.NotEmpty(t, seen)
	for _, p := range seen {
		require.LessOrEqual(t, p.Percent(), float64(100))
		require.NotEmpty(t, p.String())
	}
	require.NoError(t, projections.Prepare(t.Context(), c, projections.PrepareOptions{}), "nothing to do")
	run := start(t, c)
	run.reach()
}

func TestAnEmptyLogNeedsNoPreparation(t *testing.T) {
	pool := database(t)
	c := quick(newJournal(t).log, pool)
	require.NoError(t, projections.Prepare(t.Context(), c, projections.PrepareOptions{}))
	require.Empty(t, builds(t, pool, inTimeline))
	start(t, c).reach()
	require.Equal(t, []string{"1|live"}, builds(t, pool, inTimeline))
}

// TestTheBuildOfAnotherVersionIsLeftAlone: the old code goes on while the new
// one prepares, and after it.
func TestTheBuildOfAnotherVersionIsLeftAlone(t *testing.T) {
	pool := database(t)
	j := chatter(t, 20)
	old := start(t, quick(j.log, pool))
	old.reach()
	before := liveDump(t, pool)
	c := quick(j.log, pool)
	next := projections.Timeline
	next.Version++
	c.Projections = []projections.Projection{projections.Directory, next}
	require.NoError(t, projections.Prepare(t.Context(), c, projections.PrepareOptions{Hold: true}))
	same(t, before, liveDump(t, pool))
	j.chat(3)
	old.reach()
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
	require.NoError(t, projections.Prepare(t.Context(), c, projections.PrepareOptions{}))
	same(t, dump(t, pool, projections.Timeline.Schema(1)), dump(t, pool, next.Schema(1)))
	start(t, c).reach()
	require.Equal(t, []string{"3|live", "4|live"}, rows(t, pool, "SELECT code_version, state FROM projections WHERE name = 'timeline' ORDER BY 1"))
}

package projections_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"parley/internal/eventstore"
	"parley/projections"
)

// rebuild builds a projection anew and waits for it.
func (r *running) rebuild(name string, o projections.RebuildOptions) error {
	r.t.Helper()
	job, err := r.Rebuild(name, o)
	require.NoError(r.t, err)
	return r.wait(job)
}

func (r *running) wait(job *projections.Job) error {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	err := job.Wait(ctx)
	require.NoError(r.t, ctx.Err(), "the rebuild does not end")
	return err
}

// builds are the builds of a projection with their states.
func builds(t testing.TB, pool *pgxpool.Pool, name string) []string {
	t.Helper()
	return rows(t, pool, "SELECT build, state FROM projections WHERE name = '"+name+"' ORDER BY build")
}

func quick(log eventstore.Log, pool *pgxpool.Pool) projections.Config {
	c := config(log, pool)
	c.Grace = time.Millisecond
	return c
}

// eventually asks until the answer is yes.
func eventually(t testing.TB, ask func() bool, about string) {
	t.Helper()
	deadline := time.After(patience)
	for !ask() {
		select {
		case <-time.After(2 * time.Millisecond):
		case <-deadline:
			require.FailNow(t, "not in time: "+about)
		}
	}
}

func TestARebuildComesToTheSameAndIsShown(t *testing.T) {
	pool := database(t)
	h := newHistory(t, 7, 300)
	run := start(t, quick(h.log, pool))
	run.reach()
	for _, name := range []string{inTimeline, inDirectory, inOccupancy, inTimeline} {
		before := liveDump(t, pool)
		require.NoError(t, run.rebuild(name, projections.RebuildOptions{}))
		same(t, before, liveDump(t, pool), name)
		for range 20 {
			h.step()
		}
		run.reach()
		same(t, fresh(t, pool, h.log), liveDump(t, pool), "what follows goes into the new build of %s", name)
		h.countsAsNaively(t, pool)
		dropFresh(t, pool)
	}
	eventually(t, func() bool {
		return len(builds(t, pool, inTimeline)) == 1 && len(builds(t, pool, inDirectory)) == 1
	}, "the old builds are dropped")
	require.Equal(t, []string{"3|live"}, builds(t, pool, inTimeline))
	eventually(t, func() bool { return len(builds(t, pool, inOccupancy)) == 1 }, "its old build is dropped")
	require.Equal(t, []string{"rm_directory_v3_2", "rm_occupancy_v1_2", "rm_timeline_v3_3"},
		rows(t, pool, `SELECT nspname FROM pg_namespace WHERE nspname LIKE 'rm\_%' ORDER BY nspname`))
	require.Equal(t, 3, statusOf(t, run, inTimeline).Build)
}

func statusOf(t testing.TB, run *running, name string) projections.Status {
	t.Helper()
	for _, s := range run.Status() {
		if s.Name == name {
			return s
		}
	}
	require.FailNow(t, "no status of "+name)
	return projections.Status{}
}

func dropFresh(t testing.TB, pool *pgxpool.Pool) {
	t.Helper()
	for _, p := range projections.All {
		exec(t, pool, "DROP SCHEMA fresh_"+p.Name+" CASCADE")
	}
}

func TestTheIndexesOfARebuildAreThoseOfAFirstBuild(t *testing.T) {
	pool := database(t)
	j := chatter(t, 3)
	run := start(t, config(j.log, pool))
	run.reach()
	for _, p := range projections.All {
		indexes := func(build int) []string {
			return rows(t, pool, `SELECT tablename, indexname, replace(indexdef, schemaname, '') AS def FROM pg_indexes
				WHERE schemaname = '`+p.Schema(build)+`' ORDER BY 1, 2`)
		}
		want := indexes(1)
		require.NotEmpty(t, want)
		require.NoError(t, run.rebuild(p.Name, projections.RebuildOptions{}))
		require.Equal(t, want, indexes(2), p.Name)
	}
}

// TestARebuildWhilePeopleTalk rebuilds while events arrive, connections break
// and another runtime works on the same database.
func TestARebuildWhilePeopleTalk(t *testing.T) {
	pool := database(t)
	j := chatter(t, 200)
	run, other := start(t, quick(j.log, pool)), start(t, quick(j.log, pool))
	run.reach()
	job, err := run.Rebuild(inTimeline, projections.RebuildOptions{Rate: 2000})
	require.NoError(t, err)
	_, err = run.Rebuild(inTimeline, projections.RebuildOptions{})
	require.ErrorIs(t, err, projections.ErrUnderWay)
	_, err = run.Rebuild("weather", projections.RebuildOptions{})
	require.ErrorIs(t, err, projections.ErrUnknown)
	eventually(t, func() bool { return len(builds(t, pool, inTimeline)) == 2 }, "a build has begun")
	elsewhere, err := other.Rebuild(inTimeline, projections.RebuildOptions{})
	require.NoError(t, err)
	require.ErrorIs(t, other.wait(elsewhere), projections.ErrElsewhere)
	for i := range 40 {
		j.chat(3)
		if i%10 == 5 {
			terminate(t, pool)
		}
	}
	require.NoError(t, run.wait(job))
	j.chat(5)
	run.reach()
	other.reach()
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
	eventually(t, func() bool { return statusOf(t, other, inTimeline).Build == 2 }, "the other node goes on in the new build")
}

// TestAnUnfinishedBuildIsGoneOnWith stops one runtime after another in the
// middle of a slow rebuild.
func TestAnUnfinishedBuildIsGoneOnWith(t *testing.T) {
	pool := database(t)
	j := chatter(t, 150)
	run := start(t, quick(j.log, pool))
	run.reach()
	position := func() (at int64) {
		require.NoError(t, pool.QueryRow(t.Context(), `
			SELECT coalesce(max(position), 0) FROM projections WHERE name = 'timeline' AND state = 'building'`).Scan(&at))
		return at
	}
	_, err := run.Rebuild(inTimeline, projections.RebuildOptions{Rate: 300})
	require.NoError(t, err)
	eventually(t, func() bool { return position() > 60 }, "a part is built")
	run.stop()
	left := position()
	require.Positive(t, left)
	require.Equal(t, []string{"1|live", "2|building"}, builds(t, pool, inTimeline))

	again := start(t, quick(j.log, pool))
	eventually(t, func() bool { return again.LastRebuild(inTimeline) != nil }, "the next start goes on by itself")
	job := again.LastRebuild(inTimeline)
	require.NoError(t, again.wait(job))
	now, _ := job.Progress()
	require.Equal(t, projections.Done, now.Phase)
	require.Equal(t, 2, now.Build)
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}

func TestAnUnfinishedBuildCanBeThrownAway(t *testing.T) {
	pool := database(t)
	j := chatter(t, 150)
	run := start(t, quick(j.log, pool))
	run.reach()
	_, err := run.Rebuild(inTimeline, projections.RebuildOptions{Rate: 300})
	require.NoError(t, err)
	eventually(t, func() bool { return len(builds(t, pool, inTimeline)) == 2 }, "a build has begun")
	run.stop()
	exec(t, pool, "DELETE FROM "+projections.Timeline.Schema(2)+".messages") // a row nobody would want
	c := quick(j.log, pool)
	c.Log = &cutting{j.log, func() int { return 1 + rand.IntN(9) }}
	exec(t, pool, "UPDATE projections SET state = 'retired', retired_at = now() + interval '1 hour' WHERE build = 2")
	again := start(t, c)
	again.reach()
	exec(t, pool, "UPDATE projections SET state = 'building' WHERE build = 2")
	require.NoError(t, again.rebuild(inTimeline, projections.RebuildOptions{Restart: true}))
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}

func TestARebuildHealsAStoppedProjection(t *testing.T) {
	pool := database(t)
	j := chatter(t, 5)
	run := start(t, config(j.log, pool))
	run.reach()
	exec(t, pool, "ALTER TABLE "+projections.Timeline.Schema(1)+".messages RENAME COLUMN version TO v")
	j.chat(1)
	eventually(t, func() bool { return statusOf(t, run, inTimeline).Stopped != nil }, "it has stopped")
	require.NoError(t, run.rebuild(inTimeline, projections.RebuildOptions{}))
	run.reach()
	require.Nil(t, statusOf(t, run, inTimeline).Stopped)
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}

func TestResumingByFixedCode(t *testing.T) {
	pool := database(t)
	j := newJournal(t)
	j.everywhere()
	j.raw("message-shop.7.10", "ReactionAdded", 1, `{"kind":"distinct","name":"x","ref":"99","by":"bob"}`)
	j.everywhere()
	broken := quick(j.log, pool)
	broken.Projections = panicking("ReactionAdded")
	run := start(t, broken)
	run.reach()
	before := liveDump(t, pool)
	require.Len(t, statusOf(t, run, inTimeline).Parked, 1)

	job, err := run.Resume(inTimeline, projections.RebuildOptions{})
	require.NoError(t, err)
	err = run.wait(job)
	require.ErrorIs(t, err, projections.ErrParked, "the same code parks it again")
	require.ErrorContains(t, err, "channel 7")
	same(t, before, liveDump(t, pool))
	require.Equal(t, 1, statusOf(t, run, inTimeline).Build)
	_, err = run.Resume(inDirectory, projections.RebuildOptions{})
	require.ErrorIs(t, err, projections.ErrNotParked)
	require.NoError(t, run.rebuild(inTimeline, projections.RebuildOptions{Force: true}))
	eventually(t, func() bool { return statusOf(t, run, inTimeline).Build != 1 }, "shown all the same")
	require.Len(t, statusOf(t, run, inTimeline).Parked, 1)
	same(t, before, liveDump(t, pool))
	run.stop()

	fixed := start(t, quick(j.log, pool))
	job, err = fixed.Resume(inTimeline, projections.RebuildOptions{})
	require.NoError(t, err)
	require.NoError(t, fixed.wait(job))
	j.everywhere()
	fixed.reach()
	require.Empty(t, statusOf(t, fixed, inTimeline).Parked)
	eventually(t, func() bool { return len(rows(t, pool, "SELECT id FROM parked")) == 0 }, "dropped with the old builds")
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}

// TestCodeThatParksMoreIsNotShown: a rebuild by worse code changes nothing.
func TestCodeThatParksMoreIsNotShown(t *testing.T) {
	pool := database(t)
	j := newJournal(t)
	j.everywhere()
	run := start(t, config(j.log, pool))
	run.reach()
	run.stop()
	worse := config(j.log, pool)
	worse.Projections = panicking("ReadCursorAdvanced")
	again := start(t, worse)
	require.ErrorIs(t, again.rebuild(inTimeline, projections.RebuildOptions{}), projections.ErrParked)
	require.Equal(t, "1|live", builds(t, pool, inTimeline)[0])
	require.Empty(t, statusOf(t, again, inTimeline).Parked)
}

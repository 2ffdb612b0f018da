package presence_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"parley/domain"
	"parley/internal/eventstore"
	"parley/internal/presence"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheFirstSocketEntersAndTheLastLeavesAfterTheGrace(t *testing.T) {
	tracking(t, presence.Config{}, func(t *testing.T, tr *presence.Tracker, log *told, _ func()) {
		tr.Joined(app, den, "ann")
		tr.Joined(app, den, "ann")
		tr.Joined(app, den, "bob")
		pass(time.Second)
		require.Equal(t, []string{
			"50ms presence-shop.7 +ann", "50ms presence-shop.7 +bob", "50ms presence-shop.node-a map[7:{3}]",
		}, log.new(), "CH-831 one event for each user, one for the figures")
		tr.Left(app, den, "ann")
		pass(time.Second)
		require.Equal(t, []string{"1.05s presence-shop.node-a map[7:{2}]"}, log.new())
		tr.Left(app, den, "ann")
		pass(15 * time.Second)
		require.Equal(t, []string{"2.05s presence-shop.node-a map[7:{1}]"}, log.new(), "still there")
		pass(time.Second)
		require.Equal(t, []string{"17.05s presence-shop.7 -ann"}, log.new())
		tr.Left(app, den, "ann") // of nothing
		tr.Left(app, 8, "ann")
		tr.Joined(app, den, "ann")
		pass(time.Second)
		require.Equal(t, []string{"18.05s presence-shop.7 +ann", "18.05s presence-shop.node-a map[7:{2}]"}, log.new())
	})
}

func TestWhoComesBackWithinTheGraceIsNotToldOf(t *testing.T) {
	tracking(t, presence.Config{}, func(t *testing.T, tr *presence.Tracker, log *told, _ func()) {
		tr.Joined(app, den, "ann")
		pass(time.Minute)
		log.new()
		for range 5 {
			tr.Left(app, den, "ann")
			pass(14 * time.Second)
			tr.Joined(app, den, "ann")
			pass(time.Minute)
		}
		for _, line := range log.new() {
			require.Contains(t, line, "node-a", "figures only")
		}
		tr.Left(app, den, "ann")
		tr.Joined(app, den, "ann")
		pass(time.Minute)
		require.Empty(t, log.new(), "at once: the figures are as they were")
	})
}

func TestAShortVisitIsOneOfAGrace(t *testing.T) {
	tracking(t, presence.Config{Grace: 2 * time.Second}, func(t *testing.T, tr *presence.Tracker, log *told, _ func()) {
		tr.Joined(app, den, "ann")
		tr.Left(app, den, "ann")
		pass(time.Minute)
		require.Equal(t, []string{"50ms presence-shop.7 +ann", "2.05s presence-shop.7 -ann"}, log.new())
	})
}

func TestFiguresAreToldOnceASecondForEachApp(t *testing.T) {
	tracking(t, presence.Config{}, func(t *testing.T, tr *presence.Tracker, log *told, _ func()) {
		for i := range 1000 {
			user := domain.UserID(fmt.Sprint("u", i))
			tr.Joined(app, domain.ChannelID(1+i%3), user)
			tr.Joined("desk", den, user)
			pass(5 * time.Millisecond)
		}
		pass(2 * time.Second)
		events := map[string]int{}
		last := map[string]string{}
		for _, line := range log.new() {
			if fields := strings.SplitN(line, " ", 3); strings.Contains(fields[1], "node-a") {
				events[fields[1]]++
				last[fields[1]] = fields[2]
			}
		}
		require.Equal(t, map[string]int{"presence-shop.node-a": 6, "presence-desk.node-a": 6}, events, "in 5 s")
		require.Equal(t, "map[7:{1000}]", last["presence-desk.node-a"])
	})
}

func TestAnAppendThatHangsHoldsNobodyUp(t *testing.T) {
	tracking(t, presence.Config{}, func(t *testing.T, tr *presence.Tracker, log *told, _ func()) {
		hold := make(chan struct{})
		log.set(func() { log.hold = hold })
		tr.Joined(app, den, "ann")
		pass(time.Second)
		tr.Left(app, den, "ann")
		for i := range 700 {
			tr.Joined(app, den, domain.UserID(fmt.Sprint("u", i)))
		}
		pass(20 * time.Second)
		tr.Joined(app, den, "zoe")
		require.Empty(t, log.new())
		log.set(func() { log.hold = nil })
		close(hold)
		pass(time.Second)
		lines := log.new()
		require.Len(t, lines, 1+700+1+1+1, "everybody, and the figures")
		entered := slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return !strings.Contains(l, "+") })
		require.Len(t, entered, 702)
		require.Contains(t, strings.Join(lines, "\n"), "-ann")
		require.Contains(t, strings.Join(lines, "\n"), "map[7:{701}]")
	})
}

func TestWhatFailedIsToldLater(t *testing.T) {
	tracking(t, presence.Config{}, func(t *testing.T, tr *presence.Tracker, log *told, _ func()) {
		log.set(func() { log.broke = eventstore.ErrUnavailable })
		tr.Joined(app, den, "ann")
		tr.Joined(app, den, "bob")
		pass(30 * time.Second)
		tr.Left(app, den, "bob")
		pass(30 * time.Second)
		log.set(func() { log.broke = nil })
		pass(2 * time.Second)
		require.Len(t, log.new(), 2)
		tr.Left(app, den, "ann")
		pass(time.Minute)
		log.set(func() { log.broke = eventstore.ErrUnavailable })
		tr.Joined(app, den, "ann")
		pass(time.Minute)
		log.set(func() { log.broke = nil; log.lines = nil })
		pass(2 * time.Second)
		require.Len(t, log.new(), 2)
	})
}

func TestMemoryIsBounded(t *testing.T) {
	tracking(t, presence.Config{Most: 2}, func(t *testing.T, tr *presence.Tracker, log *told, _ func()) {
		for _, u := range []domain.UserID{"ann", "bob", "cid"} {
			tr.Joined(app, den, u)
		}
		tr.Joined(app, den, "ann")
		tr.Left(app, den, "cid") // was not counted
		pass(time.Second)
		require.EqualValues(t, 1, tr.Dropped())
		require.Equal(t, []string{
			"50ms presence-shop.7 +ann", "50ms presence-shop.7 +bob", "50ms presence-shop.node-a map[7:{3}]",
		}, log.new())
		tr.Left(app, den, "bob")
		pass(time.Minute)
		tr.Joined(app, 8, "cid")
		pass(time.Minute)
		require.EqualValues(t, 1, tr.Dropped(), "there is room again")
		require.Contains(t, strings.Join(log.new(), "\n"), "presence-shop.8 +cid")
	})
}

func TestANodeThatStopsSaysSo(t *testing.T) {
	tracking(t, presence.Config{}, func(t *testing.T, tr *presence.Tracker, log *told, stop func()) {
		tr.Joined(app, den, "ann")
		tr.Joined("desk", den, "ann")
		pass(time.Second)
		log.new()
		stop()
		lines := log.new()
		slices.Sort(lines)
		require.Equal(t, []string{"1s presence-desk.node-a by a NodeCleared", "1s presence-shop.node-a by a NodeCleared"}, lines, "at once")
		tr.Joined(app, den, "bob")
		tr.Left(app, den, "ann")
		synctest.Wait()
		require.Empty(t, log.new())
	})
	tracking(t, presence.Config{}, func(t *testing.T, _ *presence.Tracker, log *told, stop func()) {
		stop()
		require.Empty(t, log.new(), "where nobody was, nothing is to be said")
	})
}

func TestANodeThatWasTakenForGoneTellsEverythingAnew(t *testing.T) {
	tracking(t, presence.Config{}, func(t *testing.T, tr *presence.Tracker, log *told, _ func()) {
		tr.Joined(app, den, "ann")
		tr.Joined(app, 8, "bob")
		tr.Joined("desk", den, "ann")
		pass(time.Minute)
		log.new()
		tr.Cleared(app, "b")
		pass(time.Minute)
		require.Empty(t, log.new(), "another one")
		tr.Cleared(app, "a")
		pass(time.Minute)
		lines := log.new()
		slices.Sort(lines)
		require.Equal(t, []string{
			"2m0.05s presence-shop.7 +ann", "2m0.05s presence-shop.8 +bob", "2m0.05s presence-shop.node-a map[7:{1} 8:{1}]",
		}, lines)
	})
}

func TestATrackerNeedsANodeAndCommands(t *testing.T) {
	_, err := presence.New(presence.Config{Node: "a b", Commands: &told{}})
	require.Error(t, err)
	_, err = presence.New(presence.Config{Node: "a"})
	require.Error(t, err)
}

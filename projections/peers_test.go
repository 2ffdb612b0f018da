package projections_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/nodes"
	"parley/internal/signals"
	"parley/projections"
)

// peer is a runtime among several, with what it has applied itself.
type peer struct {
	*running
	node    *nodes.Node
	applied atomic.Int64
}

// join starts a runtime that shares its work with others on the database.
func join(t testing.TB, c projections.Config, ttl time.Duration) *peer {
	t.Helper()
	node, err := nodes.Join(t.Context(), nodes.Config{DB: c.DB, TTL: ttl, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, node.Leave(context.Background())) })
	bus, err := signals.Open(t.Context(), signals.Config{Database: c.DB.Config().ConnConfig, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, bus.Close()) })
	p := &peer{node: node}
	if c.Projections == nil {
		c.Projections = spying(func(_ string, _ projections.Tx, events []domain.Recorded) error {
			p.applied.Add(int64(len(events)))
			return nil
		})
	}
	if c.Peers == nil {
		c.Peers = &projections.Peers{Signals: bus}
	}
	if c.Peers.Lease == nil {
		c.Peers.Lease = func(name string) projections.Lease { return node.Lease(name) }
	}
	p.running = start(t, c)
	return p
}

// holds reports whether the peer has the lease of the timeline.
func (p *peer) holds() bool {
	return p.node.Lease(fmt.Sprintf("projection/timeline/v%d", projections.Timeline.Version)).Held()
}

// holder waits until one of the peers applies the timeline.
func holder(t testing.TB, peers ...*peer) (has *peer, others []*peer) {
	t.Helper()
	eventually(t, func() bool {
		has, others = nil, nil
		for _, p := range peers {
			if p.holds() {
				has = p
				continue
			}
			others = append(others, p)
		}
		return has != nil
	}, "a peer with the lease")
	return has, others
}

func reachAll(peers ...*peer) {
	for _, p := range peers {
		p.reach()
	}
}

func TestOfSeveralNodesOneAppliesAndAllKnow(t *testing.T) {
	pool := database(t)
	j := chatter(t, 20)
	c := config(j.log, pool)
	a := join(t, c, time.Hour)
	a.reach()
	b, d := join(t, c, time.Hour), join(t, c, time.Hour)
	for range 20 {
		j.chat(5)
		reachAll(b, d, a)
	}
	require.Positive(t, a.applied.Load())
	require.Zero(t, b.applied.Load()+d.applied.Load())
	head, err := j.log.Head(t.Context())
	require.NoError(t, err)
	names := []string{inDirectory, inTimeline}
	position, moved := b.Moved(names)
	require.EqualValues(t, head, position)
	j.chat(1)
	select {
	case <-moved:
	case <-time.After(patience):
		require.FailNow(t, "a node that follows does not see a projection move")
	}
	a.reach()
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}

func TestAGracefulStopHandsProjectionsOverAtOnce(t *testing.T) {
	pool := database(t)
	j := chatter(t, 5)
	c := config(j.log, pool)
	a := join(t, c, time.Hour) // nobody waits for its lease to end
	a.reach()
	b := join(t, c, time.Hour)
	b.reach()
	a.stop()
	j.chat(5)
	b.reach()
	require.Positive(t, b.applied.Load())
	again := join(t, c, time.Hour)
	j.chat(5)
	reachAll(again, b)
	require.Zero(t, again.applied.Load())
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}

func TestProjectionsAreTakenOverWhileEventsCome(t *testing.T) {
	pool := database(t)
	j := chatter(t, 5)
	c := quick(j.log, pool)
	c.Limit = 7
	const ttl = time.Second
	peers := []*peer{join(t, c, ttl), join(t, c, ttl), join(t, c, ttl)}
	for range 6 {
		has, others := holder(t, peers...)
		j.chat(20)
		give(t, others[0])
		eventually(t, func() bool { return !has.holds() && others[0].holds() }, "the other has it")
		j.chat(20)
		reachAll(peers...)
	}
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}

// give gives all leases to a peer that waits for them.
func give(t testing.TB, p *peer) {
	t.Helper()
	exec(t, p.pool, `UPDATE leases SET node = $1, expires_at = clock_timestamp() + interval '2 seconds'`, p.node.ID())
}

// believer holds every lease, whoever else does.
type believer struct{ over chan struct{} }

func (believer) Acquire(context.Context) error { return nil }
func (believer) Held() bool                    { return true }
func (b believer) Lost() <-chan struct{}       { return b.over }
func (believer) Release(context.Context) error { return nil }
func believing(string) projections.Lease       { return believer{make(chan struct{})} }

func TestTheCheckpointIsTheFenceOfSeveralHolders(t *testing.T) {
	pool := database(t)
	j := chatter(t, 5)
	c := config(j.log, pool)
	c.Limit = 5
	var peers []*peer
	for range 3 {
		c.Peers = &projections.Peers{Lease: believing, Signals: deaf{}}
		peers = append(peers, join(t, c, time.Hour))
	}
	for range 10 {
		j.chat(10)
		reachAll(peers...)
	}
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}

// deaf loses every signal.
type deaf struct{}

func (deaf) Publish(string, ...*message.Message) error { return nil }
func (deaf) Close() error                              { return nil }
func (deaf) Subscribe(ctx context.Context, _ string) (<-chan *message.Message, error) {
	c := make(chan *message.Message)
	context.AfterFunc(ctx, func() { close(c) })
	return c, nil
}

func TestNodesFollowWithoutSignals(t *testing.T) {
	pool := database(t)
	j := chatter(t, 5)
	c := config(j.log, pool)
	c.Peers = &projections.Peers{Signals: deaf{}}
	a := join(t, c, time.Hour)
	a.reach()
	c.Peers = &projections.Peers{Signals: deaf{}}
	b := join(t, c, time.Hour)
	for range 3 {
		j.chat(5)
		b.reach()
	}
	require.Zero(t, b.applied.Load())
}

func TestANodeThatFollowsKnowsWhoHasWrittenToWhatIsParked(t *testing.T) {
	pool := database(t)
	j := newJournal(t)
	j.everywhere()
	c := config(j.log, pool)
	a := join(t, c, time.Hour)
	a.reach()
	b := join(t, c, time.Hour)
	b.reach()
	bad := j.raw("message-shop.7.9", "MessageEdited", 1, `{"version":`) // by bob
	reachAll(b, a)
	for _, p := range []*peer{a, b} {
		p.parks([]string{inTimeline}, bad, "its data is no JSON at byte 11")
		require.Equal(t, int64(bad.Position), missed(p, "bob"), p == b)
		require.Zero(t, missed(p, "ann"))
	}
	j.everywhere()
	reachAll(b, a)
	for _, p := range []*peer{a, b} {
		require.Greater(t, missed(p, "bob"), int64(bad.Position))
		require.Greater(t, missed(p, "ann"), int64(bad.Position))
		require.Equal(t, missed(a, "ann"), missed(p, "ann"))
	}
	a.stop()
	j.everywhere()
	b.reach()
	b.parks([]string{inTimeline}, bad, "its data is no JSON at byte 11")
	require.Positive(t, b.applied.Load())
}

// missed is the newest event of a user in channel 7 that the timeline of a node
// has not applied.
func missed(p *peer, by domain.UserID) (position int64) {
	p.Parked([]string{inTimeline}, "shop", 7, domain.Actor{App: "shop", Kind: domain.ActorUser, ID: string(by)},
		func(_ string, _, missed int64) { position = missed })
	return position
}

func TestABuildByAnyNodeIsFollowedByAll(t *testing.T) {
	pool := database(t)
	j := chatter(t, 50)
	c := quick(j.log, pool)
	a := join(t, c, time.Hour)
	a.reach()
	b := join(t, c, time.Hour)
	b.reach()
	for n, p := range []*peer{b, a, b} {
		require.NoError(t, p.rebuild(inTimeline, projections.RebuildOptions{}))
		j.chat(3)
		reachAll(a, b)
		for _, p := range []*peer{a, b} {
			eventually(t, func() bool { return statusOf(t, p.running, inTimeline).Build == n+2 }, "the new build")
		}
	}
	job, err := b.StartVerify(inTimeline)
	require.NoError(t, err)
	require.NoError(t, b.wait(job))
	now, _ := job.Progress()
	require.Zero(t, now.Verdict.Differences)
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}

func TestAStoppedProjectionIsTriedByTheOthers(t *testing.T) {
	pool := database(t)
	j := chatter(t, 5)
	c := quick(j.log, pool)
	a, b := join(t, c, time.Hour), join(t, c, time.Hour)
	reachAll(a, b)
	exec(t, pool, "ALTER TABLE "+projections.Timeline.Schema(1)+".messages RENAME COLUMN version TO v")
	j.chat(5)
	for _, p := range []*peer{a, b} {
		eventually(t, func() bool { return statusOf(t, p.running, inTimeline).Stopped != nil }, "the stop on each node")
	}
	require.NoError(t, b.rebuild(inTimeline, projections.RebuildOptions{}))
	reachAll(a, b)
	for _, p := range []*peer{a, b} {
		require.Nil(t, statusOf(t, p.running, inTimeline).Stopped)
	}
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}

// TestAHolderThatStandsStillInATransactionDoesNotHoldUpTheNext stops one in the
// middle of its work, with the checkpoint locked.
func TestAHolderThatStandsStillInATransactionDoesNotHoldUpTheNext(t *testing.T) {
	pool := database(t)
	j := chatter(t, 5)
	c := config(j.log, pool)
	still, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	frozen := c
	frozen.Projections = spying(func(name string, tx projections.Tx, events []domain.Recorded) error {
		for _, r := range events {
			if _, ok := r.Event.(domain.MemberAdded); ok && name == inTimeline {
				once.Do(func() { assert.NoError(t, tx.Load(&pgx.Batch{})); close(still); <-goOn })
			}
		}
		return nil
	})
	const ttl = 2 * time.Second
	a := join(t, frozen, ttl)
	a.reach()
	b := join(t, c, ttl)
	j.channel(7, "ann", domain.MemberAdded{User: "cid", Role: domain.RoleMember, Inviter: "ann"})
	<-still
	give(t, b)
	j.chat(5)
	b.reach()
	close(goOn)
	a.reach()
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}

// TestWhatStoodStillIsAppliedToTheNextBuild has events pass by that belong to
// something parked, with nothing else after them.
func TestWhatStoodStillIsAppliedToTheNextBuild(t *testing.T) {
	pool := database(t)
	j := newJournal(t)
	j.everywhere()
	c := quick(j.log, pool)
	var fixed atomic.Bool
	c.Projections = spying(func(name string, _ projections.Tx, events []domain.Recorded) error {
		for _, r := range events {
			if _, ok := r.Event.(domain.MemberAdded); ok && name == inTimeline && !fixed.Load() {
				panic("not known yet")
			}
		}
		return nil
	})
	run := start(t, c)
	run.reach()
	j.channel(7, "ann", domain.MemberAdded{User: "cid", Role: domain.RoleMember, Inviter: "ann"})
	run.reach() // what follows moves the position in memory only
	for n := range 5 {
		j.send(7, domain.MessageID(1000+n), "ann")
	}
	run.reach()
	require.Len(t, statusOf(t, run, inTimeline).Parked, 1)
	fixed.Store(true)
	job, err := run.Resume(inTimeline, projections.RebuildOptions{})
	require.NoError(t, err)
	require.NoError(t, run.wait(job))
	eventually(t, func() bool { return len(statusOf(t, run, inTimeline).Parked) == 0 }, "the new build")
	run.reach()
	run.stop()
	same(t, fresh(t, pool, j.log), liveDump(t, pool))
}

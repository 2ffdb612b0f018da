package commands_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore"
	"parley/internal/eventstore/memory"
)

func TestACommandAnswersThePositionOfItsEffect(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	created, err := s.CreateChannel(ctx, commands.CreateChannel{By: user("ann"), Kind: domain.Room, Name: "  den "})
	require.NoError(t, err)
	require.EqualValues(t, 1, created.Position)
	require.True(t, created.Changed)
	c := created.Stream.Channel
	added, err := s.AddMember(ctx, commands.AddMember{By: user("bob"), Channel: c, User: "bob"})
	require.NoError(t, err)
	require.EqualValues(t, 2, added.Position)
	sent, err := s.SendMessage(ctx, say("bob", c, "hello"))
	require.NoError(t, err)
	require.EqualValues(t, 3, sent.Position)
	require.Equal(t, "bob", sent.SenderName)
	require.EqualValues(t, sent.ID, sent.Stream.Message)
	events := recorded(t, log, domain.MessageStream(app, c, domain.MessageID(sent.ID)))
	require.Equal(t, []string{"MessageSent"}, types(events))
	require.Equal(t, sent.Time.UTC(), events[0].Time)
	require.Equal(t, map[string]string{
		"app": "shop", "actor": "bob", "actor_kind": "user", "dialect": "test", "request": "r1", "time": events[0].Meta["time"],
	}, events[0].Meta)
	removed, err := s.RemoveMember(ctx, commands.RemoveMember{By: user("ann"), Channel: c, User: "bob"})
	require.NoError(t, err)
	require.EqualValues(t, 4, removed.Position)
	blocked, err := s.BlockUser(ctx, commands.BlockUser{By: user("ann"), User: "bob", Blocked: true})
	require.NoError(t, err)
	require.EqualValues(t, 5, blocked.Position)

	_, err = s.SendMessage(ctx, say("bob", c, "hello"))
	require.ErrorIs(t, err, domain.ErrNotMember)
	_, err = s.SendMessage(ctx, say("bob", c+1, "hello"))
	require.ErrorIs(t, err, domain.ErrChannelNotFound)
	_, err = s.BlockUser(ctx, commands.BlockUser{By: user("ann"), User: "a/b", Blocked: true})
	require.ErrorIs(t, err, domain.ErrInvalidRequest)
	require.EqualValues(t, 5, count(t, log), "a refused command leaves no trace")
}

// TestACommandWithNothingToDoAnswersAPositionThatShowsWhy: its decision rests
// on an event that the node's own tail has not delivered yet.
func TestACommandWithNothingToDoAnswersAPositionThatShowsWhy(t *testing.T) {
	log := newFaulty()
	log.deaf = true
	near, far := node(t, log, newKeys(), 0), node(t, log, newKeys(), 0)
	ctx := deadline(t)
	dm := commands.CreateChannel{By: user("ann"), Kind: domain.DM, User: "bob"}
	first, err := near.CreateChannel(ctx, dm)
	require.NoError(t, err)
	for _, s := range []*commands.Service{near, far} {
		again, err := s.CreateChannel(ctx, dm)
		require.NoError(t, err)
		require.False(t, again.Changed)
		require.Equal(t, first.Stream, again.Stream)
		require.GreaterOrEqual(t, again.Position, first.Position)
	}
}

func TestOwnWritesAreKnownOnEveryNode(t *testing.T) {
	log := memory.New()
	k := newKeys()
	here, there := node(t, log, k, 0), node(t, log, k, 0)
	ctx := deadline(t)
	c := newGroup(t, here, "ann", "bob")
	sent, err := here.SendMessage(ctx, say("ann", c, "one"))
	require.NoError(t, err)
	_, err = here.SendMessage(ctx, say("bob", c, "two"))
	require.NoError(t, err)
	for _, s := range []*commands.Service{here, there} {
		at, err := s.OwnWrites(ctx, user("ann"))
		require.NoError(t, err)
		require.Equal(t, sent.Position, at)
		at, err = s.OwnWrites(ctx, user("cid"))
		require.NoError(t, err)
		require.Zero(t, at)
	}
	deaf := newFaulty()
	deaf.Log, deaf.deaf = log, true
	behind := node(t, deaf, k, 0)
	_, err = here.SendMessage(ctx, say("ann", c, "three"))
	require.NoError(t, err)
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err = behind.OwnWrites(ended, user("ann"))
	require.ErrorIs(t, err, context.Canceled, "a tail that is behind does not answer")
}

// TestNothingFollowsAnAcknowledgedRemoval has two nodes that hear nothing of
// each other.
func TestNothingFollowsAnAcknowledgedRemoval(t *testing.T) {
	log := newFaulty()
	log.deaf = true
	k := newKeys()
	a, b := node(t, log, k, 0), node(t, log, k, 0)
	ctx := deadline(t)
	c := newGroup(t, a, "ann", "bob")
	for range 5 {
		_, err := b.SendMessage(ctx, say("bob", c, "hello"))
		require.NoError(t, err)
		_, err = a.RemoveMember(ctx, commands.RemoveMember{By: user("ann"), Channel: c, User: "bob"})
		require.NoError(t, err)
		_, err = b.SendMessage(ctx, say("bob", c, "too late"))
		require.ErrorIs(t, err, domain.ErrNotMember)
		_, err = b.AddMember(ctx, commands.AddMember{By: user("ann"), Channel: c, User: "bob"})
		require.NoError(t, err)
		_, err = a.SendMessage(ctx, say("bob", c, "back"))
		require.NoError(t, err)
	}
	dm, err := a.CreateChannel(ctx, commands.CreateChannel{By: user("ann"), Kind: domain.DM, User: "bob"})
	require.NoError(t, err)
	_, err = b.SendMessage(ctx, say("bob", dm.Stream.Channel, "hello"))
	require.NoError(t, err)
	_, err = a.BlockUser(ctx, commands.BlockUser{By: user("ann"), User: "bob", Blocked: true})
	require.NoError(t, err)
	_, err = b.SendMessage(ctx, say("bob", dm.Stream.Channel, "hello?"))
	require.ErrorIs(t, err, domain.ErrDMBlocked, "a dm is guarded by both users")
}

// TestWhatAnotherNodeAcknowledgedCountsAtOnce: a refusal, and a command with
// nothing to do, append nothing that a guard could stop.
func TestWhatAnotherNodeAcknowledgedCountsAtOnce(t *testing.T) {
	log := newFaulty()
	log.deaf = true
	k := newKeys()
	a, b := node(t, log, k, 0), node(t, log, k, 0)
	ctx := deadline(t)
	c := newGroup(t, a, "ann")
	_, err := b.SendMessage(ctx, say("bob", c, "hello"))
	require.ErrorIs(t, err, domain.ErrNotMember)
	_, err = b.AddMember(ctx, commands.AddMember{By: user("zoe"), Channel: c, User: "zoe"})
	require.ErrorIs(t, err, domain.ErrNotMember)
	_, err = a.AddMember(ctx, commands.AddMember{By: user("ann"), Channel: c, User: "bob"})
	require.NoError(t, err)
	_, err = b.SendMessage(ctx, say("bob", c, "hello"))
	require.NoError(t, err)

	block := func(s *commands.Service, blocked bool) commands.Outcome {
		out, err := s.BlockUser(ctx, commands.BlockUser{By: user("ann"), User: "bob", Blocked: blocked})
		require.NoError(t, err)
		return out
	}
	require.False(t, block(b, false).Changed)
	require.True(t, block(a, true).Changed)
	require.True(t, block(b, false).Changed, "the block is not lost")
	require.True(t, block(a, true).Changed)
}

// TestTwoNodesKeepTheRulesOfMembership adds and removes the same few users
// from both at once.
func TestTwoNodesKeepTheRulesOfMembership(t *testing.T) {
	log := memory.New()
	k := newKeys()
	nodes := []*commands.Service{node(t, log, k, 0), node(t, log, k, 0)}
	ctx := deadline(t)
	c := newGroup(t, nodes[0], "ann")
	others := []domain.UserID{"bob", "cid", "dan"}
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			s := nodes[i%2]
			for n := range 20 {
				u := others[(i+n)%len(others)]
				if (i/2+n)%2 == 0 {
					_, err := s.AddMember(ctx, commands.AddMember{By: user("ann"), Channel: c, User: u})
					mustBe(t, err, domain.ErrAlreadyMember)
					continue
				}
				_, err := s.RemoveMember(ctx, commands.RemoveMember{By: user("ann"), Channel: c, User: u})
				mustBe(t, err, domain.ErrMemberNotFound)
			}
		})
	}
	wg.Wait()
	in := map[domain.UserID]bool{}
	for _, r := range recorded(t, log, domain.ChannelStream(app, c))[1:] {
		switch e := r.Event.(type) {
		case domain.MemberAdded:
			require.False(t, in[e.User], "added twice")
			in[e.User] = true
		case domain.MemberRemoved:
			require.True(t, in[e.User], "removed twice")
			in[e.User] = false
		}
	}
	for _, u := range others {
		for _, s := range nodes { // both nodes stand where the log stands
			_, err := s.AddMember(ctx, commands.AddMember{By: user("ann"), Channel: c, User: u})
			require.Equal(t, in[u], errors.Is(err, domain.ErrAlreadyMember))
			in[u] = true
		}
	}
}

// mustBe accepts success and one refusal.
func mustBe(t testing.TB, err, refusal error) {
	if err != nil && !errors.Is(err, refusal) {
		t.Errorf("got %v, want %v", err, refusal)
	}
}

// TestALostRaceIsDecidedAgainUntilTheContextEnds has another writer who is
// always faster.
func TestALostRaceIsDecidedAgainUntilTheContextEnds(t *testing.T) {
	log := newFaulty()
	k := newKeys()
	s, rival := node(t, log, k, 0), node(t, log.Log, k, 0)
	c := newGroup(t, s, "ann")
	ctx, cancel := context.WithCancel(deadline(t))
	attempts := 0
	log.before = func(eventstore.Write) error {
		if attempts++; attempts == 5 {
			cancel()
		}
		_, err := rival.AddMember(context.Background(), commands.AddMember{By: user("ann"), Channel: c, User: domain.UserID("u" + string(rune('0'+attempts)))})
		return err
	}
	_, err := s.AddMember(ctx, commands.AddMember{By: user("ann"), Channel: c, User: "bob"})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 5, attempts)
	log.before = nil
	_, err = s.AddMember(deadline(t), commands.AddMember{By: user("ann"), Channel: c, User: "bob"})
	require.NoError(t, err)
	require.Len(t, recorded(t, log, domain.ChannelStream(app, c)), 7)
}

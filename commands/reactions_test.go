package commands_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore"
	"parley/internal/eventstore/memory"
)

func react(by domain.UserID, c domain.ChannelID, m domain.MessageID, emote string) commands.AddReaction {
	return commands.AddReaction{By: user(by), Channel: c, Message: m, Emote: emote}
}

// unreact is the removal of a reaction.
func unreact(c commands.AddReaction) commands.RemoveReaction { return commands.RemoveReaction(c) }

// sent sends a message and is its id.
func sent(t testing.TB, s *commands.Service, by domain.UserID, c domain.ChannelID) domain.MessageID {
	t.Helper()
	out, err := s.SendMessage(deadline(t), say(by, c, "hello"))
	require.NoError(t, err)
	return domain.MessageID(out.ID)
}

// tombstone deletes a message behind the back of every node.
func tombstone(t testing.TB, log eventstore.Log, c domain.ChannelID, m domain.MessageID) {
	t.Helper()
	e := eventstore.NewEvent{ID: uuid.New()}
	var err error
	e.Type, e.V, e.Data, err = domain.EncodeEvent(domain.MessageDeleted{Version: int64(m) + 1<<30})
	require.NoError(t, err)
	_, err = log.Append(deadline(t), eventstore.Write{
		Stream: domain.MessageStream(app, c, m), Expected: eventstore.Any, Events: []eventstore.NewEvent{e},
	})
	require.NoError(t, err)
}

func TestReactionsAreDecidedOnTheirMessage(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	c := newGroup(t, s, "ann", "bob")
	other := newGroup(t, s, "ann")
	m := sent(t, s, "ann", c)
	added, err := s.AddReaction(ctx, react("bob", c, m, "like"))
	require.NoError(t, err)
	require.True(t, added.Changed)
	require.Equal(t, count(t, log), added.Position)
	removed, err := s.RemoveReaction(ctx, unreact(react("bob", c, m, "like")))
	require.NoError(t, err)
	require.Equal(t, count(t, log), removed.Position)
	events := recorded(t, log, domain.MessageStream(app, c, m))
	require.Equal(t, []string{"MessageSent", "ReactionAdded", "ReactionRemoved"}, types(events))
	first := events[1].Event.(domain.ReactionAdded)
	require.Equal(t, domain.ReactionAdded{Kind: domain.Distinct, Name: "like", Count: 1, Ref: first.Ref, By: "bob"}, first)
	require.Greater(t, first.Ref, int64(m))
	require.Greater(t, events[2].Event.(domain.ReactionRemoved).Ref, first.Ref)
	head := count(t, log)
	malformed := react("bob", c, m, "")
	malformed.Input = domain.ErrInvalidRequest
	operator := react("bob", c, m, "x")
	operator.By = domain.Actor{App: app, Kind: domain.ActorSystem, ID: "operator"}
	for name, tt := range map[string]struct {
		command commands.AddReaction
		err     error
	}{
		"CH-407 no such message":          {react("bob", c, m+1000, "x"), domain.ErrMessageNotFound},
		"CH-025 the id of none":           {react("bob", c, 0, "x"), domain.ErrMessageNotFound},
		"CH-407 another channel's":        {react("ann", other, m, "x"), domain.ErrMessageNotFound},
		"CH-407 not a member":             {react("bob", other, m, ""), domain.ErrNotMember},
		"CH-026 no such channel":          {react("bob", 77, m, ""), domain.ErrChannelNotFound},
		"CH-026 the channel id of none":   {react("bob", 0, m, "x"), domain.ErrChannelNotFound},
		"CH-026 the request before all":   {malformed, domain.ErrInvalidRequest},
		"who is no user does not react":   {operator, domain.ErrForbidden},
		"CH-405 an emote that is none":    {react("bob", c, m+1000, "a\nb"), domain.ErrInvalidEmote},
		"CH-401 given twice, CH-411 none": {react("ann", c, m, "like"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.AddReaction(ctx, tt.command)
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
				require.Equal(t, head, count(t, log), "a refused command leaves no trace")
				return
			}
			require.NoError(t, err)
			_, err = s.AddReaction(ctx, tt.command)
			require.ErrorIs(t, err, domain.ErrReactionExists)
			_, err = s.RemoveReaction(ctx, unreact(tt.command))
			require.NoError(t, err)
			_, err = s.RemoveReaction(ctx, unreact(tt.command))
			require.ErrorIs(t, err, domain.ErrReactionNotFound)
			head = count(t, log)
		})
	}
}

// TestNoReactionFollowsADeletionOrARemoval has two nodes that hear nothing of
// each other.
func TestNoReactionFollowsADeletionOrARemoval(t *testing.T) {
	log := newFaulty()
	log.deaf = true
	k := newKeys()
	a, b := node(t, log, k, 0), node(t, log, k, 0)
	ctx := deadline(t)
	c := newGroup(t, a, "ann", "bob")
	m, other := sent(t, a, "ann", c), sent(t, a, "ann", c)
	_, err := b.AddReaction(ctx, react("bob", c, m, "x"))
	require.NoError(t, err)
	_, err = a.AddReaction(ctx, react("bob", c, m, "x"))
	require.ErrorIs(t, err, domain.ErrReactionExists)
	tombstone(t, log, c, m)
	for _, s := range []*commands.Service{a, b} {
		_, err = s.AddReaction(ctx, react("bob", c, m, "y"))
		require.ErrorIs(t, err, domain.ErrMessageNotFound, "RS-103")
		_, err = s.RemoveReaction(ctx, unreact(react("bob", c, m, "x")))
		require.ErrorIs(t, err, domain.ErrMessageNotFound, "RS-103")
	}
	_, err = b.AddReaction(ctx, react("bob", c, other, "x"))
	require.NoError(t, err)
	_, err = a.RemoveMember(ctx, commands.RemoveMember{By: user("ann"), Channel: c, User: "bob"})
	require.NoError(t, err)
	_, err = b.AddReaction(ctx, react("bob", c, other, "y"))
	require.ErrorIs(t, err, domain.ErrNotMember)
	_, err = b.RemoveReaction(ctx, unreact(react("bob", c, other, "x")))
	require.ErrorIs(t, err, domain.ErrNotMember)
}

func TestARepeatedReactionIsOne(t *testing.T) {
	log := memory.New()
	k := newKeys()
	here, there := node(t, log, k, 0), node(t, log, k, 0)
	ctx := deadline(t)
	c := newGroup(t, here, "ann")
	m := sent(t, here, "ann", c)
	add := react("ann", c, m, "x")
	add.Once = append(commands.NativeOnce(add.By, "react", c, "key"), m.String())
	first, err := here.AddReaction(ctx, add)
	require.NoError(t, err)
	repeated := func(why string) {
		head := count(t, log)
		for _, s := range []*commands.Service{here, there} {
			again, err := s.AddReaction(ctx, add)
			require.NoError(t, err, why)
			require.True(t, again.Repeated, why)
			require.Equal(t, first.Position, again.Position)
			other := add
			other.Emote = "y"
			_, err = s.AddReaction(ctx, other)
			require.ErrorIs(t, err, domain.ErrIdempotencyReused)
		}
		require.Equal(t, head, count(t, log))
	}
	repeated("CH-306 while it is there")
	remove := unreact(add)
	remove.Once = append(commands.NativeOnce(add.By, "unreact", c, "key"), m.String())
	_, err = there.RemoveReaction(ctx, remove)
	require.NoError(t, err)
	repeated("CH-306 when it was taken back")
	again, err := here.RemoveReaction(ctx, remove)
	require.NoError(t, err)
	require.True(t, again.Repeated)
}

// TestHundredsReactAtOnce has a crowd on two nodes, over a log where each
// append meets the others.
func TestHundredsReactAtOnce(t *testing.T) {
	log := memory.New()
	k := newKeys()
	nodes := []*commands.Service{node(t, log, k, 0), node(t, log, k, 0)}
	ctx := deadline(t)
	c := newGroup(t, nodes[0], "ann")
	users := make([]domain.UserID, 200)
	for i := range users {
		users[i] = domain.UserID(fmt.Sprint("u", i))
		_, err := nodes[0].AddMember(ctx, commands.AddMember{By: user("ann"), Channel: c, User: users[i]})
		require.NoError(t, err)
	}
	m := sent(t, nodes[0], "ann", c)
	var wg sync.WaitGroup
	for i, u := range users {
		wg.Go(func() {
			if _, err := nodes[i%2].AddReaction(ctx, react(u, c, m, "x")); err != nil {
				t.Errorf("CH-412 %s: %v", u, err)
			}
		})
	}
	wg.Wait()
	refs, last := map[domain.UserID]bool{}, int64(0)
	for _, r := range recorded(t, log, domain.MessageStream(app, c, m))[1:] {
		e := r.Event.(domain.ReactionAdded)
		require.Greater(t, e.Ref, last, "references rise")
		refs[e.By], last = true, e.Ref
	}
	require.Len(t, refs, len(users))
}

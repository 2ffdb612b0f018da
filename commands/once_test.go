package commands_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore/memory"
)

func once(c commands.SendMessage, key string) commands.SendMessage {
	c.Once = commands.NativeOnce(c.By, "send", c.Channel, key)
	return c
}

func TestARepeatIsAnsweredWithTheFirstResult(t *testing.T) {
	log := memory.New()
	k := newKeys()
	here, there := node(t, log, k, 0), node(t, log, k, 0)
	ctx := deadline(t)
	c := newGroup(t, here, "ann", "bob")
	first, err := here.SendMessage(ctx, once(say("ann", c, "hello"), "key-1"))
	require.NoError(t, err)
	require.True(t, first.Changed)
	require.False(t, first.Repeated)
	head := count(t, log)
	for _, s := range []*commands.Service{here, there} {
		again, err := s.SendMessage(ctx, once(say("ann", c, "hello"), "key-1"))
		require.NoError(t, err)
		require.True(t, again.Repeated)
		require.False(t, again.Changed)
		require.Equal(t, []any{first.ID, first.Position, first.Stream}, []any{again.ID, again.Position, again.Stream})
		for what, other := range map[string]commands.SendMessage{
			"text": say("ann", c, "hello!"),
			"kind": {By: user("ann"), Channel: c, Text: "hello", Kind: domain.ActionIt},
		} {
			_, err = s.SendMessage(ctx, once(other, "key-1"))
			require.ErrorIs(t, err, domain.ErrIdempotencyReused, what)
		}
	}
	require.Equal(t, head, count(t, log))
	for what, other := range map[string]commands.SendMessage{
		"another key":  once(say("ann", c, "hello"), "key-2"),
		"another user": once(say("bob", c, "hello"), "key-1"),
	} {
		out, err := here.SendMessage(ctx, other)
		require.NoError(t, err, what)
		require.False(t, out.Repeated, what)
	}
	require.Equal(t, head+2, count(t, log))
}

func TestConcurrentRepeatsMakeOneMessage(t *testing.T) {
	log := memory.New()
	k := newKeys()
	nodes := []*commands.Service{node(t, log, k, 0), node(t, log, k, 0)}
	ctx := deadline(t)
	c := newGroup(t, nodes[0], "ann")
	head := count(t, log)
	outs := make([]commands.Sent, 20)
	var wg sync.WaitGroup
	for i := range outs {
		wg.Go(func() {
			var err error
			if outs[i], err = nodes[i%2].SendMessage(ctx, once(say("ann", c, "hello"), "key")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, head+1, count(t, log))
	first := 0
	for _, out := range outs {
		require.Equal(t, outs[0].ID, out.ID)
		require.NotEqual(t, out.Changed, out.Repeated)
		if out.Changed {
			first++
		}
	}
	require.Equal(t, 1, first)
}

// TestARepeatIsNotRefusedForWhatTheFirstDid: the user is a member by now, by
// this very request.
func TestARepeatIsNotRefusedForWhatTheFirstDid(t *testing.T) {
	log := memory.New()
	k := newKeys()
	here, there := node(t, log, k, 0), node(t, log, k, 0)
	ctx := deadline(t)
	c := newGroup(t, here, "ann")
	add := commands.AddMember{By: user("ann"), Channel: c, User: "bob", Once: commands.NativeOnce(user("ann"), "add", c, "key")}
	first, err := here.AddMember(ctx, add)
	require.NoError(t, err)
	for _, s := range []*commands.Service{here, there} {
		again, err := s.AddMember(ctx, add)
		require.NoError(t, err)
		require.True(t, again.Repeated)
		require.Equal(t, first.Position, again.Position)
		other := add
		other.Role = domain.RoleAdmin
		_, err = s.AddMember(ctx, other)
		require.ErrorIs(t, err, domain.ErrIdempotencyReused)
		fresh := add
		fresh.Once = commands.NativeOnce(user("ann"), "add", c, "another key")
		_, err = s.AddMember(ctx, fresh)
		require.ErrorIs(t, err, domain.ErrAlreadyMember)
	}
	_, err = here.RemoveMember(ctx, commands.RemoveMember{By: user("ann"), Channel: c, User: "bob"})
	require.NoError(t, err)
	again, err := here.AddMember(ctx, add)
	require.NoError(t, err)
	require.True(t, again.Repeated, "a removal in between is not undone")
	require.Equal(t, []string{"ChannelCreated", "MemberAdded", "MemberRemoved"}, types(recorded(t, log, domain.ChannelStream(app, c))))
}

func TestARefusedRequestDoesNotUseUpItsKey(t *testing.T) {
	s := node(t, memory.New(), newKeys(), 0)
	ctx := deadline(t)
	c := newGroup(t, s, "ann")
	_, err := s.SendMessage(ctx, once(say("ann", c, " "), "key"))
	require.ErrorIs(t, err, domain.ErrEmptyMessage)
	_, err = s.SendMessage(ctx, once(say("bob", c, "hello"), "key"))
	require.ErrorIs(t, err, domain.ErrNotMember)
	out, err := s.SendMessage(ctx, once(say("ann", c, "hello"), "key"))
	require.NoError(t, err)
	require.True(t, out.Changed)
}

func TestARepeatedCreationMakesNoSecondChannel(t *testing.T) {
	s := node(t, memory.New(), newKeys(), 0)
	ctx := deadline(t)
	create := commands.CreateChannel{
		By: user("ann"), Kind: domain.Group, Name: "team", Once: commands.NativeOnce(user("ann"), "create", 0, "key"),
	}
	first, err := s.CreateChannel(ctx, create)
	require.NoError(t, err)
	again, err := s.CreateChannel(ctx, create)
	require.NoError(t, err)
	require.True(t, again.Repeated)
	require.Equal(t, first.Stream, again.Stream)
	create.Name = "crew"
	_, err = s.CreateChannel(ctx, create)
	require.ErrorIs(t, err, domain.ErrIdempotencyReused)
}

package commands_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore/memory"
)

// TestStatesThatWereForgottenAreReadAgain keeps fewer states than one decision
// about a dm looks at, with many users and channels at once.
func TestStatesThatWereForgottenAreReadAgain(t *testing.T) {
	log := memory.New()
	k := newKeys()
	nodes := []*commands.Service{node(t, log, k, 2), node(t, log, k, 2)}
	ctx := deadline(t)
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			s := nodes[n%2]
			a, b := domain.UserID(fmt.Sprint("a", n)), domain.UserID(fmt.Sprint("b", n))
			out, err := s.CreateChannel(ctx, dm(a, b))
			if err != nil {
				t.Error(err)
				return
			}
			for i := range 10 {
				by := []domain.UserID{a, b}[i%2]
				if _, err := nodes[(n+i)%2].SendMessage(ctx, say(by, out.Stream.Channel, "hello")); err != nil {
					t.Error(err)
				}
			}
			if _, err := s.BlockUser(ctx, commands.BlockUser{By: user(b), User: a, Blocked: true}); err != nil {
				t.Error(err)
			}
			for _, s := range nodes {
				if _, err := s.SendMessage(ctx, say(a, out.Stream.Channel, "hello")); err == nil {
					t.Error("sent over a block")
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, ctx.Err())
}

func TestManyChannelsInASmallCacheKeepTheirRules(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 2)
	ctx := deadline(t)
	var channels []domain.ChannelID
	for range 6 {
		channels = append(channels, newGroup(t, s, "ann", "bob", "cid"))
	}
	for round := range 3 {
		for i, c := range channels {
			_, err := s.AddMember(ctx, commands.AddMember{By: user("ann"), Channel: c, User: "bob"})
			require.ErrorIs(t, err, domain.ErrAlreadyMember)
			u := domain.UserID(fmt.Sprint("u", round, i))
			_, err = s.AddMember(ctx, commands.AddMember{By: user("ann"), Channel: c, User: u})
			require.NoError(t, err)
			_, err = s.SendMessage(ctx, say(u, c, "hello"))
			require.NoError(t, err)
			_, err = s.RemoveMember(ctx, commands.RemoveMember{By: user("ann"), Channel: c, User: u})
			require.NoError(t, err)
			_, err = s.SendMessage(ctx, say(u, c, "hello"))
			require.ErrorIs(t, err, domain.ErrNotMember)
		}
	}
}

func TestAnEventThatCannotBeFoldedIsAnErrorUntilItCan(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	c := newGroup(t, s, "ann")
	broken(t, log, domain.ChannelStream(app, c))
	_, err := s.OwnWrites(ctx, user("ann"))
	require.NoError(t, err)
	_, err = s.SendMessage(ctx, say("ann", c, "hello"))
	require.ErrorContains(t, err, "MemberAdded")
	other := newGroup(t, s, "ann")
	_, err = s.SendMessage(ctx, say("ann", other, "hello"))
	require.NoError(t, err, "other channels go on")
}

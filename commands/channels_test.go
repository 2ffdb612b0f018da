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

func dm(by, other domain.UserID) commands.CreateChannel {
	return commands.CreateChannel{By: user(by), Kind: domain.DM, User: other}
}

func TestARaceForADMMakesOneChannel(t *testing.T) {
	log := memory.New()
	k := newKeys()
	nodes := []*commands.Service{node(t, log, k, 0), node(t, log, k, 0)}
	ctx := deadline(t)
	for pair := range 10 {
		a, b := domain.UserID(fmt.Sprint("a", pair)), domain.UserID(fmt.Sprint("b", pair))
		outs := make([]commands.Outcome, 6)
		var wg sync.WaitGroup
		for i := range outs {
			wg.Go(func() {
				c := dm(a, b)
				if i%3 == 0 {
					c = dm(b, a)
				}
				var err error
				if outs[i], err = nodes[i%2].CreateChannel(ctx, c); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		made := 0
		for _, out := range outs {
			require.Equal(t, outs[0].Stream, out.Stream)
			if out.Changed {
				made++
			}
		}
		require.Equal(t, 1, made)
		require.Len(t, recorded(t, log, domain.ChannelStream(app, outs[0].Stream.Channel)), 1)
	}
}

// TestATakenNaturalIDIsSalted: 0 is no id, and 5 comes out for two pairs.
func TestATakenNaturalIDIsSalted(t *testing.T) {
	log := memory.New()
	k := newKeys()
	k.natural = func(salt int, parts []string) int64 {
		if salt < 3 {
			return []int64{0, 5, 5}[salt]
		}
		return int64(100 + salt)
	}
	s := node(t, log, k, 0)
	ctx := deadline(t)
	natural := func(c commands.CreateChannel) (domain.ChannelID, domain.NaturalKey) {
		out, err := s.CreateChannel(ctx, c)
		require.NoError(t, err)
		events := recorded(t, log, domain.ChannelStream(app, out.Stream.Channel))
		return out.Stream.Channel, *events[0].Event.(domain.ChannelCreated).Natural
	}
	for range 2 { // the second time everything is there
		id, key := natural(dm("ann", "bob"))
		require.EqualValues(t, 5, id)
		require.Equal(t, domain.NaturalKey{Pair: []domain.UserID{"ann", "bob"}, Salt: 1}, key)
		id, key = natural(dm("cid", "ann"))
		require.EqualValues(t, 103, id)
		require.Equal(t, domain.NaturalKey{Pair: []domain.UserID{"ann", "cid"}, Salt: 3}, key)
	}
	require.EqualValues(t, 2, count(t, log))
}

func TestWhatNoChannelIsMadeOf(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	_, err := s.BlockUser(ctx, commands.BlockUser{By: user("cid"), User: "ann", Blocked: true})
	require.NoError(t, err)
	machine := domain.Actor{App: app, Kind: domain.ActorKey, ID: "k1"}
	tests := map[string]struct {
		asked commands.CreateChannel
		err   error
	}{
		"no kind":              {commands.CreateChannel{By: user("ann"), Name: "x"}, domain.ErrInvalidRequest},
		"a stream":             {commands.CreateChannel{By: user("ann"), Kind: domain.Stream, Name: "x"}, domain.ErrInvalidRequest},
		"no name":              {commands.CreateChannel{By: user("ann"), Kind: domain.Group, Name: " \u00a0 "}, domain.ErrInvalidName},
		"a dm with nobody":     {dm("ann", ""), domain.ErrInvalidRequest},
		"a dm with oneself":    {dm("ann", "ann"), domain.ErrCannotDMSelf},
		"a dm of a key":        {commands.CreateChannel{By: machine, Kind: domain.DM, User: "ann"}, domain.ErrForbidden},
		"blocked by the other": {dm("ann", "cid"), domain.ErrDMBlocked},
		"blocked by oneself":   {dm("cid", "ann"), domain.ErrDMBlocked},
		"a bad body":           {commands.CreateChannel{Kind: domain.Group, Input: domain.ErrInvalidRequest}, domain.ErrInvalidRequest},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := s.CreateChannel(ctx, tt.asked)
			require.ErrorIs(t, err, tt.err)
		})
	}
	require.EqualValues(t, 1, count(t, log))
}

func TestIDsOfNamedChannelsRise(t *testing.T) {
	s := node(t, memory.New(), newKeys(), 0)
	var last domain.ChannelID
	for range 50 {
		c := newGroup(t, s, "ann")
		require.Greater(t, c, last)
		last = c
	}
}

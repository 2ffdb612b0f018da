package commands_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
)

func TestTheCursorMovesForwardOnly(t *testing.T) {
	log := newFaulty()
	log.deaf = true
	k := newKeys()
	a, b := node(t, log, k, 0), node(t, log, k, 0)
	ctx := deadline(t)
	c := newGroup(t, a, "ann", "bob")
	other := newGroup(t, a, "ann")
	ids := []domain.MessageID{sent(t, a, "ann", c), sent(t, a, "ann", c), sent(t, a, "ann", c)}
	foreign := sent(t, a, "ann", other)
	advance := func(s *commands.Service, to domain.MessageID) commands.Outcome {
		t.Helper()
		out, err := s.AdvanceRead(ctx, commands.AdvanceRead{By: user("bob"), Channel: c, Message: to})
		require.NoError(t, err)
		return out
	}
	require.True(t, advance(a, ids[1]).Changed, "CH-600")
	for _, s := range []*commands.Service{b, a} {
		again := advance(s, ids[1])
		require.False(t, again.Changed, "CH-601 the same")
		require.GreaterOrEqual(t, again.Position, count(t, log), "it shows the event that says why")
		require.False(t, advance(s, ids[0]).Changed, "CH-601 RS-048 back")
	}
	tombstone(t, log, c, ids[2])
	require.True(t, advance(b, ids[2]).Changed, "CH-602 a deleted one")
	events := recorded(t, log, domain.ReadsStream(app, c, "bob"))
	require.Len(t, events, 2)
	require.Equal(t, domain.ReadCursorAdvanced{Message: ids[2]}, events[1].Event)

	operator := domain.Actor{App: app, Kind: domain.ActorSystem, ID: "operator"}
	head := count(t, log)
	for name, tt := range map[string]struct {
		command commands.AdvanceRead
		err     error
	}{
		"CH-602 unknown":                     {commands.AdvanceRead{By: user("bob"), Channel: c, Message: ids[2] + 1000}, domain.ErrMessageNotFound},
		"CH-602 RS-038 of another channel":   {commands.AdvanceRead{By: user("ann"), Channel: c, Message: foreign}, domain.ErrMessageNotFound},
		"CH-602 no id":                       {commands.AdvanceRead{By: user("bob"), Channel: c}, domain.ErrMessageNotFound},
		"CH-026 what is wrong with the body": {commands.AdvanceRead{By: user("bob"), Channel: c, Input: domain.ErrInvalidRequest}, domain.ErrInvalidRequest},
		"CH-603 RS-035 not a member":         {commands.AdvanceRead{By: user("bob"), Channel: other, Message: foreign}, domain.ErrNotMember},
		"CH-026 no such channel":             {commands.AdvanceRead{By: user("bob"), Channel: 77, Message: ids[0]}, domain.ErrChannelNotFound},
		"CH-026 the channel id of none":      {commands.AdvanceRead{By: user("bob"), Message: ids[0]}, domain.ErrChannelNotFound},
		"who is no user reads nothing":       {commands.AdvanceRead{By: operator, Channel: c, Message: ids[0]}, domain.ErrForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := a.AdvanceRead(ctx, tt.command)
			require.ErrorIs(t, err, tt.err)
			require.Equal(t, head, count(t, log))
		})
	}
	_, err := a.RemoveMember(ctx, commands.RemoveMember{By: user("ann"), Channel: c, User: "bob"})
	require.NoError(t, err)
	_, err = b.AdvanceRead(ctx, commands.AdvanceRead{By: user("bob"), Channel: c, Message: ids[0]})
	require.ErrorIs(t, err, domain.ErrNotMember, "nothing follows a removal")
}

package commands_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore"
)

func TestANodeTellsWhoIsPresent(t *testing.T) {
	log := newFaulty()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	here, other := domain.NewPresence("a"), domain.NewPresence("b")
	change := func(n domain.NodeID, here *domain.Presence, enter, leave []domain.UserID) commands.Outcome {
		t.Helper()
		out, err := s.ChangePresence(ctx, commands.ChangePresence{App: app, Node: n, Channel: 7, Here: here, Enter: enter, Leave: leave})
		require.NoError(t, err)
		return out
	}
	require.EqualValues(t, 2, change("a", here, []domain.UserID{"ann", "bob"}, nil).Position)
	require.True(t, change("b", other, []domain.UserID{"ann"}, nil).Changed, "through another node, whatever this one has said")
	require.False(t, change("a", here, []domain.UserID{"ann"}, []domain.UserID{"cid"}).Changed, "nothing new")
	require.True(t, change("a", here, []domain.UserID{"cid"}, []domain.UserID{"ann"}).Changed)
	events := recorded(t, log, domain.PresenceStream(app, 7))
	require.Equal(t, []string{"PresenceEntered", "PresenceEntered", "PresenceEntered", "PresenceEntered", "PresenceLeft"}, types(events))
	require.Equal(t, domain.PresenceLeft{User: "ann", Node: "a"}, events[4].Event)
	require.Equal(t, "node-a", events[4].Meta[domain.MetaActor])
	require.Equal(t, string(domain.ActorSystem), events[4].Meta[domain.MetaActorKind])
	require.Equal(t, 2, here.Len())
}

func TestANodeTellsItsFiguresAndItsEnd(t *testing.T) {
	log := newFaulty()
	ctx := deadline(t)
	cleared := make(chan domain.StreamName, 1)
	s := nodeOf(t, commands.Config{
		Log: log, Keys: newKeys(), Cleared: func(a domain.AppID, n domain.NodeID) { cleared <- domain.StreamName{App: a, Node: n} },
	})
	here := domain.NewConnections("a")
	change := func(seven int) commands.Outcome {
		t.Helper()
		out, err := s.ChangeConnections(ctx, commands.ChangeConnections{App: app, Node: "a", Here: here, Channels: map[domain.ChannelID]domain.Gauges{
			7: {Connections: seven}, 8: {Connections: 1},
		}})
		require.NoError(t, err)
		return out
	}
	require.True(t, change(2).Changed)
	require.False(t, change(2).Changed)
	require.True(t, change(3).Changed)
	_, err := s.ClearNode(ctx, commands.ClearNode{App: app, Node: "a", By: "b"})
	require.NoError(t, err)
	events := recorded(t, log, domain.NodeStream(app, "a"))
	require.Equal(t, []string{"ConnectionsChanged", "ConnectionsChanged", "NodeCleared"}, types(events))
	require.Equal(t, map[domain.ChannelID]domain.Gauges{7: {Connections: 3}}, events[1].Event.(domain.ConnectionsChanged).Channels)
	require.Equal(t, "node-b", events[2].Meta[domain.MetaActor])
	select {
	case name := <-cleared:
		require.Equal(t, domain.StreamName{App: app, Node: "a"}, name)
	case <-ctx.Done():
		require.FailNow(t, "whoever follows the log is told of the end")
	}
}

// TestWhatCouldNotBeToldIsToldAgain: the state does not run ahead of the log.
func TestWhatCouldNotBeToldIsToldAgain(t *testing.T) {
	log := newFaulty()
	s := node(t, log, newKeys(), 0)
	here := domain.NewPresence("a")
	tell := func() error {
		_, err := s.ChangePresence(deadline(t), commands.ChangePresence{App: app, Node: "a", Channel: 7, Here: here, Enter: []domain.UserID{"ann"}})
		return err
	}
	log.fail(eventstore.ErrUnavailable)
	require.ErrorIs(t, tell(), eventstore.ErrUnavailable)
	log.heal()
	require.Zero(t, here.Len())
	require.NoError(t, tell())
	require.Equal(t, 1, here.Len())
	require.Len(t, recorded(t, log, domain.PresenceStream(app, 7)), 1)
}

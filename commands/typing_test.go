package commands_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore"
	"parley/internal/eventstore/memory"
)

// signals notes what a node is told of typing.
type signals struct {
	mu   sync.Mutex
	seen []commands.TypingSignal
}

func (x *signals) Signal(s commands.TypingSignal) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.seen = append(x.seen, s)
}

func (x *signals) all() []commands.TypingSignal {
	x.mu.Lock()
	defer x.mu.Unlock()
	return append([]commands.TypingSignal(nil), x.seen...)
}

// typingNode is a node over a log, and what it is told of typing.
func typingNode(t *testing.T, log eventstore.Log) (*commands.Service, *signals) {
	t.Helper()
	x := &signals{}
	s, err := commands.New(commands.Config{
		Log: log, Keys: newKeys(), Typing: x, Logger: slog.New(slog.DiscardHandler),
		Fingerprint: func(secret string) string { return secret[:4] },
	})
	require.NoError(t, err)
	run(t, s)
	return s, x
}

func run(t *testing.T, s *commands.Service) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	started, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- s.Run(ctx, started) }()
	<-started
	t.Cleanup(func() {
		s.Wait()
		cancel()
		require.NoError(t, <-ended)
	})
}

func TestTypingIsSignalledAndNotRecorded(t *testing.T) {
	log := memory.New()
	s, told := typingNode(t, log)
	c := newGroup(t, s, "ann", "bob")
	head := count(t, log)
	out, err := s.SignalTyping(deadline(t), commands.SignalTyping{By: user("bob"), Channel: c})
	require.NoError(t, err)
	require.Equal(t, head, out.Position)
	require.Equal(t, []commands.TypingSignal{{App: app, Channel: c, User: "bob", Position: head}}, told.all())
	require.Equal(t, head, count(t, log), "CH-705 typing is never in the log")
}

func TestWhoMayNotType(t *testing.T) {
	log := memory.New()
	s, told := typingNode(t, log)
	c := newGroup(t, s, "ann")
	head := count(t, log)
	for name, test := range map[string]struct {
		by      domain.Actor
		channel domain.ChannelID
		err     error
	}{
		"CH-704 a stranger":         {user("eve"), c, domain.ErrNotMember},
		"CH-131 no such channel":    {user("ann"), 77, domain.ErrChannelNotFound},
		"CH-025 no id of a channel": {user("ann"), 0, domain.ErrChannelNotFound},
		"CH-007 a user of another app": {
			domain.Actor{App: "other", Kind: domain.ActorUser, ID: "ann"}, c, domain.ErrChannelNotFound,
		},
		"the operator": {domain.Actor{App: app, Kind: domain.ActorSystem, ID: "operator"}, c, domain.ErrForbidden},
		"a key":        {domain.Actor{App: app, Kind: domain.ActorKey, ID: "k"}, c, domain.ErrForbidden},
	} {
		_, err := s.SignalTyping(deadline(t), commands.SignalTyping{By: test.by, Channel: test.channel})
		require.ErrorIs(t, err, test.err, name)
	}
	require.Empty(t, told.all())
	require.Equal(t, head, count(t, log))
}

func TestEveryNodeLearnsFromTheLogWhatEndsTyping(t *testing.T) {
	log := memory.New()
	here, told := typingNode(t, log)
	_, toldThere := typingNode(t, log)
	c := newGroup(t, here, "ann", "bob", "eve")
	ctx := deadline(t)
	sent, err := here.SendMessage(ctx, say("bob", c, "x"))
	require.NoError(t, err)
	removed, err := here.RemoveMember(ctx, commands.RemoveMember{By: user("ann"), Channel: c, User: "eve"})
	require.NoError(t, err)
	want := []commands.TypingSignal{
		{App: app, Channel: c, User: "bob", Position: sent.Position, Ended: true},
		{App: app, Channel: c, User: "eve", Position: removed.Position, Ended: true},
	}
	require.Subset(t, told.all(), want, "CH-703 when the answer is there")

	_, v, data, err := domain.EncodeEvent(domain.ChannelDeleted{By: "ann"})
	require.NoError(t, err)
	gone, err := log.Append(ctx, eventstore.Write{
		Stream: domain.ChannelStream(app, c), Expected: eventstore.Any,
		Events: []eventstore.NewEvent{{ID: uuid.New(), Type: "ChannelDeleted", V: v, Data: data}},
	})
	require.NoError(t, err)
	want = append(want, commands.TypingSignal{App: app, Channel: c, Position: int64(gone.Position), Ended: true})
	for name, x := range map[string]*signals{"this node": told, "another": toldThere} {
		require.Eventually(t, func() bool { return len(x.all()) >= len(want) && x.all()[len(x.all())-1] == want[2] },
			patience, time.Millisecond, name)
		require.Subset(t, x.all(), want, "CH-703 "+name)
	}
}

func TestARemovedMemberCannotTypeOnAnotherNode(t *testing.T) {
	log := memory.New()
	a, _ := typingNode(t, log)
	b, told := typingNode(t, log)
	c := newGroup(t, a, "ann")
	ctx := deadline(t)
	for range 50 {
		_, err := a.AddMember(ctx, commands.AddMember{By: user("ann"), Channel: c, User: "bob"})
		require.NoError(t, err)
		_, err = b.SignalTyping(ctx, commands.SignalTyping{By: user("bob"), Channel: c})
		require.NoError(t, err, "CH-700")
		_, err = a.RemoveMember(ctx, commands.RemoveMember{By: user("ann"), Channel: c, User: "bob"})
		require.NoError(t, err)
		_, err = b.SignalTyping(ctx, commands.SignalTyping{By: user("bob"), Channel: c})
		require.ErrorIs(t, err, domain.ErrNotMember, "CH-704")
	}
	require.NotEmpty(t, told.all())
}

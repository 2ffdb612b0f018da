package commands_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore"
	"parley/internal/eventstore/memory"
)

func TestALogThatIsAwayIsSaidAndForgotten(t *testing.T) {
	for _, fault := range []error{eventstore.ErrUnavailable, eventstore.ErrAmbiguous} {
		log := newFaulty()
		s := node(t, log, newKeys(), 0)
		ctx := deadline(t)
		c := newGroup(t, s, "ann", "bob")
		log.fail(fmt.Errorf("away: %w", fault))
		commanded := map[string]func() error{
			"known states": func() error {
				_, err := s.RemoveMember(ctx, commands.RemoveMember{By: user("ann"), Channel: c, User: "bob"})
				return err
			},
			"unknown states": func() error {
				_, err := s.AddMember(ctx, commands.AddMember{By: user("cid"), Channel: c + 1, User: "cid"})
				return err
			},
			"send": func() error { _, err := s.SendMessage(ctx, say("ann", c, "hello")); return err },
			"dm":   func() error { _, err := s.CreateChannel(ctx, dm("ann", "eve")); return err },
			"name": func() error { _, err := s.DisplayName(ctx, app, "zoe"); return err },
		}
		for name, command := range commanded {
			require.ErrorIs(t, command(), fault, name)
		}
		require.True(t, see(t, s, tokened("ann", "Ann", 10), 1), "a name that cannot be recorded fails nothing")
		require.EqualValues(t, 2, count(t, log))
		log.heal()
		require.ErrorIs(t, commanded["unknown states"](), domain.ErrChannelNotFound)
		for _, name := range []string{"known states", "send", "dm", "name"} {
			require.NoError(t, commanded[name](), name)
		}
		_, err := s.SendMessage(ctx, say("bob", c, "hello"))
		require.ErrorIs(t, err, domain.ErrNotMember)
		require.True(t, see(t, s, tokened("ann", "Ann", 10), 1), "the token may try again")
		require.EqualValues(t, 6, count(t, log))
	}
}

// TestAnAppendOfUnknownOutcomeIsLearntFromTheTail: it did happen.
func TestAnAppendOfUnknownOutcomeIsLearntFromTheTail(t *testing.T) {
	log := newFaulty()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	c := newGroup(t, s, "ann")
	log.before = func(w eventstore.Write) error {
		if _, err := log.Log.Append(context.Background(), w); err != nil {
			return err
		}
		return eventstore.ErrAmbiguous
	}
	add := commands.AddMember{By: user("ann"), Channel: c, User: "bob", Once: commands.NativeOnce(user("ann"), "add", c, "key")}
	_, err := s.AddMember(ctx, add)
	require.ErrorIs(t, err, eventstore.ErrAmbiguous)
	log.before = nil
	out, err := s.AddMember(ctx, add)
	require.NoError(t, err)
	require.True(t, out.Repeated)
	_, err = s.SendMessage(ctx, say("bob", c, "hello"))
	require.NoError(t, err)
}

// TestAContextThatEndsEndsTheWait: for the log, and for another decision about
// the same stream that hangs there.
func TestAContextThatEndsEndsTheWait(t *testing.T) {
	log := newFaulty()
	s := node(t, log, newKeys(), 0)
	c := newGroup(t, s, "ann")
	arrived, release := make(chan struct{}), make(chan struct{})
	log.before = func(eventstore.Write) error {
		close(arrived)
		<-release
		return eventstore.ErrUnavailable
	}
	first := make(chan error, 1)
	go func() {
		_, err := s.AddMember(context.Background(), commands.AddMember{By: user("ann"), Channel: c, User: "bob"})
		first <- err
	}()
	<-arrived
	ended, cancel := context.WithCancel(deadline(t))
	second := make(chan error, 1)
	go func() {
		_, err := s.AddMember(ended, commands.AddMember{By: user("ann"), Channel: c, User: "cid"})
		second <- err
	}()
	cancel()
	select {
	case err := <-second:
		require.ErrorIs(t, err, context.Canceled)
	case <-time.After(patience):
		require.FailNow(t, "the second waits for the first without regard to its context")
	}
	close(release)
	require.ErrorIs(t, <-first, eventstore.ErrUnavailable)
	log.before = nil

	_, err := s.SendMessage(ended, say("ann", c, "hello"))
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.AddMember(ended, commands.AddMember{By: user("zoe"), Channel: c + 1, User: "zoe"})
	require.ErrorIs(t, err, context.Canceled)
	require.EqualValues(t, 1, count(t, log))
	_, err = s.AddMember(deadline(t), commands.AddMember{By: user("ann"), Channel: c, User: "cid"})
	require.NoError(t, err)
}

func TestAServiceWithoutItsPartsIsNotMade(t *testing.T) {
	_, err := commands.New(commands.Config{Log: memory.New(), Keys: newKeys()})
	require.ErrorContains(t, err, "Fingerprint")
}

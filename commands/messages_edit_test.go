package commands_test

import (
	"fmt"
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

func edit(by domain.UserID, c domain.ChannelID, m domain.MessageID, text string) commands.EditMessage {
	return commands.EditMessage{By: user(by), Channel: c, Message: m, Text: text}
}

func remove(by domain.UserID, c domain.ChannelID, m domain.MessageID) commands.DeleteMessage {
	return commands.DeleteMessage{By: user(by), Channel: c, Message: m}
}

func TestAnEditReplacesTheContent(t *testing.T) {
	log := memory.New()
	k := newKeys()
	nodes := []*commands.Service{node(t, log, k, 0), node(t, log, k, 0)}
	ctx := deadline(t)
	c := newGroup(t, nodes[0], "ann", "bob")
	m := sent(t, nodes[0], "ann", c)
	out, err := nodes[0].EditMessage(ctx, edit("ann", c, m, "second"))
	require.NoError(t, err)
	require.True(t, out.Changed)
	require.Equal(t, count(t, log), out.Position)
	for _, s := range nodes {
		again, err := s.EditMessage(ctx, edit("ann", c, m, "second"))
		require.NoError(t, err)
		require.False(t, again.Changed, "CH-325")
		require.GreaterOrEqual(t, again.Position, out.Position)
	}
	_, err = nodes[1].EditMessage(ctx, edit("ann", c, m, "hello"))
	require.NoError(t, err, "what was sent first may come back")
	events := recorded(t, log, domain.MessageStream(app, c, m))
	require.Equal(t, []string{"MessageSent", "MessageEdited", "MessageEdited"}, types(events))
	second := events[1].Event.(domain.MessageEdited)
	require.Equal(t, `1|{"text":"second"}`, string(second.Sealed.Blob))
	require.Equal(t, domain.UserID("ann"), second.By)
	require.Equal(t, events[0].Event.(domain.MessageSent).Digest.Sum, events[2].Event.(domain.MessageEdited).Digest.Sum)

	head := count(t, log)
	for what, tt := range map[string]struct {
		edit commands.EditMessage
		err  error
	}{
		"CH-321 by another":         {edit("bob", c, m, "x"), domain.ErrNotAuthor},
		"CH-322 unknown":            {edit("ann", c, m+1, "x"), domain.ErrMessageNotFound},
		"CH-322 no id":              {edit("ann", c, 0, "x"), domain.ErrMessageNotFound},
		"CH-302 a stranger":         {edit("eve", c, m, "x"), domain.ErrNotMember},
		"CH-131 no channel":         {edit("ann", 0, m, "x"), domain.ErrChannelNotFound},
		"CH-131 an unknown channel": {edit("ann", c+1, m, "x"), domain.ErrChannelNotFound},
		"CH-323 empty":              {edit("ann", c, m, " "), domain.ErrEmptyMessage},
	} {
		_, err := nodes[0].EditMessage(ctx, tt.edit)
		require.ErrorIs(t, err, tt.err, what)
	}
	require.Equal(t, head, count(t, log))
}

func TestADeletionIsDecidedByPlaceAndAuthor(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	group := newGroup(t, s, "ann", "bob", "cid")
	out, err := s.CreateChannel(ctx, dm("ann", "bob"))
	require.NoError(t, err)
	pair := out.Stream.Channel
	operator := domain.Actor{App: app, Kind: domain.ActorSystem, ID: "operator"}
	tests := map[string]struct {
		by      domain.Actor
		channel domain.ChannelID
		err     error
	}{
		"CH-330 the author":             {user("bob"), group, nil},
		"CH-331 the owner":              {user("ann"), group, nil},
		"CH-332 another member":         {user("cid"), group, domain.ErrNotAuthor},
		"CH-332 the other of a dm":      {user("ann"), pair, domain.ErrNotAuthor},
		"CH-330 the author, in a dm":    {user("bob"), pair, nil},
		"CH-302 a stranger":             {user("eve"), group, domain.ErrNotMember},
		"CH-331 the operator":           {operator, group, nil},
		"CH-331 the operator, in a dm":  {operator, pair, nil},
		"a key has no native messages":  {domain.Actor{App: app, Kind: domain.ActorKey, ID: "root"}, group, domain.ErrForbidden},
		"CH-131 an unknown channel":     {user("bob"), group + 1, domain.ErrChannelNotFound},
		"CH-131 no channel":             {user("bob"), 0, domain.ErrChannelNotFound},
		"CH-007 a user of another app":  {domain.Actor{App: "desk", Kind: domain.ActorUser, ID: "bob"}, group, domain.ErrChannelNotFound},
		"CH-331 the operator elsewhere": {domain.Actor{App: "desk", Kind: domain.ActorSystem, ID: "operator"}, group, domain.ErrChannelNotFound},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			in := tt.channel
			if in != pair {
				in = group
			}
			m, head := sent(t, s, "bob", in), count(t, log)
			out, err := s.DeleteMessage(ctx, commands.DeleteMessage{By: tt.by, Channel: tt.channel, Message: m})
			require.ErrorIs(t, err, tt.err)
			if tt.err != nil {
				require.Equal(t, head, count(t, log))
				return
			}
			require.True(t, out.Changed)
			_, err = s.DeleteMessage(ctx, commands.DeleteMessage{By: tt.by, Channel: tt.channel, Message: m})
			require.ErrorIs(t, err, domain.ErrMessageNotFound, "CH-333")
			_, err = s.EditMessage(ctx, edit("bob", in, m, "x"))
			require.ErrorIs(t, err, domain.ErrMessageNotFound, "CH-322")
		})
	}
}

func TestRepeatsOfEditsAndDeletionsAreKnown(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	c := newGroup(t, s, "ann")
	one, two := sent(t, s, "ann", c), sent(t, s, "ann", c)
	keyed := func(m domain.MessageID, text string) commands.EditMessage {
		e := edit("ann", c, m, text)
		e.Once = commands.NativeOnce(e.By, "edit-message", c, "key", m.String())
		return e
	}
	erased := func(m domain.MessageID) commands.DeleteMessage {
		d := remove("ann", c, m)
		d.Once = commands.NativeOnce(d.By, "delete-message", c, "key", m.String())
		return d
	}
	first, err := s.EditMessage(ctx, keyed(one, "x"))
	require.NoError(t, err)
	_, err = s.EditMessage(ctx, edit("ann", c, one, "y"))
	require.NoError(t, err)
	again, err := s.EditMessage(ctx, keyed(one, "x"))
	require.NoError(t, err)
	require.True(t, again.Repeated, "CH-306")
	require.Equal(t, first.Position, again.Position)
	_, err = s.EditMessage(ctx, keyed(one, "z"))
	require.ErrorIs(t, err, domain.ErrIdempotencyReused)
	another, err := s.EditMessage(ctx, keyed(two, "x"))
	require.NoError(t, err)
	require.False(t, another.Repeated, "the key of another message")

	first, err = s.DeleteMessage(ctx, erased(one))
	require.NoError(t, err)
	again, err = s.DeleteMessage(ctx, erased(one))
	require.NoError(t, err)
	require.True(t, again.Repeated, "CH-306")
	require.Equal(t, first.Position, again.Position)
	again, err = s.EditMessage(ctx, keyed(one, "x"))
	require.NoError(t, err)
	require.True(t, again.Repeated, "the edit was before the deletion")
	_, err = s.DeleteMessage(ctx, remove("ann", c, one))
	require.ErrorIs(t, err, domain.ErrMessageNotFound)
}

// TestAnEditIsOfTheKeyOfItsMoment: the user is erased between the digest of an
// edit and its append.
func TestAnEditIsOfTheKeyOfItsMoment(t *testing.T) {
	log := newFaulty()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	c := newGroup(t, s, "ann")
	m := sent(t, s, "ann", c)
	erase := sync.OnceValue(func() error {
		e := eventstore.NewEvent{ID: uuid.New()}
		var err error
		if e.Type, e.V, e.Data, err = domain.EncodeEvent(domain.UserErased{}); err != nil {
			return err
		}
		_, err = log.Log.Append(ctx, eventstore.Write{
			Stream: domain.UserStream(app, "ann"), Expected: eventstore.Any, Events: []eventstore.NewEvent{e},
		})
		return err
	})
	log.before = func(eventstore.Write) error { return erase() }
	_, err := s.EditMessage(ctx, edit("ann", c, m, "second"))
	require.NoError(t, err)
	events := recorded(t, log, domain.MessageStream(app, c, m))
	require.Equal(t, `2|{"text":"second"}`, string(events[len(events)-1].Event.(domain.MessageEdited).Sealed.Blob))
	out, err := s.EditMessage(ctx, edit("ann", c, m, "second"))
	require.NoError(t, err)
	require.False(t, out.Changed, "CH-325 compares under the same key")
}

// TestNoEditFollowsARemoval, on whichever node it is decided.
func TestNoEditFollowsARemoval(t *testing.T) {
	log := memory.New()
	k := newKeys()
	nodes := []*commands.Service{node(t, log, k, 0), node(t, log, k, 0)}
	ctx := deadline(t)
	for range 10 {
		c := newGroup(t, nodes[0], "ann", "bob")
		m := sent(t, nodes[0], "bob", c)
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				if i == 4 {
					if _, err := nodes[0].RemoveMember(ctx, commands.RemoveMember{By: user("ann"), Channel: c, User: "bob"}); err != nil {
						t.Error(err)
					}
					return
				}
				_, _ = nodes[i%2].EditMessage(ctx, edit("bob", c, m, fmt.Sprint(i)))
			})
		}
		all.Wait()
		removed, last := int64(0), int64(0)
		for _, r := range recorded(t, log, domain.ChannelStream(app, c)) {
			if _, ok := r.Event.(domain.MemberRemoved); ok {
				removed = r.Position
			}
		}
		for _, r := range recorded(t, log, domain.MessageStream(app, c, m)) {
			last = r.Position
		}
		require.Less(t, last, removed, "CH-334")
	}
}

func TestRacingEqualEditsAreOneEvent(t *testing.T) {
	log := memory.New()
	k := newKeys()
	nodes := []*commands.Service{node(t, log, k, 0), node(t, log, k, 0)}
	c := newGroup(t, nodes[0], "ann")
	m, head := sent(t, nodes[0], "ann", c), count(t, log)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if _, err := nodes[i%2].EditMessage(deadline(t), edit("ann", c, m, "second")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	require.Equal(t, head+1, count(t, log), "CH-325")
}

func TestTimesOfEditsAndDeletionsMayBeGiven(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	c := newGroup(t, s, "ann")
	m := sent(t, s, "ann", c)
	at := time.UnixMilli(1_000_000_000_123)
	e, d := edit("ann", c, m, "x"), remove("ann", c, m)
	e.At, d.At = at, at.Add(time.Second)
	_, err := s.EditMessage(ctx, e)
	require.NoError(t, err)
	_, err = s.DeleteMessage(ctx, d)
	require.NoError(t, err)
	events := recorded(t, log, domain.MessageStream(app, c, m))
	require.True(t, events[1].Time.Equal(at))
	require.True(t, events[2].Time.Equal(at.Add(time.Second)))
}

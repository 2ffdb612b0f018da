package commands_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore"
	"parley/internal/eventstore/memory"
)

// tokened is a user whose token of that minute carries a name.
func tokened(u domain.UserID, name string, minute int) domain.Actor {
	a := user(u)
	a.Name, a.NameIssued = name, time.Unix(int64(60*minute), 0)
	return a
}

// see records the name of a token and waits for it.
func see(t testing.TB, s *commands.Service, a domain.Actor, token byte) (asked bool) {
	t.Helper()
	done := s.NameFromToken(t.Context(), a, [32]byte{token})
	if done == nil {
		return false
	}
	select {
	case <-done:
	case <-time.After(patience):
		require.FailNow(t, "the name is not recorded in time")
	}
	return true
}

func TestANameIsThatOfTheNewestToken(t *testing.T) {
	log := memory.New()
	k := newKeys()
	here, there := node(t, log, k, 0), node(t, log, k, 0)
	ctx := deadline(t)
	name := func(s *commands.Service) string {
		_, err := s.OwnWrites(ctx, user("ann")) // it has heard of everything
		require.NoError(t, err)
		n, err := s.DisplayName(ctx, app, "ann")
		require.NoError(t, err)
		return n
	}
	require.Equal(t, "ann", name(here), "a user never seen shows its id")
	require.False(t, see(t, here, user("ann"), 1), "a token without a name")
	require.False(t, see(t, here, domain.Actor{App: app, Kind: domain.ActorKey, ID: "k", Name: "x"}, 1), "a key")

	require.True(t, see(t, here, tokened("ann", "Ann", 10), 1))
	require.Equal(t, "Ann", name(there))
	require.True(t, see(t, here, tokened("ann", "Old", 9), 2), "an older token")
	require.Equal(t, "Ann", name(here))
	require.True(t, see(t, there, tokened("ann", "Annie", 11), 3))
	require.Equal(t, "Annie", name(here))
	require.True(t, see(t, there, tokened("ann", "Annie", 12), 4), "the same name again")
	require.EqualValues(t, 2, count(t, log))

	require.False(t, see(t, here, tokened("ann", "Ann", 13), 1), "each token once per node")
	require.EqualValues(t, 2, count(t, log))
	events := recorded(t, log, domain.UserStream(app, "ann"))
	require.Equal(t, []string{"UserNamed", "UserNamed"}, types(events))
	require.NotContains(t, events[0].Meta, "name")
}

func TestAMessageCarriesTheNameOfItsToken(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	c := newGroup(t, s, "ann")
	require.True(t, see(t, s, tokened("ann", "Ann", 10), 1))
	for name, a := range map[string]domain.Actor{
		"Ann":  user("ann"),                // none in the token: the last one seen
		"Anna": tokened("ann", "Anna", 11), // a newer token
	} {
		sent, err := s.SendMessage(ctx, commands.SendMessage{By: a, Channel: c, Text: "hello"})
		require.NoError(t, err)
		require.Equal(t, name, sent.SenderName)
	}
	sent, err := s.SendMessage(ctx, commands.SendMessage{By: tokened("ann", "Old", 9), Channel: c, Text: "hello"})
	require.NoError(t, err)
	require.Equal(t, "Ann", sent.SenderName, "an older token's name does not count")
}

// TestErasureBeginsANewKey: what is sealed after it cannot be opened with what
// was erased, on a node that has not heard of the erasure either.
func TestErasureBeginsANewKey(t *testing.T) {
	log := newFaulty()
	log.deaf = true
	k := newKeys()
	here, behind := node(t, log.Log, k, 0), node(t, log, k, 0)
	ctx := deadline(t)
	c := newGroup(t, here, "ann")
	require.True(t, see(t, here, tokened("ann", "Ann", 10), 1))
	for _, s := range []*commands.Service{here, behind} {
		sent, err := s.SendMessage(ctx, say("ann", c, "hello"))
		require.NoError(t, err)
		require.Equal(t, "1", sealVersion(t, log, c, sent))
	}
	erase(t, log, "ann")
	head, err := log.Head(ctx)
	require.NoError(t, err)
	for _, s := range []*commands.Service{behind, here} {
		sent, err := s.SendMessage(ctx, say("ann", c, "hello"))
		require.NoError(t, err)
		require.Greater(t, sent.Position, int64(head))
		require.Equal(t, "2", sealVersion(t, log, c, sent))
		require.Equal(t, "ann", sent.SenderName, "the former name is not sealed anew")
	}
	require.True(t, see(t, behind, tokened("ann", "Nobody", 1), 2), "an older token may name the user anew")
	name, err := behind.DisplayName(ctx, app, "ann")
	require.NoError(t, err)
	require.Equal(t, "Nobody", name)
}

// TestANameWhoseKeyIsGoneFallsBackToTheID, before the node hears of it.
func TestANameWhoseKeyIsGoneFallsBackToTheID(t *testing.T) {
	log := newFaulty()
	log.deaf = true
	k := newKeys()
	s := node(t, log, k, 0)
	require.True(t, see(t, s, tokened("ann", "Ann", 10), 1))
	k.erase(domain.UserSubject("ann", 1))
	name, err := s.DisplayName(deadline(t), app, "ann")
	require.NoError(t, err)
	require.Equal(t, "ann", name)
}

func erase(t testing.TB, log eventstore.Log, u domain.UserID) {
	t.Helper()
	typ, v, data, err := domain.EncodeEvent(domain.UserErased{})
	require.NoError(t, err)
	_, err = log.Append(t.Context(), eventstore.Write{
		Stream: domain.UserStream(app, u), Expected: eventstore.Any,
		Events: []eventstore.NewEvent{{ID: uuid.New(), Type: typ, V: v, Data: data}},
	})
	require.NoError(t, err)
}

// sealVersion is the version of the key that a message is sealed under.
func sealVersion(t testing.TB, log eventstore.Log, c domain.ChannelID, sent commands.Sent) string {
	t.Helper()
	e := recorded(t, log, domain.MessageStream(app, c, domain.MessageID(sent.ID)))[0].Event.(domain.MessageSent)
	version, plain, _ := strings.Cut(string(e.Sealed.Blob), "|")
	var content domain.Content
	require.NoError(t, json.Unmarshal([]byte(plain), &content))
	require.Equal(t, sent.SenderName, content.SenderName)
	return version
}

func TestBlocksAreIdempotent(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	block := func(blocked bool) commands.Outcome {
		out, err := s.BlockUser(ctx, commands.BlockUser{By: user("ann"), User: "bob", Blocked: blocked})
		require.NoError(t, err)
		return out
	}
	require.False(t, block(false).Changed)
	require.True(t, block(true).Changed)
	require.False(t, block(true).Changed)
	require.True(t, block(false).Changed)
	require.EqualValues(t, 2, count(t, log))
	_, err := s.BlockUser(ctx, commands.BlockUser{By: user("ann"), User: "ann", Blocked: true})
	require.ErrorIs(t, err, domain.ErrInvalidRequest)
	_, err = s.BlockUser(ctx, commands.BlockUser{By: domain.Actor{App: app, Kind: domain.ActorKey, ID: "k"}, User: "ann"})
	require.ErrorIs(t, err, domain.ErrForbidden)
}

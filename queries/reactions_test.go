package queries_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

func (w *world) react(c domain.ChannelID, m domain.MessageID, by domain.UserID, emote string) {
	w.t.Helper()
	_, err := w.commands.AddReaction(w.ctx(), commands.AddReaction{By: user(by), Channel: c, Message: m, Emote: emote})
	require.NoError(w.t, err)
}

func (w *world) unreact(c domain.ChannelID, m domain.MessageID, by domain.UserID, emote string) {
	w.t.Helper()
	_, err := w.commands.RemoveReaction(w.ctx(), commands.RemoveReaction{By: user(by), Channel: c, Message: m, Emote: emote})
	require.NoError(w.t, err)
}

// reactions are those of a message, read alone and in a page.
func (w *world) reactions(c domain.ChannelID, m domain.MessageID) []queries.Reaction {
	w.t.Helper()
	one, found, _, err := w.Message(w.ctx(), w.now(), app, "ann", c, m)
	require.NoError(w.t, err)
	require.True(w.t, found)
	p, _, err := w.History(w.ctx(), 0, queries.History{App: app, Channel: c, User: "ann", After: m - 1, Limit: 1})
	require.NoError(w.t, err)
	require.Equal(w.t, one, p.Messages[0])
	return one.Reactions
}

func TestReactionsOfMessages(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann", "bob", "cid")
	plain, m, gone, erased := w.send(c, "ann", "x"), w.send(c, "ann", "x"), w.send(c, "ann", "x"), w.send(c, "cid", "x")
	for _, id := range []domain.MessageID{m, gone, erased} {
		w.react(c, id, "bob", "<3")
		w.react(c, id, "ann", "like")
		w.react(c, id, "ann", "<3")
	}
	w.unreact(c, m, "bob", "<3")
	w.react(c, m, "cid", "<3")
	require.Equal(t, []queries.Reaction{
		{Kind: domain.Distinct, Name: "like", Count: 1, Users: []domain.UserID{"ann"}},
		{Kind: domain.Distinct, Name: "<3", Count: 2, Users: []domain.UserID{"ann", "cid"}},
	}, w.reactions(c, m), "CH-403 in the order of those that are there")
	require.Empty(t, w.reactions(c, plain))

	require.Len(t, w.reactions(c, gone), 2)
	w.delete(c, gone, "ann")
	require.Empty(t, w.reactions(c, gone), "RS-103")
	w.erase("cid")
	w.append(domain.UserStream(app, "cid"), "cid", domain.UserErased{})
	require.Empty(t, w.reactions(c, erased), "what was erased shows none")
	require.Equal(t, domain.UserID("cid"), w.reactions(c, m)[1].Users[1], "a user id stays")
}

func TestReactionsOfACrowd(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Room, "den", "ann")
	m := w.send(c, "ann", "x")
	for i := range 103 {
		e := domain.ReactionAdded{Kind: domain.Multiple, Name: "clap", Count: 2, Ref: int64(m) + int64(i) + 1, By: domain.UserID(fmt.Sprint("u", i))}
		w.append(domain.MessageStream(app, c, m), e.By, e)
	}
	got := w.reactions(c, m)
	require.Len(t, got, 1)
	require.EqualValues(t, 206, got[0].Count)
	require.Len(t, got[0].Users, queries.MaxReactors, "CH-404")
	require.Equal(t, domain.UserID("u0"), got[0].Users[0])
}

package queries_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/keyring"
	"parley/queries"
)

// erase deletes the keys of a user, as an erasure does after its event.
func (w *world) erase(u domain.UserID) {
	w.t.Helper()
	_, err := w.pool.Exec(w.ctx(), `
		DELETE FROM keyring
		WHERE app = $1 AND kind = 'user' AND subject = $2`, app, u)
	require.NoError(w.t, err)
	w.keys.Forget(app, domain.UserSubject(u, 0))
	w.Forget()
}

// TestWhatAnErasedUserWroteIsGone looks before and after the projections have
// heard of the erasure: the keys decide.
func TestWhatAnErasedUserWroteIsGone(t *testing.T) {
	w := newWorld(t)
	w.name("bob", "Bob")
	c := w.room(domain.Group, "team", "ann", "bob")
	talk := w.dm("ann", "bob")
	sent, edited, others := w.send(c, "bob", "secret"), w.send(c, "bob", "secret"), w.send(c, "ann", "kept")
	w.append(domain.MessageStream(app, c, edited), "bob", domain.MessageEdited{
		Version: int64(edited) + 1, By: "bob", Refs: []domain.MessageID{sent}, Mentions: []domain.UserID{"cid"}, Digest: &domain.Digest{},
		Sealed: domain.Seal(domain.UserSubject("bob", 1), domain.Content{Text: "another secret", Emotes: []domain.InlineEmote{{Shortcode: "s", End: 1}}}),
	})
	_, err := w.commands.BlockUser(w.ctx(), commands.BlockUser{By: user("ann"), User: "bob", Blocked: true})
	require.NoError(t, err)

	look := func() {
		p, _, err := w.History(w.ctx(), w.now(), queries.History{App: app, Channel: c, User: "ann", After: 1, Limit: 10})
		require.NoError(t, err)
		require.Len(t, p.Messages, 3)
		for _, m := range p.Messages {
			require.NotZero(t, m.SentAt)
			m.SentAt = 0
			tombstone := queries.Message{ID: m.ID, Channel: c, Sender: "bob", SenderName: "bob", Kind: domain.Text, Deleted: true}
			switch m.ID {
			case sent, edited:
				require.Equal(t, tombstone, m)
			case others:
				require.Equal(t, "kept", m.Text)
			}
		}
		versions, _, err := w.Versions(w.ctx(), 0, queries.Versions{App: app, Channel: c, Message: edited, User: "ann", Limit: 10})
		require.NoError(t, err)
		require.True(t, versions.Found)
		require.Len(t, versions.Versions, 2)
		for i, v := range versions.Versions {
			require.NotZero(t, v.At)
			v.At = 0
			require.Equal(t, queries.Version{ID: int64(edited) + int64(i), By: []domain.UserID{"", "bob"}[i]}, v, "CH-318")
		}
		m, found, err := w.Member(w.ctx(), 0, app, c, "bob")
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, "bob", m.DisplayName)
		dm, _, err := w.Channel(w.ctx(), 0, app, "ann", talk)
		require.NoError(t, err)
		require.Equal(t, "bob", dm.OtherName)
		blocks, err := w.Blocks(w.ctx(), 0, app, "ann")
		require.NoError(t, err)
		require.Equal(t, "bob", blocks[0].DisplayName)
	}
	w.erase("bob")
	look()
	w.append(domain.UserStream(app, "bob"), "bob", domain.UserErased{})
	look()

	again := w.send(c, "bob", "anew")
	m, found, _, err := w.Message(w.ctx(), w.now(), app, "ann", c, again)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "anew", m.Text, "sealed under the next key")
	require.Equal(t, "bob", m.SenderName)
	list, err := w.Channels(w.ctx(), 0, queries.ChannelList{App: app, User: "ann", Limit: 1000})
	require.NoError(t, err)
	require.EqualValues(t, 1, list[0].Unread+list[1].Unread, "what was erased keeps its place in the counts")
}

// TestABlobThatDoesNotOpenIsAnError, not an erasure.
func TestABlobThatDoesNotOpenIsAnError(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann")
	w.send(c, "ann", "hello")
	w.now()
	_, _, err := w.History(w.ctx(), w.now(), queries.History{App: app, Channel: c, User: "ann", Limit: 1})
	require.NoError(t, err)
	_, err = w.pool.Exec(w.ctx(), "UPDATE rm_timeline_v3_1.messages SET event = gen_random_uuid()")
	require.NoError(t, err)
	_, _, err = w.History(w.ctx(), 0, queries.History{App: app, Channel: c, User: "ann", Limit: 1})
	require.ErrorIs(t, err, keyring.ErrBlob)
}

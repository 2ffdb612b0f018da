package queries_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/queries"
)

// page reads a page and returns the ids and whether there is more.
func (w *world) page(q queries.History) ([]domain.MessageID, bool) {
	w.t.Helper()
	q.App, q.User = app, "ann"
	p, in, err := w.History(w.ctx(), w.now(), q)
	require.NoError(w.t, err)
	require.True(w.t, in.Exists)
	var ids []domain.MessageID
	for _, m := range p.Messages {
		ids = append(ids, m.ID)
	}
	return ids, p.More
}

func TestHistoryPages(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann", "bob")
	other := w.room(domain.Group, "other", "ann")
	ids := []domain.MessageID{0}
	for i := range 7 {
		ids = append(ids, w.send(c, "bob", fmt.Sprint(i)))
		w.send(other, "ann", "noise in another channel")
	}
	quiet := w.room(domain.Group, "quiet", "ann")
	last := ids[7]
	tests := map[string]struct {
		q    queries.History
		want []domain.MessageID
		more bool
	}{
		"newest":                   {queries.History{Limit: 3}, []domain.MessageID{ids[7], ids[6], ids[5]}, true},
		"all, exactly":             {queries.History{Limit: 7}, []domain.MessageID{ids[7], ids[6], ids[5], ids[4], ids[3], ids[2], ids[1]}, false},
		"before":                   {queries.History{Limit: 2, Before: ids[5]}, []domain.MessageID{ids[4], ids[3]}, true},
		"before, to the beginning": {queries.History{Limit: 2, Before: ids[3]}, []domain.MessageID{ids[2], ids[1]}, false},
		"before one that is none":  {queries.History{Limit: 2, Before: ids[5] - 1}, []domain.MessageID{ids[4], ids[3]}, true},
		"before the first":         {queries.History{Limit: 2, Before: ids[1]}, nil, false},
		"before the far future":    {queries.History{Limit: 1, Before: 1<<63 - 1}, []domain.MessageID{last}, true},
		"after":                    {queries.History{Limit: 2, After: ids[4]}, []domain.MessageID{ids[5], ids[6]}, true},
		"after, to the end":        {queries.History{Limit: 2, After: ids[5]}, []domain.MessageID{ids[6], ids[7]}, false},
		"after one that is none":   {queries.History{Limit: 1, After: ids[5] + 1}, []domain.MessageID{ids[6]}, true},
		"after the last":           {queries.History{Limit: 2, After: last}, nil, false},
		"after the beginning":      {queries.History{Limit: 1, After: 1}, []domain.MessageID{ids[1]}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.q.Channel = c
			got, more := w.page(tt.q)
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.more, more)
		})
	}
	for _, q := range []queries.History{{Limit: 5}, {Limit: 5, Before: last}, {Limit: 5, After: 1}} {
		q.Channel = quiet
		got, more := w.page(q)
		require.Empty(t, got)
		require.False(t, more)
	}
}

func TestWalkingVisitsEachMessageOnceWhileNewOnesArrive(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann")
	want := map[domain.MessageID]int{}
	for i := range 9 {
		want[w.send(c, "ann", fmt.Sprint(i))] = 1
	}
	seen := map[domain.MessageID]int{}
	q, more := queries.History{Channel: c, Limit: 2}, true
	for more {
		var ids []domain.MessageID
		ids, more = w.page(q)
		for _, id := range ids {
			seen[id]++
			q.Before = id
		}
		w.delete(c, w.send(c, "ann", "meanwhile"), "ann")
	}
	require.Equal(t, want, seen)
}

func TestAMessageIsShownAsItIs(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann", "bob")
	w.name("bob", "Bob")
	plain, edited, gone := w.send(c, "bob", "as sent"), w.send(c, "bob", "first"), w.send(c, "bob", "gone")
	w.name("bob", "Robert")
	w.edit(c, edited, "bob", "second")
	w.edit(c, gone, "bob", "changed, then gone")
	w.delete(c, gone, "ann")
	full := domain.MessageSent{
		Sender: "bob", SenderKind: domain.ActorUser, Kind: domain.Image, Digest: &domain.Digest{},
		Refs: []domain.MessageID{plain, 1<<63 - 1}, Mentions: []domain.UserID{"cid", `"é",{}`},
		Attachments: []domain.Attachment{{Asset: "a1", Type: "image/png", Size: 7}, {Asset: "a2", Type: "text/plain", Size: 1}},
		Sealed: domain.Seal(domain.UserSubject("bob", 1), domain.Content{
			Text: "look", SenderName: "Rob", Files: []string{"cat.png"},
			Emotes: []domain.InlineEmote{{Shortcode: ":x:", Asset: "e1", Start: 0, End: 1}},
		}),
	}
	files := gone + 1000
	w.append(domain.MessageStream(app, c, files), "bob", full)
	byNobody := files + 1
	replaced, dropped := files+2, files+3
	for _, m := range []domain.MessageID{replaced, dropped} {
		w.append(domain.MessageStream(app, c, m), "bob", full)
	}
	w.append(domain.MessageStream(app, c, replaced), "bob", domain.MessageEdited{
		Version: int64(replaced) + 1, By: "bob", Refs: []domain.MessageID{edited}, Mentions: []domain.UserID{"dan"}, Digest: &domain.Digest{},
		Sealed: domain.Seal(domain.UserSubject("bob", 1), domain.Content{Text: "look here"}),
	})
	w.edit(c, dropped, "bob", "look away")
	w.append(domain.MessageStream(app, c, byNobody), "", domain.MessageSent{
		SenderKind: domain.ActorSystem, Kind: domain.Text, Digest: &domain.Digest{},
		Sealed: domain.Seal(domain.ChannelSubject(c), domain.Content{Text: "notice", SenderName: "service"}),
	})
	p, in, err := w.History(w.ctx(), w.now(), queries.History{App: app, Channel: c, User: "ann", After: 1, Limit: 10})
	require.NoError(t, err)
	require.Equal(t, domain.Standing{Exists: true, Kind: domain.Group, Role: domain.RoleOwner}, in)
	got := map[domain.MessageID]queries.Message{}
	for _, m := range p.Messages {
		require.NotZero(t, m.SentAt)
		one, found, _, err := w.Message(w.ctx(), 0, app, "ann", c, m.ID)
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, m, one)
		m.SentAt = 0
		require.Equal(t, m.EditedAt != 0, m.ID == edited || m.ID == replaced || m.ID == dropped)
		m.EditedAt = 0
		got[m.ID] = m
	}
	bobs := queries.Message{Channel: c, Sender: "bob", SenderName: "Bob", Kind: domain.Text}
	want := func(id domain.MessageID, change func(*queries.Message)) {
		m := bobs
		m.ID = id
		change(&m)
		require.Equal(t, m, got[id])
	}
	want(plain, func(m *queries.Message) { m.Text = "as sent" })
	want(edited, func(m *queries.Message) { m.Text = "second" })
	want(gone, func(m *queries.Message) { m.Deleted = true })
	want(files, func(m *queries.Message) {
		m.SenderName, m.Kind, m.Text, m.Refs, m.Mentions = "Rob", domain.Image, "look", full.Refs, full.Mentions
		m.Emotes = []domain.InlineEmote{{Shortcode: ":x:", Asset: "e1", Start: 0, End: 1}}
		m.Attachments = []queries.Attachment{{Attachment: full.Attachments[0], File: "cat.png"}, {Attachment: full.Attachments[1]}}
	})
	want(replaced, func(m *queries.Message) {
		m.SenderName, m.Kind, m.Text, m.Attachments = "Rob", domain.Image, "look here", got[files].Attachments
		m.Refs, m.Mentions = []domain.MessageID{edited}, []domain.UserID{"dan"}
	})
	want(dropped, func(m *queries.Message) {
		m.SenderName, m.Kind, m.Text, m.Attachments = "Rob", domain.Image, "look away", got[files].Attachments
	})
	want(byNobody, func(m *queries.Message) { m.Sender, m.SenderName, m.Text = "", "service", "notice" })
}

func TestAnOutsiderGetsAStandingAndNothingElse(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Room, "den", "ann")
	m := w.send(c, "ann", "hello")
	p, in, err := w.History(w.ctx(), w.now(), queries.History{App: app, Channel: c, User: "eve", Limit: 5})
	require.NoError(t, err)
	require.Empty(t, p.Messages)
	require.False(t, p.More)
	require.Equal(t, domain.Standing{Exists: true, Kind: domain.Room}, in)
	for name, q := range map[string]queries.History{
		"no such channel": {App: app, Channel: c + 1, User: "ann", Limit: 5},
		"another app's":   {App: "desk", Channel: c, User: "ann", Limit: 5},
	} {
		p, in, err := w.History(w.ctx(), 0, q)
		require.NoError(t, err, name)
		require.Empty(t, p.Messages, name)
		require.Equal(t, domain.Standing{}, in, name)
	}
	_, found, in, err := w.Message(w.ctx(), 0, app, "ann", c, m+1)
	require.NoError(t, err)
	require.False(t, found)
	require.True(t, in.Exists)
	w.append(domain.ChannelStream(app, c), "ann", domain.ChannelDeleted{By: "ann"})
	_, in, err = w.History(w.ctx(), w.now(), queries.History{App: app, Channel: c, User: "ann", Limit: 5})
	require.NoError(t, err)
	require.False(t, in.Exists)
}

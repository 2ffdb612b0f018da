package queries_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

func (w *world) hide(c domain.ChannelID, by domain.UserID, hidden bool) {
	w.t.Helper()
	_, err := w.commands.HideChannel(w.ctx(), commands.HideChannel{By: user(by), Channel: c, Hidden: hidden})
	require.NoError(w.t, err)
}

// minutely sends messages a minute apart, for tests that look at the order of
// the list: two of one millisecond have none but that of the ids.
func (w *world) minutely() func(domain.ChannelID, domain.UserID) domain.MessageID {
	at := time.Now()
	return func(c domain.ChannelID, by domain.UserID) domain.MessageID {
		w.t.Helper()
		at = at.Add(time.Minute)
		out, err := w.commands.SendMessage(w.ctx(), commands.SendMessage{By: user(by), Channel: c, Text: "x", At: at})
		require.NoError(w.t, err)
		return domain.MessageID(out.ID)
	}
}

// all are the ids of a user's list with the hidden ones; shown those without.
func (w *world) all(u domain.UserID) []domain.ChannelID   { return w.channels(u, true) }
func (w *world) shown(u domain.UserID) []domain.ChannelID { return w.channels(u, false) }

func (w *world) channels(u domain.UserID, hidden bool) []domain.ChannelID {
	w.t.Helper()
	list, err := w.Channels(w.ctx(), w.now(), queries.ChannelList{App: app, User: u, Hidden: hidden, Limit: 1000})
	require.NoError(w.t, err)
	for _, c := range list {
		one, found, err := w.Channel(w.ctx(), 0, app, u, c.ID)
		require.NoError(w.t, err)
		require.True(w.t, found)
		require.Equal(w.t, c, one)
		require.True(w.t, hidden || !c.Hidden)
	}
	return ids(list)
}

func TestHiddenChannels(t *testing.T) {
	w := newWorld(t)
	say := w.minutely()
	group, room, talk := w.room(domain.Group, "g", "ann", "bob"), w.room(domain.Room, "r", "ann", "bob"), w.dm("ann", "bob")
	say(group, "ann")
	say(room, "ann")
	say(talk, "ann")
	every := []domain.ChannelID{talk, room, group}
	for _, c := range every {
		w.hide(c, "bob", true)
	}
	require.Empty(t, w.shown("bob"), "CH-150")
	require.Equal(t, every, w.all("bob"), "CH-102")
	require.Equal(t, every, w.shown("ann"), "CH-150: nobody else is affected")

	say(group, "ann")
	say(room, "ann")
	say(talk, "ann")
	require.Equal(t, []domain.ChannelID{talk}, w.shown("bob"), "CH-151")
	w.hide(talk, "bob", true)
	require.Empty(t, w.shown("bob"), "CH-151: hidden again after the message")
	say(talk, "bob")
	require.Equal(t, []domain.ChannelID{talk}, w.shown("bob"), "CH-151: one's own message too")
	m := say(talk, "ann")
	w.hide(talk, "bob", true)
	w.edit(talk, m, "ann", "9")
	w.delete(talk, m, "ann")
	require.Empty(t, w.shown("bob"), "CH-151: an edit and a deletion are no message")
	w.hide(talk, "bob", false)
	w.hide(group, "bob", false)
	require.Equal(t, []domain.ChannelID{talk, group}, w.shown("bob"), "CH-150: back")

	_, err := w.commands.RemoveMember(w.ctx(), commands.RemoveMember{By: user("bob"), Channel: room, User: "bob"})
	require.NoError(t, err)
	_, err = w.commands.AddMember(w.ctx(), commands.AddMember{By: user("bob"), Channel: room, User: "bob"})
	require.NoError(t, err)
	require.Contains(t, w.shown("bob"), room, "who joins anew sees the channel")
}

// TestTheOrderOfTheListAndItsPages: every channel has its place by the time of
// its newest message, else of its creation, then by id; times are set, so that
// some are equal.
func TestTheOrderOfTheListAndItsPages(t *testing.T) {
	w := newWorld(t)
	start := time.Now().Add(-time.Hour).Truncate(time.Second)
	at := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }
	var channels []domain.ChannelID
	for i, created := range []int{5, 5, 1, 9, 2, 3, 3, 12} {
		out, err := w.commands.CreateChannel(w.ctx(), commands.CreateChannel{
			By: user("ann"), Kind: domain.Group, Name: fmt.Sprint(i), At: at(created),
		})
		require.NoError(t, err)
		channels = append(channels, out.Stream.Channel)
	}
	say := func(i, minute int) {
		_, err := w.commands.SendMessage(w.ctx(), commands.SendMessage{By: user("ann"), Channel: channels[i], Text: "x", At: at(minute)})
		require.NoError(t, err)
	}
	say(2, 5)
	say(4, 20)
	say(4, 8) // the newest message counts, not the latest time
	say(7, 9) // not the creation, once there is a message
	want := pickIDs(channels, 7, 3, 4, 2, 1, 0, 6, 5)
	require.Equal(t, want, w.shown("ann"), "CH-103")

	page := func(q queries.ChannelList) []domain.ChannelID {
		q.App, q.User = app, "ann"
		list, err := w.Channels(w.ctx(), 0, q)
		require.NoError(t, err)
		return ids(list)
	}
	for limit := 1; limit <= len(want)+1; limit++ {
		var walked []domain.ChannelID
		for before := domain.ChannelID(0); ; before = walked[len(walked)-1] {
			got := page(queries.ChannelList{Before: before, Limit: limit})
			require.LessOrEqual(t, len(got), limit)
			if len(got) == 0 {
				break
			}
			walked = append(walked, got...)
		}
		require.Equal(t, want, walked, "CH-103 pages of %d", limit)
	}

	w.hide(channels[4], "ann", true)
	_, err := w.commands.DeleteChannel(w.ctx(), commands.DeleteChannel{By: user("ann"), Channel: channels[1]})
	require.NoError(t, err)
	w.now()
	require.Equal(t, pickIDs(channels, 7, 3, 2, 0, 6, 5), w.shown("ann"))
	require.Equal(t, pickIDs(channels, 2, 0), page(queries.ChannelList{Before: channels[3], Limit: 2}))
	require.Equal(t, pickIDs(channels, 4, 2), page(queries.ChannelList{Before: channels[3], Limit: 2, Hidden: true}))
	require.Equal(t, pickIDs(channels, 2), page(queries.ChannelList{Before: channels[4], Limit: 1, Hidden: true}))

	foreign := w.room(domain.Room, "foreign", "bob")
	w.now()
	for what, q := range map[string]queries.ChannelList{
		"hidden":              {Before: channels[4]},
		"deleted":             {Before: channels[1], Hidden: true},
		"of others":           {Before: foreign, Hidden: true},
		"none at all":         {Before: 77},
		"of another app":      {Before: channels[0], App: "desk"},
		"of another's list":   {Before: channels[0], User: "bob"},
		"beyond all channels": {Before: 1<<63 - 1},
	} {
		q.Limit = 10
		if q.App == "" {
			q.App = app
		}
		if q.User == "" {
			q.User = "ann"
		}
		_, err := w.Channels(w.ctx(), w.now(), q)
		require.ErrorIs(t, err, domain.ErrInvalidCursor, "CH-103 before a channel that is %s", what)
	}
}

func pickIDs(channels []domain.ChannelID, at ...int) (ids []domain.ChannelID) {
	for _, i := range at {
		ids = append(ids, channels[i])
	}
	return ids
}

func TestRoomsOfAnApp(t *testing.T) {
	w := newWorld(t)
	w.room(domain.Group, "no room", "ann")
	w.dm("ann", "bob")
	var rooms []domain.ChannelID
	for i := range 5 {
		rooms = append([]domain.ChannelID{w.room(domain.Room, fmt.Sprint(i), "ann")}, rooms...)
	}
	joined := rooms[2]
	_, err := w.commands.AddMember(w.ctx(), commands.AddMember{By: user("bob"), Channel: joined, User: "bob"})
	require.NoError(t, err)
	w.send(joined, "ann", "x")
	w.send(rooms[3], "ann", "x")
	w.hide(joined, "bob", true)
	list, err := w.Rooms(w.ctx(), w.now(), app, "bob", 0, 1000)
	require.NoError(t, err)
	require.Equal(t, rooms, ids(list), "CH-104 by id descending, member or not")
	for _, c := range list {
		in := c.ID == joined
		require.Equal(t, in, c.Role != "")
		require.Equal(t, in, c.Hidden, "hidden ones are listed, and say so")
		require.Equal(t, in, c.Unread == 1, "nothing is unread for an outsider")
		one, _, err := w.Channel(w.ctx(), 0, app, "bob", c.ID)
		require.NoError(t, err)
		require.Equal(t, c, one)
	}
	for name, tt := range map[string]struct {
		before domain.ChannelID
		limit  int
		want   []domain.ChannelID
	}{
		"the first":                  {0, 2, rooms[:2]},
		"before one":                 {rooms[1], 2, rooms[2:4]},
		"before one that is no room": {rooms[1] + 1, 1, rooms[1:2]},
		"before the oldest":          {rooms[4], 2, nil},
		"before 1":                   {1, 2, nil},
		"before the largest":         {1<<63 - 1, 1, rooms[:1]},
	} {
		list, err := w.Rooms(w.ctx(), 0, app, "eve", tt.before, tt.limit)
		require.NoError(t, err)
		require.Equal(t, tt.want, ids(list), "CH-104 %s", name)
	}
	_, err = w.commands.DeleteChannel(w.ctx(), commands.DeleteChannel{By: user("ann"), Channel: rooms[0]})
	require.NoError(t, err)
	list, err = w.Rooms(w.ctx(), w.now(), app, "ann", 0, 1000)
	require.NoError(t, err)
	require.Equal(t, rooms[1:], ids(list), "CH-160")
	list, err = w.Rooms(w.ctx(), 0, "desk", "ann", 0, 1000)
	require.NoError(t, err)
	require.Empty(t, list, "CH-007")
}

package queries_test

import (
	"cmp"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

// list is what a user sees of the channels, times aside.
func (w *world) list(u domain.UserID) []queries.Channel {
	w.t.Helper()
	list, err := w.Channels(w.ctx(), w.now(), queries.ChannelList{App: app, User: u, Limit: 1000})
	require.NoError(w.t, err)
	for i, c := range list {
		require.NotZero(w.t, c.CreatedAt)
		one, found, err := w.Channel(w.ctx(), 0, app, u, c.ID)
		require.NoError(w.t, err)
		require.True(w.t, found)
		require.Equal(w.t, c, one)
		list[i].CreatedAt = 0
	}
	return list
}

func TestChannelsAsEachUserSeesThem(t *testing.T) {
	w := newWorld(t)
	w.name("bob", "Bob")
	team := w.room(domain.Group, "Team ✓", "ann", "bob")
	talk := w.dm("ann", "bob")
	say := w.minutely()
	first := say(team, "ann")
	last := say(talk, "bob")
	require.Equal(t, []queries.Channel{
		{ID: talk, Kind: domain.DM, Role: domain.RoleMember, Unread: 1, LastMessage: last, OtherUser: "bob", OtherName: "Bob"},
		{ID: team, Kind: domain.Group, Name: "Team ✓", Owner: "ann", Role: domain.RoleOwner, LastMessage: first},
	}, w.list("ann"))
	require.Equal(t, []queries.Channel{
		{ID: talk, Kind: domain.DM, Role: domain.RoleMember, LastMessage: last, OtherUser: "ann", OtherName: "ann"},
		{ID: team, Kind: domain.Group, Name: "Team ✓", Owner: "ann", Role: domain.RoleMember, Unread: 1, LastMessage: first},
	}, w.list("bob"))
	require.Empty(t, w.list("eve"))

	again := say(team, "bob")
	require.Equal(t, []domain.ChannelID{team, talk}, ids(w.list("ann")), "the latest activity first")
	w.delete(team, again, "bob")
	require.Equal(t, []int64{0, 1}, unread(w.list("ann")), "a deleted message is not unread")
	w.append(domain.ChannelStream(app, team), "ann", domain.ChannelRenamed{
		By: "ann", Sealed: domain.Seal(domain.ChannelSubject(team), domain.ChannelProfile{Name: "Crew"}),
	})
	require.Equal(t, "Crew", w.list("bob")[0].Name)
	w.append(domain.ChannelStream(app, team), "ann", domain.ChannelDeleted{By: "ann"})
	require.Equal(t, []domain.ChannelID{talk}, ids(w.list("ann")))
	_, found, err := w.Channel(w.ctx(), w.now(), app, "ann", team)
	require.NoError(t, err)
	require.False(t, found)
}

func ids(list []queries.Channel) (ids []domain.ChannelID) {
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	return ids
}

func unread(list []queries.Channel) (counts []int64) {
	for _, c := range list {
		counts = append(counts, c.Unread)
	}
	return counts
}

func TestAChannelThatOneIsNotIn(t *testing.T) {
	w := newWorld(t)
	den := w.room(domain.Room, "den", "ann", "bob")
	talk := w.dm("ann", "bob")
	w.send(den, "ann", "hello")
	w.send(talk, "ann", "hello")
	c, found, err := w.Channel(w.ctx(), w.now(), app, "eve", den)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "den", c.Name)
	require.Empty(t, c.Role)
	require.Zero(t, c.Unread)
	require.Equal(t, domain.Standing{Exists: true, Kind: domain.Room}, c.Standing(found))
	c, found, err = w.Channel(w.ctx(), 0, app, "eve", talk)
	require.NoError(t, err)
	require.True(t, found)
	require.Empty(t, c.OtherUser, "a dm does not show its users to others")
	_, found, err = w.Channel(w.ctx(), 0, "desk", "ann", den)
	require.NoError(t, err)
	require.False(t, found, "another app's")
}

func TestMembersInTheOrderOfJoining(t *testing.T) {
	w := newWorld(t)
	w.name("zoë", "Zoë Z.")
	c := w.room(domain.Group, "team", "mia", "zoë", "ann")
	_, err := w.commands.RemoveMember(w.ctx(), commands.RemoveMember{By: user("mia"), Channel: c, User: "zoë"})
	require.NoError(t, err)
	_, err = w.commands.AddMember(w.ctx(), commands.AddMember{By: user("mia"), Channel: c, User: "zoë", Role: domain.RoleAdmin})
	require.NoError(t, err)
	page := func(after domain.UserID, limit int) (names []string) {
		list, in, err := w.Members(w.ctx(), w.now(), app, "ann", c, after, limit)
		require.NoError(t, err)
		require.Equal(t, domain.Standing{Exists: true, Kind: domain.Group, Role: domain.RoleMember}, in)
		for i, m := range list {
			require.True(t, i == 0 || joinedBefore(list[i-1], m))
			one, found, err := w.Member(w.ctx(), 0, app, c, m.User)
			require.NoError(t, err)
			require.True(t, found)
			require.Equal(t, m, one)
			names = append(names, m.DisplayName+" "+string(m.Role))
		}
		return names
	}
	require.ElementsMatch(t, []string{"mia owner", "ann member", "Zoë Z. admin"}, page("", 10))
	var walked []string
	after := domain.UserID("")
	for range 3 {
		list, _, err := w.Members(w.ctx(), 0, app, "ann", c, after, 1)
		require.NoError(t, err)
		require.Len(t, list, 1)
		after = list[0].User
		walked = append(walked, list[0].DisplayName+" "+string(list[0].Role))
	}
	require.Equal(t, page("", 10), walked)
	require.Empty(t, page(after, 10))
	_, _, err = w.Members(w.ctx(), 0, app, "ann", c, "eve", 10)
	require.ErrorIs(t, err, domain.ErrInvalidCursor)
	_, found, err := w.Member(w.ctx(), 0, app, c, "eve")
	require.NoError(t, err)
	require.False(t, found)
}

// joinedBefore orders members as they are shown: by the second of joining, then
// by id.
func joinedBefore(a, b queries.Member) bool {
	return cmp.Or(cmp.Compare(a.JoinedAt/1000, b.JoinedAt/1000), cmp.Compare(a.User, b.User)) < 0
}

func TestBlocksNewestFirst(t *testing.T) {
	w := newWorld(t)
	w.name("cid", "Cid")
	for _, u := range []domain.UserID{"bob", "cid", "dan", "bob"} {
		_, err := w.commands.BlockUser(w.ctx(), commands.BlockUser{By: user("ann"), User: u, Blocked: true})
		require.NoError(t, err)
	}
	_, err := w.commands.BlockUser(w.ctx(), commands.BlockUser{By: user("ann"), User: "dan"})
	require.NoError(t, err)
	blocks, err := w.Blocks(w.ctx(), w.now(), app, "ann")
	require.NoError(t, err)
	require.Len(t, blocks, 2)
	require.Equal(t, []string{"cid Cid", "bob bob"}, []string{
		string(blocks[0].User) + " " + blocks[0].DisplayName, string(blocks[1].User) + " " + blocks[1].DisplayName,
	})
	require.NotZero(t, blocks[0].CreatedAt)
	none, err := w.Blocks(w.ctx(), 0, app, "bob")
	require.NoError(t, err)
	require.Empty(t, none)
}

package native_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/apitest"
	"parley/internal/server"
)

func occupancy(channel string) string { return apitest.Channel(channel) + "/occupancy" }

func presence(channel string) string { return apitest.Channel(channel) + "/presence" }

// eventually asks until the answer is yes.
func eventually(t *testing.T, ask func() bool, about string) {
	t.Helper()
	for deadline := time.Now().Add(apitest.Patience); !ask(); {
		require.True(t, time.Now().Before(deadline), "not in time: "+about)
		<-time.After(10 * time.Millisecond)
	}
}

// sees waits until a user sees who is present, and how many sockets are.
func sees(t *testing.T, u *apitest.User, channel string, connections int, users ...string) {
	t.Helper()
	eventually(t, func() bool {
		got := u.Get(presence(channel)).Want(200).Texts("user_id", "members")
		counted := u.Get(occupancy(channel)).Want(200)
		return fmt.Sprint(got) == fmt.Sprint(users) && counted.Number("connections") == int64(connections) &&
			counted.Number("presence_members") == int64(len(users))
	}, fmt.Sprint(users))
}

// join lets sockets of users subscribe a channel of the app.
func join(s *apitest.Server, app *apitest.App, channel string, users ...string) {
	for _, u := range users {
		s.Presence.Joined(app.ID, channelID(channel), domain.UserID(u))
	}
}

func channelID(text string) domain.ChannelID {
	id, err := domain.ParseID(text)
	if err != nil {
		panic(err)
	}
	return domain.ChannelID(id)
}

func TestPresence(t *testing.T) {
	s := apitest.Open(t, func(c *server.Config) { c.PresenceGrace = 50 * time.Millisecond })
	app, other := s.App("demo"), s.App("other")
	ann, bob, eve := app.User("ann"), app.User("bob"), app.User("eve")
	group, room := ann.Group("g"), ann.Room("r")
	ann.Add(group, bob)
	s.Run(t, "CH-830 CH-831 nobody is there", func(t *testing.T) {
		require.JSONEq(t, `{"channel_id":"`+group+`","connections":0,"presence_members":0}`, string(ann.Get(occupancy(group)).Want(200).Body))
		require.JSONEq(t, `{"members":[]}`, string(ann.Get(presence(group)).Want(200).Body))
	})
	s.Run(t, "CH-830 CH-831 sockets count each, users once, by user id", func(t *testing.T) {
		began := s.Clock.Now().Unix()
		join(s, app, group, "bob", "ann", "bob")
		sees(t, bob, group, 3, "ann", "bob")
		a := bob.Get(presence(group)).Want(200)
		require.Equal(t, "bob", a.Text("members", 1, "display_name"))
		require.InDelta(t, began, a.Number("members", 1, "since"), 30)
		sees(t, ann, room, 0)
	})
	s.Run(t, "CH-831 pages", func(t *testing.T) {
		require.Equal(t, []string{"ann"}, ann.Get(presence(group)+"?limit=1").Want(200).Texts("user_id", "members"))
		require.Equal(t, []string{"bob"}, ann.Get(presence(group)+"?limit=1&after=ann").Want(200).Texts("user_id", "members"))
		require.Equal(t, []string{"bob"}, ann.Get(presence(group)+"?after=b").Want(200).Texts("user_id", "members"), "after nobody who is there")
	})
	s.Run(t, "CH-831 what is no page", func(*testing.T) {
		for _, limit := range []string{"0", "1001", "-1", "x", ""} {
			ann.Get(presence(group)+"?limit="+limit).Refused(400, "INVALID_LIMIT")
		}
		ann.Get(presence(group)+"?after=").Refused(400, "INVALID_CURSOR")
		ann.Get(presence(group)+"?after=a%2Fb").Refused(400, "INVALID_CURSOR")
	})
	s.Run(t, "CH-830 CH-831 RS-035 members only", func(*testing.T) {
		for _, path := range []func(string) string{occupancy, presence} {
			eve.Get(path(group)).Refused(403, "CHAT_NOT_MEMBER")
			eve.Get(path(room)).Refused(403, "CHAT_NOT_MEMBER")
			eve.Get(path(group)+"?limit=0").Refused(403, "CHAT_NOT_MEMBER")
			ann.Get(path("77")).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			other.User("ann").Get(path(group)).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
		}
	})
	s.Run(t, "CH-831 who is removed is not shown", func(t *testing.T) {
		ann.Delete(apitest.Members(group, "bob")).Want(204)
		require.Equal(t, []string{"ann"}, ann.Get(presence(group)).Want(200).Texts("user_id", "members"))
		ann.Add(group, bob)
	})
	s.Run(t, "CH-830 CH-831 the last socket and the grace end it", func(t *testing.T) {
		s.Presence.Left(app.ID, channelID(group), "bob")
		sees(t, ann, group, 2, "ann", "bob")
		s.Presence.Left(app.ID, channelID(group), "bob")
		sees(t, ann, group, 1, "ann")
	})
	s.Run(t, "CH-610 it is neither unread nor numbered", func(t *testing.T) {
		require.EqualValues(t, 0, bob.Get(apitest.Channel(group)).Want(200).Number("unread_count"))
	})
	s.Run(t, "CH-160 a channel that is gone has no presence", func(*testing.T) {
		ann.Delete(apitest.Channel(group)).Want(204)
		ann.Get(presence(group)).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
		ann.Get(occupancy(group)).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
	})
}

// TestPresenceOverSeveralNodes: who is there through one node is seen on the
// other, and no longer when that node stops.
func TestPresenceOverSeveralNodes(t *testing.T) {
	nodes := apitest.Nodes(t, 2)
	app := nodes[0].App("demo")
	ann, bob := app.User("ann"), app.User("bob")
	group := ann.Group("g")
	ann.Add(group, bob)
	join(nodes[0], app, group, "ann", "bob")
	join(nodes[1], app, group, "bob")
	there := bob.On(nodes[1])
	nodes[1].Run(t, "CH-830 CH-831 of both", func(t *testing.T) { sees(t, there, group, 3, "ann", "bob") })
	nodes[0].Close()
	nodes[1].Run(t, "CH-830 CH-831 of the one that is left", func(t *testing.T) { sees(t, there, group, 1, "bob") })
}

// TestPresenceAfterAKill: a node that ended without a word left rows, and a
// lease that goes on. One that survives clears them when the lease is over; a
// new start of a node that is alone, at once.
func TestPresenceAfterAKill(t *testing.T) {
	s := apitest.Open(t)
	app := s.App("demo")
	ann, bob := app.User("ann"), app.User("bob")
	group := ann.Group("g")
	ann.Add(group, bob)
	kill := func(node domain.NodeID, users ...domain.UserID) {
		t.Helper()
		_, err := s.Pool.Exec(t.Context(), `INSERT INTO nodes (node, started_at, expires_at) VALUES ($1, now(), now() + interval '1 hour')`, node)
		require.NoError(t, err)
		_, err = s.Commands.ChangePresence(t.Context(), commands.ChangePresence{
			App: app.ID, Node: node, Channel: channelID(group), Here: domain.NewPresence(node), Enter: users,
		})
		require.NoError(t, err)
	}
	left := func(s *apitest.Server) (n int) {
		t.Helper()
		require.NoError(t, s.Pool.QueryRow(t.Context(), `
			SELECT (SELECT count(*) FROM rm.presence_v1) + (SELECT count(*) - 1 FROM nodes)`).Scan(&n))
		return n
	}
	kill("first", "ann", "bob")
	sees(t, ann, group, 0, "ann", "bob")
	_, err := s.Pool.Exec(t.Context(), `UPDATE nodes SET expires_at = now() WHERE node = 'first'`)
	require.NoError(t, err)
	s.Run(t, "CH-830 CH-831 cleared by a survivor", func(t *testing.T) {
		sees(t, ann, group, 0)
		eventually(t, func() bool { return left(s) == 0 }, "the end of what it left, and of its lease")
	})
	kill("second", "ann", "bob")
	sees(t, ann, group, 0, "ann", "bob")
	again := s.Again(t)
	again.Run(t, "CH-830 CH-831 cleared by the next start", func(t *testing.T) {
		require.Empty(t, ann.On(again).Get(presence(group)).Want(200).Texts("user_id", "members"))
		eventually(t, func() bool { return left(again) == 0 }, "the end of what it left, and of its lease")
	})
}

package native_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func typing(channel string) string { return apitest.Channel(channel) + "/typing" }

// typists are those whom a user sees typing.
func typists(u *apitest.User, channel string) []any {
	list, _ := u.Get(typing(channel)).Want(200).At("typing_users").([]any)
	return list
}

func TestTyping(t *testing.T) {
	s, app := open(t)
	ann, bob, eve := app.User("ann"), app.User("bob"), app.User("eve")
	group := ann.Group("g")
	ann.Add(group, bob, eve)
	s.Run(t, "CH-701 nobody types", func(t *testing.T) {
		require.JSONEq(t, `{"typing_users":[]}`, string(ann.Get(typing(group)).Want(200).Body))
	})
	s.Run(t, "CH-700 CH-701 others see it, by user id, without themselves", func(t *testing.T) {
		require.NotEmpty(t, eve.Post(typing(group), nil).Want(204).Position())
		bob.Post(typing(group), nil).Want(204)
		require.JSONEq(t, `{"typing_users":["bob","eve"]}`, string(ann.Get(typing(group)).Want(200).Body))
		require.Equal(t, []any{"eve"}, typists(bob, group))
	})
	s.Run(t, "CH-702 it ends by itself, unless it is renewed", func(t *testing.T) {
		s.Clock.Advance(3 * time.Second)
		bob.Post(typing(group), nil).Want(204)
		s.Clock.Advance(3 * time.Second)
		require.Equal(t, []any{"bob"}, typists(ann, group))
		s.Clock.Advance(2 * time.Second)
		require.Empty(t, typists(ann, group))
	})
	s.Run(t, "CH-308 CH-703 a message ends it, in its channel", func(t *testing.T) {
		other := ann.Group("h")
		ann.Add(other, bob)
		for _, c := range []string{group, other} {
			bob.Post(typing(c), nil).Want(204)
			eve.Post(typing(group), nil).Want(204)
		}
		bob.Send(group, "x")
		require.Equal(t, []any{"eve"}, typists(ann, group))
		require.Equal(t, []any{"bob"}, typists(ann, other))
		bob.Post(typing(group), nil).Want(204)
		require.Equal(t, []any{"bob", "eve"}, typists(ann, group), "it may begin again at once")
	})
	s.Run(t, "CH-703 a refused message does not end it", func(t *testing.T) {
		bob.Post(apitest.Messages(group), `{"body":""}`).Refused(400, "CHAT_EMPTY_MESSAGE")
		require.Contains(t, typists(ann, group), "bob")
	})
	s.Run(t, "CH-703 leaving and removal end it, for good", func(t *testing.T) {
		bob.Delete(apitest.Members(group, "bob")).Want(204)
		ann.Delete(apitest.Members(group, "eve")).Want(204)
		require.Empty(t, typists(ann, group))
		ann.Add(group, bob, eve)
		require.Empty(t, typists(ann, group), "a new member has not typed")
	})
	s.Run(t, "CH-700 in a dm and in a room", func(t *testing.T) {
		dm, room := ann.DM("bob"), ann.Room("r")
		for _, c := range []string{dm, room} {
			ann.Post(typing(c), nil).Want(204)
		}
		require.Equal(t, []any{"ann"}, typists(bob, dm))
		bob.Post(apitest.Members(room), `{"user_id":"bob"}`).Want(201)
		require.Equal(t, []any{"ann"}, typists(bob, room))
	})
	s.Run(t, "CH-023 any user id", func(t *testing.T) {
		odd := app.User(`Ümläut "7" <b> 🙂`)
		ann.Add(group, odd)
		odd.Post(typing(group), nil).Want(204)
		require.Equal(t, []any{odd.ID}, typists(ann, group))
	})
}

func TestTypingIsNeverWritten(t *testing.T) {
	s, app := open(t)
	ann, bob := app.User("ann"), app.User("bob")
	dm := ann.DM("bob")
	s.Unchanged(t, func() {
		s.Run(t, "CH-705 neither event nor row", func(t *testing.T) {
			for range 5 {
				bob.Post(typing(dm), nil).Want(204)
			}
			require.Equal(t, []any{"bob"}, typists(ann, dm))
		})
		for name, body := range map[string]any{
			"JSON": `{"user_id":"ann","typing":false}`, "no JSON": `{"`, "no text": "\x00\xff", "an array": `[]`,
			"more than any body": strings.Repeat("x", 256<<10+1), "endless": apitest.Stream(strings.NewReader(strings.Repeat("x", 1<<20))),
		} {
			s.Run(t, "CH-700 a body is ignored: "+name, func(*testing.T) {
				bob.Post(typing(dm), body).Want(204)
			})
		}
		s.Run(t, "CH-700 whatever it says it is", func(*testing.T) {
			bob.Post(typing(dm), "x", "Content-Type: text/plain", "Content-Encoding: gzip").Want(204)
		})
	})
}

func TestWhoSeesTyping(t *testing.T) {
	s, app := open(t)
	ann, eve := app.User("ann"), app.User("eve")
	group, room := ann.Group("g"), ann.Room("r")
	ann.Post(typing(group), nil).Want(204)
	both := func(u *apitest.User, channel string, status int, code string) {
		u.Get(typing(channel)).Refused(status, code)
		u.Post(typing(channel), nil).Refused(status, code)
	}
	s.Unchanged(t, func() {
		s.Run(t, "CH-704 RS-049 no member", func(*testing.T) {
			both(eve, group, 403, "CHAT_NOT_MEMBER")
			both(eve, room, 403, "CHAT_NOT_MEMBER")
		})
		s.Run(t, "CH-131 RS-049 no such channel", func(*testing.T) { both(ann, "77", 404, "CHAT_CHANNEL_NOT_FOUND") })
		s.Run(t, "CH-025 no id", func(*testing.T) { both(ann, "x", 404, "CHAT_CHANNEL_NOT_FOUND") })
		s.Run(t, "CH-002 no token", func(*testing.T) { both(s.Anybody(), group, 401, "AUTH_MISSING_TOKEN") })
		s.Run(t, "CH-017 another method", func(*testing.T) {
			ann.Put(typing(group), nil).Refused(405, "METHOD_NOT_ALLOWED")
			ann.Delete(typing(group)).Refused(405, "METHOD_NOT_ALLOWED")
		})
		s.Run(t, "CH-028 no position", func(*testing.T) {
			ann.Get(typing(group), "Parley-Min-Position: x").Refused(400, "INVALID_REQUEST")
		})
	})
	s.Run(t, "CH-007 RS-049 another app", func(*testing.T) { both(s.App("other").User("ann"), group, 404, "CHAT_CHANNEL_NOT_FOUND") })
	s.Run(t, "CH-704 RS-049 nobody sees what was refused, and who has left sees nothing", func(t *testing.T) {
		bob := app.User("bob")
		ann.Add(group, bob)
		require.Equal(t, []any{"ann"}, typists(bob, group))
		ann.Delete(apitest.Members(group, "bob")).Want(204)
		both(bob, group, 403, "CHAT_NOT_MEMBER")
		require.Empty(t, typists(ann, group))
	})
}

func TestTypingOnTwoNodes(t *testing.T) {
	nodes := apitest.Nodes(t, 2)
	s := nodes[0]
	app := s.App("demo")
	ann, bob := app.User("ann").On(nodes[1]), app.User("bob")
	group := ann.Group("g")
	ann.Add(group, bob)
	// seen waits until ann, on the other node, sees who types.
	seen := func(t *testing.T, user string) {
		t.Helper()
		require.Eventually(t, func() bool { return slices.Contains(typists(ann, group), any(user)) }, apitest.Patience, time.Millisecond)
	}
	s.Run(t, "CH-700 CH-705 passed on", func(t *testing.T) {
		bob.Post(typing(group), nil).Want(204)
		seen(t, "bob")
	})
	s.Run(t, "CH-703 a message ends it on every node, when it is answered", func(t *testing.T) {
		bob.Send(group, "x")
		require.Empty(t, typists(ann, group))
	})
	s.Run(t, "CH-703 sent through the other node", func(t *testing.T) {
		for range 5 {
			for _, n := range nodes {
				n.Clock.Advance(time.Minute)
			}
			bob.Post(typing(group), nil).Want(204)
			bob.On(nodes[1]).Send(group, "x")
			require.Empty(t, typists(ann, group))
			require.Empty(t, typists(ann.On(s), group))
		}
	})
	s.Run(t, "CH-703 removal through the other node", func(t *testing.T) {
		for _, n := range nodes {
			n.Clock.Advance(time.Minute)
		}
		bob.Post(typing(group), nil).Want(204)
		ann.Delete(apitest.Members(group, "bob")).Want(204)
		require.Empty(t, typists(ann, group))
		require.Empty(t, typists(ann.On(s), group))
		bob.Do(http.MethodPost, typing(group), nil).Refused(403, "CHAT_NOT_MEMBER")
	})
	s.Run(t, "CH-702 it ends by itself on the other node", func(t *testing.T) {
		ann.Add(group, bob)
		for _, n := range nodes {
			n.Clock.Advance(time.Minute)
		}
		bob.Post(typing(group), nil).Want(204)
		seen(t, "bob")
		nodes[1].Clock.Advance(6 * time.Second)
		require.Empty(t, typists(ann, group))
	})
}

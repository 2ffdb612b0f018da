package native_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestDirectMessageChannels(t *testing.T) {
	s, app := open(t)
	ann, bob := app.User("ann", "Ann"), app.User("bob", "Bob")
	bob.Get(channels).Want(200)
	created := ann.Post(channels, `{"type":"dm","user_id":"bob"}`).Want(201)
	dm := created.Text("id")
	s.Run(t, "CH-110 the channel of both", func(t *testing.T) {
		require.Equal(t, "dm", created.Text("type"))
		require.InDelta(t, s.Clock.Now().Unix(), created.Number("created_at"), 3)
		for _, u := range []*apitest.User{ann, bob} {
			require.Contains(t, u.Get(channels).Want(200).Texts("id"), dm)
			require.Equal(t, 2, u.Get(apitest.Members(dm)).Want(200).Len())
		}
	})
	s.Run(t, "CH-101 each side sees the other", func(t *testing.T) {
		for _, tt := range []struct {
			by       *apitest.User
			id, name string
		}{{ann, "bob", "Bob"}, {bob, "ann", "Ann"}} {
			for _, a := range []struct {
				a    *apitest.Answer
				path []any
			}{{tt.by.Get(channels), []any{0}}, {tt.by.Get(apitest.Channel(dm)), nil}} {
				at := func(name string) any { return a.a.Want(200).At(append(a.path, name)...) }
				require.Empty(t, at("name"))
				require.Nil(t, at("owner_id"))
				require.Equal(t, tt.id, at("other_user_id"))
				require.Equal(t, tt.name, at("other_user_name"))
			}
		}
		require.Equal(t, "bob", created.Text("other_user_id"))
		require.Equal(t, "Bob", created.Text("other_user_name"))
		require.Nil(t, created.At("owner_id"))
	})
	s.Run(t, "CH-111 again, from either side", func(t *testing.T) {
		require.Equal(t, dm, ann.Post(channels, `{"type":"dm","user_id":"bob"}`).Want(200).Text("id"))
		again := bob.Post(channels, `{"type":"dm","user_id":"ann","name":"ignored"}`).Want(200)
		require.Equal(t, dm, again.Text("id"))
		require.Equal(t, "ann", again.Text("other_user_id"))
		require.Equal(t, 1, ann.Get(channels).Len())
	})
	s.Run(t, "CH-011 a user id may be an integer", func(t *testing.T) {
		a := ann.Post(channels, `{"type":"dm","user_id":9007199254740993}`).Want(201)
		require.Equal(t, "9007199254740993", a.Text("other_user_id"))
		require.Equal(t, a.Text("id"), ann.DM("9007199254740993"))
		require.Equal(t, "123456789012345678901234567890",
			ann.Post(channels, `{"type":"dm","user_id":123456789012345678901234567890}`).Want(201).Text("other_user_id"))
	})
	s.Unchanged(t, func() {
		s.Run(t, "CH-112 RS-043 with oneself", func(*testing.T) {
			ann.Post(channels, `{"type":"dm","user_id":"ann"}`).Refused(400, "CHAT_CANNOT_DM_SELF")
		})
		s.Run(t, "CH-114 RS-043 with nobody", func(*testing.T) {
			ann.Post(channels, `{"type":"dm"}`).Refused(400, "INVALID_REQUEST")
			ann.Post(channels, `{"type":"dm","user_id":""}`).Refused(400, "INVALID_REQUEST")
			ann.Post(channels, `{"type":"dm","User_id":"bob"}`).Refused(400, "INVALID_REQUEST")
		})
		s.Run(t, "CH-122 RS-043 unknown types", func(*testing.T) {
			for _, body := range []string{
				`{}`, `{"type":""}`, `{"type":"DM","user_id":"x"}`, `{"type":"stream","name":"x"}`, `{"type":"channel","name":"x"}`,
				`{"type":"group ","name":"x"}`, `{"name":"x"}`, `{"user_id":"x"}`,
			} {
				ann.Post(channels, body).Refused(400, "INVALID_REQUEST")
			}
		})
	})
}

func TestFiftyCreationsOfOneDM(t *testing.T) {
	_, app := open(t)
	ann, bob := app.User("ann", "Ann"), app.User("bob", "Bob")
	answers := make([]*apitest.Answer, 50)
	var all sync.WaitGroup
	for i := range answers {
		by, other := ann, "bob"
		if i%2 == 1 {
			by, other = bob, "ann"
		}
		all.Go(func() { answers[i] = by.Post(channels, map[string]string{"type": "dm", "user_id": other}) })
	}
	all.Wait()
	t.Run("CH-111 RS-106 racing creations yield one channel", func(t *testing.T) {
		created, ids := 0, map[string]bool{}
		for _, a := range answers {
			require.Contains(t, []int{200, 201}, a.Status, a)
			if a.Status == 201 {
				created++
			}
			ids[a.Text("id")] = true
		}
		require.Equal(t, 1, created)
		require.Len(t, ids, 1)
		require.Equal(t, 1, ann.Get(channels).Len())
		require.Equal(t, 1, bob.Get(channels).Len())
	})
}

func TestGroupsAndRooms(t *testing.T) {
	s, app := open(t)
	ann, bob := app.User("ann", "Ann"), app.User("bob")
	for row, kind := range map[string]string{"CH-120": "group", "CH-121": "room"} {
		s.Run(t, row+" RS-041 create a "+kind, func(t *testing.T) {
			a := ann.Post(channels, map[string]any{
				"type": kind, "name": "Plans", "id": "1", "owner_id": "bob", "created_at": 1, "members": []string{"bob"}, "user_id": 7,
			}).Want(201)
			require.Equal(t, kind, a.Text("type"))
			require.Equal(t, "Plans", a.Text("name"))
			require.Equal(t, "ann", a.Text("owner_id"))
			require.NotEqual(t, "1", a.Text("id"))
			require.Regexp(t, `^[1-9][0-9]{0,18}$`, a.Text("id"))
			require.InDelta(t, s.Clock.Now().Unix(), a.Number("created_at"), 3)
			members := ann.Get(apitest.Members(a.Text("id"))).Want(200)
			require.Equal(t, []string{"ann"}, members.Texts("user_id"))
			require.Equal(t, "owner", members.Text(0, "role"))
			require.Equal(t, "Ann", members.Text(0, "display_name"))
			got := ann.Get(apitest.Channel(a.Text("id"))).Want(200)
			require.JSONEq(t, string(a.Body), string(got.Body))
			require.Contains(t, ann.Get(channels).Texts("id"), a.Text("id"))
			require.NotContains(t, bob.Get(channels).Texts("id"), a.Text("id"))
		})
	}
	for name, text := range map[string]string{
		"one character": "x", "100 characters": strings.Repeat("é", 100), "emoji": "👩‍👩‍👧 plans", "right to left": "שלום",
		"markup": `<b>"&amp;"</b>`, "number": "42", "inner blanks": "a  b",
	} {
		s.Run(t, "CH-123 a name of "+name, func(t *testing.T) {
			require.Equal(t, text, ann.Get(apitest.Channel(ann.Group(text))).Want(200).Text("name"))
		})
	}
	s.Run(t, "CH-123 the name is trimmed", func(t *testing.T) {
		a := ann.Post(channels, map[string]string{"type": "group", "name": " \t\n\u00a0\u3000" + strings.Repeat("x", 100) + "\u2003\r\n"}).Want(201)
		require.Equal(t, strings.Repeat("x", 100), a.Text("name"))
		require.Equal(t, strings.Repeat("x", 100), ann.Get(apitest.Channel(a.Text("id"))).Text("name"))
	})
	s.Run(t, "CH-123 names need not be unique", func(t *testing.T) { require.NotEqual(t, ann.Room("same"), ann.Room("same")) })
	s.Unchanged(t, func() {
		s.Run(t, "CH-123 names that are none", func(*testing.T) {
			for _, kind := range []string{"group", "room"} {
				for _, name := range []any{"", " ", "\t\u3000\n", strings.Repeat("é", 101), nil} {
					ann.Post(channels, map[string]any{"type": kind, "name": name}).Refused(400, "CHAT_INVALID_NAME")
				}
				ann.Post(channels, map[string]any{"type": kind}).Refused(400, "CHAT_INVALID_NAME")
			}
		})
	})
}

func TestSeeingChannels(t *testing.T) {
	s, app := open(t)
	ann, bob, eve := app.User("ann"), app.User("bob"), app.User("eve")
	group, room, dm := ann.Group("g"), ann.Room("r"), ann.DM("bob")
	s.Run(t, "CH-130 a member", func(t *testing.T) {
		for _, id := range []string{group, room, dm} {
			a := ann.Get(apitest.Channel(id)).Want(200)
			require.Equal(t, id, a.Text("id"))
			for _, field := range []string{"type", "name", "owner_id", "created_at", "unread_count", "hidden"} {
				a.At(field)
			}
		}
	})
	s.Unchanged(t, func() {
		s.Run(t, "CH-131 an unknown channel, on every path", func(*testing.T) {
			refusedOnEveryPath(ann, "77", 404, "CHAT_CHANNEL_NOT_FOUND")
			refusedOnEveryPath(ann, "9223372036854775807", 404, "CHAT_CHANNEL_NOT_FOUND")
		})
		s.Run(t, "CH-132 a non-member of a group or dm", func(*testing.T) {
			eve.Get(apitest.Channel(group)).Refused(403, "CHAT_NOT_MEMBER")
			eve.Get(apitest.Channel(dm)).Refused(403, "CHAT_NOT_MEMBER")
			bob.Get(apitest.Channel(group)).Refused(403, "CHAT_NOT_MEMBER")
		})
	})
	s.Run(t, "CH-133 RS-044 anybody sees a room, and only that", func(t *testing.T) {
		a := eve.Get(apitest.Channel(room)).Want(200)
		require.Equal(t, "r", a.Text("name"))
		require.Zero(t, a.Number("unread_count"))
		require.Empty(t, eve.Get(channels).Want(200).Texts("id"))
	})
	s.Run(t, "CH-100 a bare array of the own channels", func(t *testing.T) {
		require.ElementsMatch(t, []string{group, room, dm}, ann.Get(channels).Want(200).Texts("id"))
		require.Equal(t, []string{dm}, bob.Get(channels).Want(200).Texts("id"))
		bob.Send(dm, "one")
		bob.Send(dm, "two")
		list := ann.Get(channels).Want(200)
		require.Equal(t, dm, list.Text(0, "id"), "the latest activity is first")
		require.Equal(t, int64(2), list.Number(0, "unread_count"))
		require.Equal(t, int64(0), list.Number(1, "unread_count"))
		require.Equal(t, int64(0), bob.Get(channels).Number(0, "unread_count"))
	})
}

// refusedOnEveryPath asks for everything below a channel.
func refusedOnEveryPath(u *apitest.User, channel string, status int, code string) {
	for _, user := range []string{"ann", "bob"} {
		p := place{u, map[string]string{":channel": channel, ":message": "78", ":user": user, ":emote": "x", ":attachment": "1"}}
		for name := range routes {
			if below(name) {
				p.call(u, name).Refused(status, code)
			}
		}
	}
}

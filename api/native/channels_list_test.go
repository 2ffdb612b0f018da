package native_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

// hidden is the path of a channel's flag.
func hidden(channel string) string { return apitest.Channel(channel) + "/hidden" }

func hide(u *apitest.User, channel string, hide bool) {
	u.Put(hidden(channel), map[string]bool{"hidden": hide}).Want(204)
}

func TestHidingChannels(t *testing.T) {
	s, app := open(t)
	ann, bob, eve := app.User("ann"), app.User("bob"), app.User("eve")
	group, room, dm := ann.Group("g"), ann.Room("r"), ann.DM("bob")
	ann.Add(group, bob)
	ann.Add(room, bob)
	list := func(query string) []string { return bob.Get(channels + query).Want(200).Texts("id") }
	s.Run(t, "CH-150 it leaves the list of who hides it", func(t *testing.T) {
		for _, c := range []string{group, room, dm} {
			hide(bob, c, true)
			require.Equal(t, true, bob.Get(apitest.Channel(c)).At("hidden"))
			require.Equal(t, false, ann.Get(apitest.Channel(c)).At("hidden"))
		}
		require.Empty(t, list(""))
		require.Empty(t, list("?include_hidden=false"))
		require.ElementsMatch(t, []string{group, room, dm}, ann.Get(channels).Texts("id"), "nobody else is affected")
	})
	s.Run(t, "CH-102 include_hidden=true lists it", func(t *testing.T) {
		all := bob.Get(channels + "?include_hidden=true").Want(200)
		require.ElementsMatch(t, []string{group, room, dm}, all.Texts("id"))
		for i := range all.Len() {
			require.Equal(t, true, all.At(i, "hidden"))
		}
	})
	s.Unchanged(t, func() {
		s.Run(t, "CH-150 hiding a hidden group is nothing", func(*testing.T) {
			require.NotEmpty(t, bob.Put(hidden(group), `{"hidden":true}`).Want(204).Position())
			hide(ann, group, false)
		})
		s.Run(t, "CH-102 other values", func(*testing.T) {
			for _, v := range []string{"", "TRUE", "True", "1", "0", "yes", "null", "true%20", "true%00", "tru", "false,true"} {
				bob.Get(channels+"?include_hidden="+v).Refused(400, "INVALID_REQUEST")
			}
		})
		s.Run(t, "CH-150 a flag that is none", func(*testing.T) {
			for _, body := range []string{
				`{}`, `{"hidden":null}`, `{"hidden":"true"}`, `{"hidden":1}`, `{"hidden":[true]}`, `{"Hidden":true}`, `[]`, `{`, ``, `true`,
			} {
				bob.Put(hidden(group), body).Refused(400, "INVALID_REQUEST")
			}
		})
		s.Run(t, "CH-026 what is not one's own, before the body", func(*testing.T) {
			eve.Put(hidden(group), `{`).Refused(403, "CHAT_NOT_MEMBER")
			eve.Put(hidden(room), `{"hidden":true}`).Refused(403, "CHAT_NOT_MEMBER")
			eve.Put(hidden(dm), `{"hidden":true}`).Refused(403, "CHAT_NOT_MEMBER")
			ann.Put(hidden("77"), `{`).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
		})
	})
	s.Run(t, "CH-151 a message brings back a dm, nothing else", func(t *testing.T) {
		for _, c := range []string{group, room, dm} {
			s.Clock.Advance(time.Second)
			ann.Send(c, "x")
		}
		require.Equal(t, []string{dm}, list(""))
		require.Equal(t, []string{dm, room, group}, list("?include_hidden=true"))
		require.Equal(t, false, bob.Get(apitest.Channel(dm)).At("hidden"))
		require.Equal(t, int64(1), bob.Get(channels).Number(0, "unread_count"))
	})
	s.Run(t, "CH-151 it can be hidden again, until the next message", func(t *testing.T) {
		hide(bob, dm, true)
		require.Empty(t, list(""))
		bob.Send(dm, "y")
		require.Equal(t, []string{dm}, list(""))
	})
	s.Run(t, "CH-150 false brings it back", func(t *testing.T) {
		hide(bob, group, false)
		require.Equal(t, []string{dm, group}, list(""))
	})
	s.Run(t, "CH-111 asking for a hidden dm brings it back, for who asks", func(t *testing.T) {
		hide(ann, dm, true)
		hide(bob, dm, true)
		again := ann.Post(channels, `{"type":"dm","user_id":"bob"}`).Want(200)
		require.Equal(t, dm, again.Text("id"))
		require.Equal(t, false, again.At("hidden"))
		require.Contains(t, ann.Get(channels).Texts("id"), dm)
		require.NotContains(t, list(""), dm)
	})
	s.Run(t, "CH-113 RS-046 a block leaves it hidden", func(t *testing.T) {
		ann.Put(apitest.Block("bob"), nil).Want(204)
		s.Unchanged(t, func() {
			bob.Post(channels, `{"type":"dm","user_id":"ann"}`).Refused(403, "CHAT_DM_BLOCKED_USER")
			bob.Post(apitest.Messages(dm), `{"body":"x"}`).Refused(403, "CHAT_DM_BLOCKED_USER")
		})
		require.NotContains(t, list(""), dm)
	})
	s.Run(t, "CH-150 CH-226 who joins anew has hidden nothing", func(t *testing.T) {
		bob.Delete(apitest.Members(room, "bob")).Want(204)
		bob.Post(apitest.Members(room), `{"user_id":"bob"}`).Want(201)
		require.Contains(t, list(""), room)
		hide(bob, room, true)
		require.NotContains(t, list(""), room)
	})
}

func TestTheOrderOfTheList(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	tick := func() { s.Clock.Advance(time.Second) }
	var newest []string
	for i := range 12 {
		tick()
		newest = append([]string{ann.Group(fmt.Sprint(i))}, newest...)
	}
	raise := func(i int) {
		tick()
		ann.Send(newest[i], "x")
		newest = append([]string{newest[i]}, slices.Delete(slices.Clone(newest), i, i+1)...)
	}
	list := func(query string) []string { return ann.Get(channels + query).Want(200).Texts("id") }
	s.Run(t, "CH-103 the latest activity first: the newest message, else the creation", func(t *testing.T) {
		require.Equal(t, newest, list(""))
		for _, i := range []int{11, 5, 7, 0, 11} {
			raise(i)
			require.Equal(t, newest, list(""))
		}
		tick()
		ann.Put(apitest.Channel(newest[4]), `{"name":"x"}`).Want(200)
		ann.Post(apitest.Members(newest[5]), `{"user_id":"bob"}`).Want(201)
		require.Equal(t, newest, list(""), "nothing but messages is activity")
	})
	for _, size := range []int{1, 5, 11, 12, 1000} {
		s.Run(t, fmt.Sprintf("CH-103 pages of %d", size), func(t *testing.T) {
			var walked []string
			for query := ""; ; query = "&before=" + walked[len(walked)-1] {
				page := list(fmt.Sprintf("?limit=%d%s", size, query))
				require.LessOrEqual(t, len(page), size)
				if len(page) == 0 {
					break
				}
				walked = append(walked, page...)
			}
			require.Equal(t, newest, walked)
		})
	}
	hide(ann, newest[3], true)
	s.Run(t, "CH-103 hidden channels have no place unless they are asked for", func(t *testing.T) {
		require.Equal(t, newest[4:6], list("?limit=2&before="+newest[2]))
		require.Equal(t, newest[3:5], list("?limit=2&include_hidden=true&before="+newest[2]))
		require.Equal(t, newest[4:6], list("?limit=2&include_hidden=true&before="+newest[3]))
		ann.Get(channels+"?before="+newest[3]).Refused(400, "INVALID_CURSOR")
	})
	bob := app.User("bob")
	foreign := bob.Room("r")
	other := s.App("other").User("ann").Group("g")
	s.Unchanged(t, func() {
		for name, before := range map[string]string{
			"a room that one is not in": foreign, "another app's": other, "none": "77", "a user": "ann", "empty": "", "zero": "0", "negative": "-1",
			"a zero in front": "0" + newest[0], "too large": "9223372036854775808", "a blank": newest[0] + "%20", "U+0000": newest[0] + "%00",
			"SQL": "%27%20OR%201%3D1--", "long": strings.Repeat("9", 5000),
		} {
			s.Run(t, "CH-103 RS-033 RS-074 before "+name, func(*testing.T) {
				ann.Get(channels+"?include_hidden=true&before="+before).Refused(400, "INVALID_CURSOR")
			})
		}
		for _, limit := range []string{"0", "-1", "1001", "abc", "", "1.5", "1e3", "0x10", "%2B5", "99999999999999999999", "%D9%A1", "5%00"} {
			s.Run(t, "CH-103 RS-073 limit "+limit, func(*testing.T) {
				ann.Get(channels+"?limit="+limit).Refused(400, "INVALID_LIMIT")
				ann.Get(channels+"?scope=public&limit="+limit).Refused(400, "INVALID_LIMIT")
			})
		}
		s.Run(t, "CH-100 RS-044 filters of others are ignored", func(t *testing.T) {
			for _, query := range []string{"?user_id=bob", "?owner_id=bob&type=room", "?member=bob", "?app=other", "?user_id[]=bob", "?all=true"} {
				require.Equal(t, list(""), list(query))
			}
		})
	})
	s.Run(t, "CH-103 a channel that was left has no place", func(*testing.T) {
		bob.Get(channels+"?before="+newest[7]).Refused(400, "INVALID_CURSOR")
		ann.Add(newest[6], bob)
		bob.Get(channels + "?before=" + newest[6]).Want(200)
		bob.Delete(apitest.Members(newest[6], "bob")).Want(204)
		bob.Get(channels+"?before="+newest[6]).Refused(400, "INVALID_CURSOR")
	})
}

func TestPublicRooms(t *testing.T) {
	s, app := open(t)
	ann, bob := app.User("ann"), app.User("bob")
	group, dm := ann.Group("g"), ann.DM("bob")
	var rooms []string
	for i := range 7 {
		rooms = append([]string{ann.Room(fmt.Sprint(i))}, rooms...)
	}
	bob.Post(apitest.Members(rooms[2]), `{"user_id":"bob"}`).Want(201)
	ann.Send(rooms[2], "x")
	ann.Send(rooms[5], "x")
	const public = channels + "?scope=public"
	s.Run(t, "CH-104 the rooms of the app, member or not", func(t *testing.T) {
		list := bob.Get(public).Want(200)
		require.Equal(t, rooms, list.Texts("id"), "by id descending, whatever is said in them")
		for i, room := range rooms {
			in := i == 2
			require.Equal(t, in, list.At(i, "is_member"))
			require.Equal(t, "room", list.Text(i, "type"))
			require.Equal(t, fmt.Sprint(6-i), list.Text(i, "name"))
			require.Equal(t, "ann", list.Text(i, "owner_id"))
			require.Equal(t, in, list.Number(i, "unread_count") == 1, "nothing is unread for a non-member: %s", room)
		}
		for i := range rooms {
			require.Equal(t, true, ann.Get(public).At(i, "is_member"))
		}
	})
	s.Run(t, "CH-104 no groups and dms, even one's own", func(t *testing.T) {
		ids := ann.Get(public + "&include_hidden=true").Want(200).Texts("id")
		require.NotContains(t, ids, group)
		require.NotContains(t, ids, dm)
	})
	s.Run(t, "CH-104 hidden rooms are listed and say so", func(t *testing.T) {
		hide(bob, rooms[2], true)
		list := bob.Get(public).Want(200)
		require.Equal(t, rooms, list.Texts("id"))
		require.Equal(t, true, list.At(2, "hidden"))
		require.Equal(t, false, ann.Get(public).At(2, "hidden"))
	})
	s.Run(t, "CH-104 pages", func(t *testing.T) {
		for query, want := range map[string][]string{
			"&limit=3":                             rooms[:3],
			"&limit=3&before=" + rooms[2]:          rooms[3:6],
			"&before=" + rooms[6]:                  {},
			"&before=1":                            {},
			"&limit=2&before=9223372036854775807":  rooms[:2],
			"&limit=2&before=" + between(rooms[1]): rooms[1:3],
		} {
			require.Equal(t, want, bob.Get(public+query).Want(200).Texts("id"), query)
		}
		for _, before := range []string{"", "0", "-1", "x", "9223372036854775808", "01"} {
			bob.Get(public+"&before="+before).Refused(400, "INVALID_CURSOR")
		}
	})
	s.Run(t, "CH-104 CH-007 another app has rooms of its own", func(t *testing.T) {
		stranger := s.App("other").User("ann")
		require.Empty(t, stranger.Get(public).Want(200).Texts("id"))
		own := stranger.Room("r")
		require.Equal(t, []string{own}, stranger.Get(public+"&before=9223372036854775807").Texts("id"))
	})
	s.Unchanged(t, func() {
		s.Run(t, "CH-104 other scopes", func(*testing.T) {
			for _, scope := range []string{"", "mine", "PUBLIC", "public%20", "private", "public%00", "public,mine"} {
				ann.Get(channels+"?scope="+scope).Refused(400, "INVALID_REQUEST")
			}
			ann.Get(public+"&include_hidden=x").Refused(400, "INVALID_REQUEST")
		})
	})
	s.Run(t, "CH-160 a deleted room is in no list", func(t *testing.T) {
		ann.Delete(apitest.Channel(rooms[0])).Want(204)
		require.Equal(t, rooms[1:], bob.Get(public).Texts("id"))
		require.NotContains(t, ann.Get(channels+"?include_hidden=true").Texts("id"), rooms[0])
	})
}

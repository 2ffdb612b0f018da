package native_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func readPath(channel string) string { return apitest.Channel(channel) + "/read" }

func readsPath(channel string) string { return apitest.Channel(channel) + "/reads" }

func read(u *apitest.User, channel, message string) *apitest.Answer {
	return u.Post(readPath(channel), map[string]string{"last_read_message_id": message})
}

func unread(u *apitest.User, channel string) int64 {
	return u.Get(apitest.Channel(channel)).Want(200).Number("unread_count")
}

func TestReadingMovesTheCursor(t *testing.T) {
	s, app := open(t)
	ann, bob, eve := app.User("ann"), app.User("bob"), app.User("eve")
	group, dm, room := ann.Group("g"), ann.DM("bob"), ann.Room("r")
	ann.Add(group, bob)
	ids := make([]string, 5)
	for i := range ids {
		ids[i] = ann.Send(group, "x")
	}
	direct, other := ann.Send(dm, "x"), ann.Send(room, "x")
	var moved *apitest.Answer
	s.Run(t, "CH-600 forward", func(t *testing.T) {
		s.Clock.Advance(time.Minute)
		moved = read(bob, group, ids[2]).Want(200)
		require.Equal(t, group, moved.Text("channel_id"))
		require.Equal(t, ids[2], moved.Text("last_read_message_id"))
		require.InDelta(t, s.Clock.Now().Unix(), moved.Number("updated_at"), 3)
		require.NotEmpty(t, moved.Position())
		require.Equal(t, int64(2), unread(bob, group))
		require.Equal(t, int64(1), unread(bob, dm), "other channels are others")
	})
	s.Run(t, "CH-011 an integer", func(t *testing.T) {
		require.Equal(t, direct, bob.Post(readPath(dm), `{"last_read_message_id":`+direct+`}`).Want(200).Text("last_read_message_id"))
	})
	s.Run(t, "CH-601 RS-048 back, or the same: as it stands", func(t *testing.T) {
		s.Clock.Advance(time.Minute)
		s.Unchanged(t, func() {
			for _, id := range []string{ids[0], ids[1], ids[2]} {
				require.JSONEq(t, string(moved.Body), string(read(bob, group, id).Want(200).Body))
			}
		})
		require.Equal(t, int64(2), unread(bob, group))
	})
	s.Run(t, "CH-601 CH-612 one's own message has moved it", func(t *testing.T) {
		own := bob.Send(group, "mine")
		sent := bob.Get(apitest.Messages(group, own)).Number("created_at")
		for _, id := range []string{ids[1], ids[4]} {
			a := read(bob, group, id).Want(200)
			require.Equal(t, own, a.Text("last_read_message_id"))
			require.Equal(t, sent, a.Number("updated_at"))
		}
		require.Zero(t, unread(bob, group))
	})
	s.Unchanged(t, func() {
		s.Run(t, "CH-602 RS-038 RS-048 no message of this channel", func(*testing.T) {
			for _, id := range []string{"1", "9223372036854775807", direct, other, group} {
				read(ann, group, id).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
			}
		})
		for name, body := range map[string]string{
			"missing": `{}`, "null": `{"last_read_message_id":null}`, "empty": `{"last_read_message_id":""}`, "zero": `{"last_read_message_id":0}`,
			"text zero": `{"last_read_message_id":"0"}`, "negative": `{"last_read_message_id":-1}`, "fraction": `{"last_read_message_id":1.5}`,
			"exponent": `{"last_read_message_id":1e3}`, "2^63": `{"last_read_message_id":9223372036854775808}`, "words": `{"last_read_message_id":"latest"}`,
			"blank around": `{"last_read_message_id":" 1"}`, "leading zero": `{"last_read_message_id":"01"}`, "list": `{"last_read_message_id":["1"]}`,
			"true": `{"last_read_message_id":true}`, "U+0000": `{"last_read_message_id":"1\u0000"}`, "other case": `{"Last_read_message_id":"1"}`,
			"no object": `["1"]`, "cut": `{"last_read_message_id":"1"`, "nothing": ``,
		} {
			s.Run(t, "CH-602 CH-022 "+name, func(*testing.T) { ann.Post(readPath(group), body).Refused(400, "INVALID_REQUEST") })
		}
		s.Run(t, "CH-603 RS-035 not a member", func(*testing.T) {
			for c, id := range map[string]string{group: ids[0], dm: direct, room: other} {
				read(eve, c, id).Refused(403, "CHAT_NOT_MEMBER")
				eve.Get(readsPath(c)).Refused(403, "CHAT_NOT_MEMBER")
			}
		})
		s.Run(t, "CH-026 token, size, channel, membership, body, message", func(*testing.T) {
			huge := strings.Repeat("x", 256<<10+1)
			s.Anybody().Post(readPath(group), huge).Refused(401, "AUTH_MISSING_TOKEN")
			eve.Post(readPath("77"), huge).Refused(413, "BODY_TOO_LARGE")
			ann.Post(readPath("77"), `{`).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			ann.Post(readPath("lobby"), `{"last_read_message_id":"1"}`).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			eve.Post(readPath(group), `{`).Refused(403, "CHAT_NOT_MEMBER")
		})
	})
	s.Run(t, "CH-602 RS-048 RS-103 up to a deleted message", func(t *testing.T) {
		last := ann.Send(group, "soon gone")
		gone(t, s, app, group, last)
		require.Equal(t, last, read(bob, group, last).Want(200).Text("last_read_message_id"))
		require.Zero(t, unread(bob, group))
	})
}

func TestTheCursorOfOnesOwnMessageOnAnotherNode(t *testing.T) {
	nodes := apitest.Nodes(t, 2)
	app := nodes[0].App("demo")
	ann, bob := app.User("ann"), app.User("bob")
	group := ann.Group("g")
	ann.Add(group, bob)
	first := ann.Send(group, "x")
	read(bob, group, first).Want(200)
	t.Run("CH-601 counts at once", func(t *testing.T) {
		for range 10 {
			own := bob.On(nodes[1]).Send(group, "mine")
			require.Equal(t, own, read(bob, group, first).Want(200).Text("last_read_message_id"))
		}
	})
}

func TestUnreadCounts(t *testing.T) {
	s, app := open(t)
	ann, bob, cy := app.User("ann"), app.User("bob"), app.User("cy")
	group := ann.Group("g")
	s.Run(t, "CH-611 creating, being added and joining start at 0", func(t *testing.T) {
		require.Zero(t, unread(ann, group))
		ann.Send(group, "before")
		ann.Add(group, bob)
		require.Zero(t, unread(bob, group))
		room := ann.Room("r")
		ann.Send(room, "before")
		cy.Post(apitest.Members(room), `{"user_id":"cy"}`).Want(201)
		require.Zero(t, unread(cy, room))
		require.Zero(t, unread(ann, room))
	})
	s.Run(t, "CH-611 both users of a dm start at nothing", func(t *testing.T) {
		dm := ann.DM("bob")
		ann.Send(dm, "one")
		require.Equal(t, int64(1), unread(bob, dm))
		require.Zero(t, unread(ann, dm))
		bob.Send(dm, "two")
		require.Equal(t, int64(1), unread(ann, dm))
		require.Zero(t, unread(bob, dm))
	})
	ids := make([]string, 4)
	s.Run(t, "CH-610 those of others after the cursor", func(t *testing.T) {
		for i := range ids {
			ids[i] = ann.Send(group, "x")
		}
		require.Equal(t, int64(4), unread(bob, group))
		require.Zero(t, unread(ann, group))
		require.Equal(t, int64(4), bob.Get(channels).Number(0, "unread_count"))
	})
	s.Run(t, "CH-613 a deletion lowers the count by one, of those who have not read it", func(t *testing.T) {
		gone(t, s, app, group, ids[2])
		require.Equal(t, int64(3), unread(bob, group))
		require.Zero(t, unread(ann, group))
		read(bob, group, ids[2]).Want(200)
		require.Equal(t, int64(1), unread(bob, group))
		gone(t, s, app, group, ids[0])
		require.Equal(t, int64(1), unread(bob, group), "it was read")
		gone(t, s, app, group, ids[3])
		require.Zero(t, unread(bob, group))
	})
	s.Run(t, "CH-612 one's own deleted message was never unread", func(t *testing.T) {
		own := bob.Send(group, "mine")
		ann.Send(group, "y")
		gone(t, s, app, group, own)
		require.Equal(t, int64(1), unread(bob, group))
		require.Zero(t, unread(ann, group))
	})
	s.Run(t, "CH-611 who comes back starts anew, whatever it sent before", func(t *testing.T) {
		bob.Delete(apitest.Members(group, "bob")).Want(204)
		ann.Send(group, "meanwhile")
		ann.Add(group, bob)
		require.Zero(t, unread(bob, group))
		ann.Send(group, "after")
		require.Equal(t, int64(1), unread(bob, group))
	})
}

// TestUnreadCountsOfABusyChannel has everything happen at once; in the end the
// counts are those of the history.
func TestUnreadCountsOfABusyChannel(t *testing.T) {
	s, app := open(t)
	owner := app.User("owner")
	room := owner.Room("r")
	users := make([]*apitest.User, 6)
	for i := range users {
		users[i] = app.User(fmt.Sprint("u", i))
		users[i].Post(apitest.Members(room), map[string]string{"user_id": users[i].ID}).Want(201)
	}
	var all sync.WaitGroup
	for i, u := range users {
		all.Go(func() {
			for n := range 25 {
				a := u.Post(apitest.Messages(room), `{"body":"x"}`)
				if n%7 == 3 {
					u.Delete(apitest.Members(room, u.ID))
					u.Post(apitest.Members(room), map[string]string{"user_id": u.ID})
				}
				if n%3 == i%3 {
					read(u, room, a.Text("id"))
				}
				if count := u.Get(apitest.Channel(room)).Number("unread_count"); count < 0 {
					t.Errorf("%s has %d unread", u.ID, count)
				}
			}
		})
	}
	for range 100 {
		owner.Send(room, "y")
	}
	all.Wait()
	s.Run(t, "CH-614 exact after concurrent sends, reads and joins", func(t *testing.T) {
		reads := owner.Get(readsPath(room)).Want(200)
		for i := range reads.Len("reads") {
			u := app.User(reads.Text("reads", i, "user_id"))
			want := int64(0)
			after := reads.Text("reads", i, "last_read_message_id")
			for more := true; more; {
				page := owner.Get(apitest.Messages(room) + "?limit=100&after=" + after).Want(200)
				for j := range page.Len("messages") {
					after = page.Text("messages", j, "id")
					if page.Text("messages", j, "sender_id") != u.ID {
						want++
					}
				}
				more = page.At("has_more") == true
			}
			require.Equal(t, want, unread(u, room), u.ID)
		}
	})
}

func TestListingReads(t *testing.T) {
	s, app := open(t)
	ann, bob, cy := app.User("ann"), app.User("bob"), app.User("cy")
	group := ann.Group("g")
	ann.Add(group, cy, bob)
	s.Run(t, "CH-604 null for who has read nothing", func(t *testing.T) {
		require.JSONEq(t, `{"reads":[{"user_id":"ann","last_read_message_id":null,"updated_at":null},
			{"user_id":"bob","last_read_message_id":null,"updated_at":null},
			{"user_id":"cy","last_read_message_id":null,"updated_at":null}],"has_more":false}`, string(bob.Get(readsPath(group)).Want(200).Body))
	})
	one, two := ann.Send(group, "x"), ann.Send(group, "y")
	at := read(bob, group, one).Want(200).Number("updated_at")
	s.Run(t, "CH-604 each member, by user id", func(t *testing.T) {
		a := cy.Get(readsPath(group)).Want(200)
		require.Equal(t, []string{"ann", "bob", "cy"}, a.Texts("user_id", "reads"))
		require.Equal(t, two, a.Text("reads", 0, "last_read_message_id"))
		require.Equal(t, one, a.Text("reads", 1, "last_read_message_id"))
		require.Equal(t, at, a.Number("reads", 1, "updated_at"))
		require.Nil(t, a.At("reads", 2, "last_read_message_id"))
	})
	s.Run(t, "CH-604 pages", func(t *testing.T) {
		a := ann.Get(readsPath(group) + "?limit=2").Want(200)
		require.Equal(t, []string{"ann", "bob"}, a.Texts("user_id", "reads"))
		require.Equal(t, true, a.At("has_more"))
		a = ann.Get(readsPath(group) + "?limit=2&after=bob").Want(200)
		require.Equal(t, []string{"cy"}, a.Texts("user_id", "reads"))
		require.Equal(t, false, a.At("has_more"))
		require.Equal(t, []string{"bob", "cy"}, ann.Get(readsPath(group)+"?after=annie").Want(200).Texts("user_id", "reads"))
		require.Zero(t, ann.Get(readsPath(group)+"?after=zoe").Want(200).Len("reads"))
	})
	s.Run(t, "CH-604 members only", func(t *testing.T) {
		bob.Delete(apitest.Members(group, "bob")).Want(204)
		require.Equal(t, []string{"ann", "cy"}, ann.Get(readsPath(group)).Want(200).Texts("user_id", "reads"))
		bob.Get(readsPath(group)).Refused(403, "CHAT_NOT_MEMBER")
		ann.Add(group, bob)
		require.Equal(t, two, ann.Get(readsPath(group)).Text("reads", 1, "last_read_message_id"), "back at the newest")
	})
	for _, limit := range []string{"0", "-1", "1001", "abc", "", "1.5", "99999999999999999999"} {
		s.Run(t, "CH-604 limit "+limit, func(*testing.T) { ann.Get(readsPath(group)+"?limit="+limit).Refused(400, "INVALID_LIMIT") })
	}
	for _, after := range []string{"", "a%2Fb", "%00", "%FF"} {
		s.Run(t, "CH-604 after "+after, func(*testing.T) { ann.Get(readsPath(group)+"?after="+after).Refused(400, "INVALID_CURSOR") })
	}
	s.Run(t, "CH-604 CH-026 channel and membership first", func(*testing.T) {
		ann.Get(readsPath("77")+"?limit=0").Refused(404, "CHAT_CHANNEL_NOT_FOUND")
		app.User("eve").Get(readsPath(group)+"?limit=0&after=").Refused(403, "CHAT_NOT_MEMBER")
	})
}

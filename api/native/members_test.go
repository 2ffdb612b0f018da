package native_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestAddingMembers(t *testing.T) {
	s, app := open(t)
	ann, bob, eve := app.User("ann"), app.User("bob", "Bob"), app.User("eve")
	bob.Get(channels).Want(200)
	group, dm := ann.Group("g"), ann.DM("bob")
	s.Run(t, "CH-210 by the owner", func(t *testing.T) {
		a := ann.Post(apitest.Members(group), `{"user_id":"bob","role":"member","joined_at":1}`).Want(201)
		require.Equal(t, "bob", a.Text("user_id"))
		require.Equal(t, "Bob", a.Text("display_name"))
		require.Equal(t, "member", a.Text("role"))
		require.InDelta(t, s.Clock.Now().Unix(), a.Number("joined_at"), 3)
		require.Contains(t, ann.Get(apitest.Members(group)).Texts("user_id"), "bob")
		require.Contains(t, bob.Get(channels).Texts("id"), group)
	})
	s.Run(t, "CH-215 the owner adds an admin", func(t *testing.T) {
		a := ann.Post(apitest.Members(group), `{"user_id":"adam","role":"admin"}`).Want(201)
		require.Equal(t, "admin", a.Text("role"))
		require.Equal(t, "adam", a.Text("display_name"))
	})
	adam := app.User("adam")
	s.Run(t, "CH-210 by an admin, the role is member unless given", func(t *testing.T) {
		require.Equal(t, "member", adam.Post(apitest.Members(group), `{"user_id":"cy"}`).Want(201).Text("role"))
		require.Equal(t, "42", adam.Post(apitest.Members(group), `{"user_id":42,"role":null}`).Want(201).Text("user_id"))
	})
	s.Unchanged(t, func() {
		s.Run(t, "CH-211 RS-039 by a plain member", func(*testing.T) {
			bob.Post(apitest.Members(group), `{"user_id":"eve"}`).Refused(403, "CHAT_NOT_ADMIN")
		})
		s.Run(t, "CH-212 RS-045 to a dm", func(*testing.T) {
			ann.Post(apitest.Members(dm), `{"user_id":"eve"}`).Refused(400, "CHAT_CANNOT_MODIFY_DM")
			ann.Post(apitest.Members(dm), `{"user_id":"ann"}`).Refused(400, "CHAT_CANNOT_MODIFY_DM")
		})
		s.Run(t, "CH-213 already a member", func(*testing.T) {
			ann.Post(apitest.Members(group), `{"user_id":"bob"}`).Refused(409, "CHAT_ALREADY_MEMBER")
			ann.Post(apitest.Members(group), `{"user_id":"bob","role":"admin"}`).Refused(409, "CHAT_ALREADY_MEMBER")
			adam.Post(apitest.Members(group), `{"user_id":"ann"}`).Refused(409, "CHAT_ALREADY_MEMBER")
			ann.Post(apitest.Members(group), `{"user_id":"ann"}`).Refused(409, "CHAT_ALREADY_MEMBER")
			bob.Post(apitest.Members(group), `{"user_id":"bob"}`).Refused(409, "CHAT_ALREADY_MEMBER")
		})
		s.Run(t, "CH-214 RS-040 roles that are none", func(*testing.T) {
			for _, role := range []string{"owner", "Admin", "admin ", "moderator", "*"} {
				ann.Post(apitest.Members(group), map[string]string{"user_id": "eve", "role": role}).Refused(400, "CHAT_INVALID_ROLE")
			}
		})
		s.Run(t, "CH-215 an admin adds no admin", func(*testing.T) {
			adam.Post(apitest.Members(group), `{"user_id":"eve","role":"admin"}`).Refused(403, "CHAT_NOT_OWNER")
		})
		s.Run(t, "CH-216 nobody joins a group", func(*testing.T) {
			eve.Post(apitest.Members(group), `{"user_id":"eve"}`).Refused(403, "CHAT_NOT_MEMBER")
		})
	})
}

func TestJoiningARoom(t *testing.T) {
	s, app := open(t)
	ann, bob, eve := app.User("ann"), app.User("bob"), app.User("eve")
	room := ann.Room("r")
	ann.Send(room, "one")
	s.Unchanged(t, func() {
		s.Run(t, "CH-216 a non-member adds nobody else, and takes no role", func(*testing.T) {
			eve.Post(apitest.Members(room), `{"user_id":"bob"}`).Refused(403, "CHAT_NOT_MEMBER")
			eve.Post(apitest.Members(room), `{"user_id":"eve","role":"admin"}`).Refused(403, "CHAT_NOT_MEMBER")
			eve.Post(apitest.Members(room), `{"user_id":"eve","role":"owner"}`).Refused(403, "CHAT_NOT_MEMBER")
		})
		s.Run(t, "CH-201 RS-034 a room lists nothing to a non-member", func(*testing.T) {
			eve.Get(apitest.Members(room)).Refused(403, "CHAT_NOT_MEMBER")
			eve.Get(apitest.Messages(room)).Refused(403, "CHAT_NOT_MEMBER")
		})
	})
	s.Run(t, "CH-216 a non-member joins", func(t *testing.T) {
		require.Equal(t, "member", bob.Post(apitest.Members(room), `{"user_id":"bob"}`).Want(201).Text("role"))
		eve.Post(apitest.Members(room), `{"user_id":"eve","role":"member"}`).Want(201)
		bob.Post(apitest.Members(room), `{"user_id":"bob"}`).Refused(409, "CHAT_ALREADY_MEMBER")
	})
	s.Run(t, "CH-217 a new member sees the history and has read it", func(t *testing.T) {
		require.Equal(t, 1, bob.Get(apitest.Messages(room)).Want(200).Len("messages"))
		require.Zero(t, bob.Get(apitest.Channel(room)).Number("unread_count"))
		ann.Send(room, "two")
		require.Equal(t, int64(1), bob.Get(apitest.Channel(room)).Number("unread_count"))
	})
	s.Run(t, "CH-216 twenty joins at once are one membership", func(t *testing.T) {
		cy := app.User("cy", "Cy")
		answers := make([]*apitest.Answer, 20)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { answers[i] = cy.Post(apitest.Members(room), `{"user_id":"cy"}`) })
		}
		all.Wait()
		joined := 0
		for _, a := range answers {
			if a.Status == 201 {
				joined++
				continue
			}
			a.Refused(409, "CHAT_ALREADY_MEMBER")
		}
		require.Equal(t, 1, joined)
	})
}

func TestRemovingMembers(t *testing.T) {
	s, app := open(t)
	ann, bob, eve := app.User("ann"), app.User("bob"), app.User("eve")
	group, dm := ann.Group("g"), ann.DM("bob")
	adam, ada := app.User("adam"), app.User("ada")
	for _, admin := range []string{"adam", "ada"} {
		ann.Post(apitest.Members(group), map[string]string{"user_id": admin, "role": "admin"}).Want(201)
	}
	cy := app.User("cy")
	ann.Add(group, bob, cy)
	kept := bob.Send(group, "mine")
	s.Unchanged(t, func() {
		s.Run(t, "CH-222 a plain member removes nobody else", func(*testing.T) {
			bob.Delete(apitest.Members(group, "cy")).Refused(403, "CHAT_NOT_ADMIN")
			bob.Delete(apitest.Members(group, "ann")).Refused(403, "CHAT_NOT_ADMIN")
		})
		s.Run(t, "CH-223 RS-040 the owner stays, whoever asks", func(*testing.T) {
			adam.Delete(apitest.Members(group, "ann")).Refused(400, "CHAT_CANNOT_REMOVE_OWNER")
			ann.Delete(apitest.Members(group, "ann")).Refused(400, "CHAT_CANNOT_REMOVE_OWNER")
		})
		s.Run(t, "CH-224 no member", func(*testing.T) {
			for _, id := range []string{"eve", "nobody", "ANN", "a/b", "%", "\x00", "\xff"} {
				ann.Delete(apitest.Members(group, id)).Refused(404, "CHAT_MEMBER_NOT_FOUND")
			}
			eve.Delete(apitest.Members(group, "eve")).Refused(403, "CHAT_NOT_MEMBER")
		})
		s.Run(t, "CH-225 RS-045 of a dm", func(*testing.T) {
			ann.Delete(apitest.Members(dm, "bob")).Refused(400, "CHAT_CANNOT_MODIFY_DM")
			ann.Delete(apitest.Members(dm, "ann")).Refused(400, "CHAT_CANNOT_MODIFY_DM")
		})
	})
	s.Run(t, "CH-220 RS-047 leaving", func(t *testing.T) {
		bob.Delete(apitest.Members(group, "bob")).Want(204)
		require.NotContains(t, bob.Get(channels).Texts("id"), group)
		refusedOnEveryPath(bob, group, 403, "CHAT_NOT_MEMBER")
	})
	s.Run(t, "CH-221 RS-047 by an admin, also another admin", func(*testing.T) {
		adam.Delete(apitest.Members(group, "cy")).Want(204)
		adam.Delete(apitest.Members(group, "ada")).Want(204)
		refusedOnEveryPath(ada, group, 403, "CHAT_NOT_MEMBER")
		adam.Delete(apitest.Members(group, "cy")).Refused(404, "CHAT_MEMBER_NOT_FOUND")
	})
	s.Run(t, "CH-226 messages stay, and who comes back joins anew", func(t *testing.T) {
		require.Equal(t, "mine", ann.Get(apitest.Messages(group, kept)).Want(200).Text("body"))
		s.Clock.Advance(10 * time.Second)
		a := ann.Post(apitest.Members(group), `{"user_id":"bob"}`).Want(201)
		require.InDelta(t, s.Clock.Now().Unix(), a.Number("joined_at"), 3)
		list := ann.Get(apitest.Members(group)).Want(200)
		require.Equal(t, a.Number("joined_at"), list.Number(list.Len()-1, "joined_at"))
		require.Equal(t, "bob", list.Text(list.Len()-1, "user_id"))
		bob.Send(group, "back")
	})
}

func TestListingMembers(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	group := ann.Group("g")
	for i := range 40 {
		ann.Post(apitest.Members(group), map[string]string{"user_id": fmt.Sprint("u", 100-i)}).Want(201)
	}
	s.Clock.Advance(5 * time.Second)
	ann.Post(apitest.Members(group), `{"user_id":"A-late"}`).Want(201)
	all := ann.Get(apitest.Members(group)).Want(200)
	ids := all.Texts("user_id")
	s.Run(t, "CH-200 by joined_at, then by user id", func(t *testing.T) {
		require.Len(t, ids, 42)
		require.Equal(t, "A-late", ids[41])
		type place struct {
			joined int64
			id     string
		}
		places := make([]place, len(ids))
		for i, id := range ids {
			places[i] = place{all.Number(i, "joined_at"), id}
		}
		require.True(t, slices.IsSortedFunc(places, func(a, b place) int {
			return cmp.Or(cmp.Compare(a.joined, b.joined), cmp.Compare(a.id, b.id))
		}), "%v", places)
	})
	for _, size := range []int{1, 17, 42, 1000} {
		s.Run(t, fmt.Sprintf("CH-200 pages of %d", size), func(t *testing.T) {
			var walked []string
			for after := ""; ; {
				path := fmt.Sprintf("%s?limit=%d", apitest.Members(group), size)
				if after != "" {
					path += "&after=" + after
				}
				page := ann.Get(path).Want(200).Texts("user_id")
				if len(page) == 0 {
					break
				}
				require.LessOrEqual(t, len(page), size)
				walked, after = append(walked, page...), page[len(page)-1]
			}
			require.Equal(t, ids, walked)
		})
	}
	for _, limit := range []string{"0", "-1", "1001", "abc", "", "1.5", "1e3", "0x10", "%2B5", "99999999999999999999", "%D9%A1", "5%00", "5,6"} {
		s.Run(t, "CH-200 RS-073 limit "+limit, func(*testing.T) {
			ann.Get(apitest.Members(group)+"?limit="+limit).Refused(400, "INVALID_LIMIT")
		})
	}
	for _, after := range []string{"", "nobody", "a%2Fb", "%00", "ann%00", "%FF", "ANN", "%27%20OR%201%3D1--", strings.Repeat("a", 5000)} {
		s.Run(t, "CH-200 RS-074 after "+after[:min(len(after), 30)], func(*testing.T) {
			ann.Get(apitest.Members(group)+"?after="+after).Refused(400, "INVALID_CURSOR")
		})
	}
}

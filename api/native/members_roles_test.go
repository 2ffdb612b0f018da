package native_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func role(u *apitest.User, channel, member, role string) *apitest.Answer {
	return u.Put(apitest.Members(channel, member), map[string]string{"role": role})
}

// roles are the roles of a channel's members.
func roles(u *apitest.User, channel string) map[string]string {
	list := u.Get(apitest.Members(channel)).Want(200)
	all := map[string]string{}
	for i := range list.Len() {
		all[list.Text(i, "user_id")] = list.Text(i, "role")
	}
	return all
}

func TestChangingRoles(t *testing.T) {
	s, app := open(t)
	ann, adam, bob, group := crew(app, "group")
	eve := app.User("eve")
	dm := ann.DM("bob")
	bob.Get(channels).Want(200)
	joined := ann.Get(apitest.Members(group)).Number(1, "joined_at")
	s.Run(t, "CH-230 the owner raises and lowers", func(t *testing.T) {
		a := role(ann, group, "bob", "admin").Want(200)
		require.Equal(t, "bob", a.Text("user_id"))
		require.Equal(t, "Bob", a.Text("display_name"))
		require.Equal(t, "admin", a.Text("role"))
		require.InDelta(t, joined, a.Number("joined_at"), 3)
		require.NotEmpty(t, a.Position())
		require.Equal(t, "admin", roles(bob, group)["bob"])
		bob.Put(apitest.Channel(group), `{"name":"Bob's"}`).Want(200)
		require.Equal(t, "member", role(ann, group, "bob", "member").Want(200).Text("role"))
		bob.Put(apitest.Channel(group), `{"name":"Bob's"}`).Refused(403, "CHAT_NOT_ADMIN")
	})
	s.Unchanged(t, func() {
		s.Run(t, "CH-230 the present role again", func(t *testing.T) {
			require.Equal(t, "member", role(ann, group, "bob", "member").Want(200).Text("role"))
			require.Equal(t, "owner", role(ann, group, "ann", "owner").Want(200).Text("role"))
		})
		s.Run(t, "CH-230 RS-039 by others", func(*testing.T) {
			role(adam, group, "bob", "admin").Refused(403, "CHAT_NOT_OWNER")
			role(adam, group, "adam", "owner").Refused(403, "CHAT_NOT_OWNER")
			role(bob, group, "bob", "admin").Refused(403, "CHAT_NOT_OWNER")
			role(bob, group, "bob", "king").Refused(403, "CHAT_NOT_OWNER")
			role(eve, group, "bob", "admin").Refused(403, "CHAT_NOT_MEMBER")
		})
		s.Run(t, "CH-230 RS-040 bad roles", func(*testing.T) {
			for _, bad := range []string{"", "king", "Admin", "admin ", "*", "none"} {
				role(ann, group, "bob", bad).Refused(400, "CHAT_INVALID_ROLE")
			}
			for _, body := range []string{`{}`, `{"role":null}`, `{"Role":"admin"}`} {
				ann.Put(apitest.Members(group, "bob"), body).Refused(400, "CHAT_INVALID_ROLE")
			}
		})
		s.Run(t, "CH-230 CH-022 RS-040 roles of another type", func(*testing.T) {
			for _, body := range []string{`{"role":7}`, `{"role":["admin"]}`, `{"role":{"$ne":""}}`, `{"role":true}`, `{"role":"admin\u0000"}`, `[]`, `{`, ``} {
				ann.Put(apitest.Members(group, "bob"), body).Refused(400, "INVALID_REQUEST")
			}
		})
		s.Run(t, "CH-230 RS-040 the owner steps not down, but hands over", func(*testing.T) {
			role(ann, group, "ann", "admin").Refused(400, "CHAT_INVALID_ROLE")
			role(ann, group, "ann", "member").Refused(400, "CHAT_INVALID_ROLE")
		})
		s.Run(t, "CH-230 CH-224 nobody's role", func(*testing.T) {
			for _, id := range []string{"eve", "nobody", "BOB", "a/b", "\x00", "\xff"} {
				role(ann, group, id, "admin").Refused(404, "CHAT_MEMBER_NOT_FOUND")
				role(ann, group, id, "king").Refused(400, "CHAT_INVALID_ROLE")
			}
		})
		s.Run(t, "CH-230 RS-045 in a dm", func(*testing.T) {
			role(ann, dm, "bob", "admin").Refused(400, "CHAT_CANNOT_MODIFY_DM")
			role(eve, dm, "bob", "admin").Refused(403, "CHAT_NOT_MEMBER")
		})
	})
	s.Run(t, "CH-230 handing over", func(t *testing.T) {
		a := ann.Put(apitest.Members(group, "bob"), `{"role":"owner"}`, "Idempotency-Key: k").Want(200)
		require.Equal(t, "owner", a.Text("role"))
		require.Equal(t, map[string]string{"ann": "admin", "adam": "admin", "bob": "owner"}, roles(ann, group))
		for _, u := range []*apitest.User{ann, adam, bob} {
			require.Equal(t, "bob", u.Get(apitest.Channel(group)).Text("owner_id"))
		}
		role(ann, group, "adam", "member").Refused(403, "CHAT_NOT_OWNER")
		ann.Delete(apitest.Channel(group)).Refused(403, "CHAT_NOT_OWNER")
		bob.Delete(apitest.Members(group, "bob")).Refused(400, "CHAT_CANNOT_REMOVE_OWNER")
	})
	s.Run(t, "CH-230 CH-306 a repeat of the handing over", func(t *testing.T) {
		s.Unchanged(t, func() {
			again := ann.Put(apitest.Members(group, "bob"), `{"role":"owner"}`, "Idempotency-Key: k").Want(200)
			require.Equal(t, "true", again.Header.Get("Idempotent-Replayed"))
			ann.Put(apitest.Members(group, "adam"), `{"role":"owner"}`, "Idempotency-Key: k").Refused(422, "IDEMPOTENCY_KEY_REUSED")
			ann.Put(apitest.Members(group, "bob"), `{"role":"owner"}`, "Idempotency-Key: k-2").Refused(403, "CHAT_NOT_OWNER")
		})
		bob.Delete(apitest.Members(group, "ann")).Want(204)
		ann.Put(apitest.Members(group, "bob"), `{"role":"owner"}`, "Idempotency-Key: k").Refused(403, "CHAT_NOT_MEMBER")
	})
}

func TestRacesForRolesAndPlaces(t *testing.T) {
	nodes := apitest.Nodes(t, 2)
	s, app := nodes[0], nodes[0].App("demo")
	both := func(a, b func(*apitest.Server) *apitest.Answer) (first, second *apitest.Answer) {
		var all sync.WaitGroup
		all.Go(func() { first = a(nodes[0]) })
		all.Go(func() { second = b(nodes[1]) })
		all.Wait()
		return first, second
	}
	for range 5 {
		ann, adam, bob, group := crew(app, "group")
		role(ann, group, "bob", "admin").Want(200)
		s.Run(t, "CH-221 RS-051 two admins remove each other", func(t *testing.T) {
			x, y := both(
				func(s *apitest.Server) *apitest.Answer { return adam.On(s).Delete(apitest.Members(group, "bob")) },
				func(s *apitest.Server) *apitest.Answer { return bob.On(s).Delete(apitest.Members(group, "adam")) },
			)
			if y.Status == 204 {
				x, y = y, x
			}
			x.Want(204)
			y.Refused(403, "CHAT_NOT_MEMBER")
			require.Len(t, roles(ann, group), 2)
		})
		s.Run(t, "CH-221 CH-213 RS-051 adding during a removal", func(t *testing.T) {
			ann.Post(apitest.Members(group), `{"user_id":"cy"}`).Want(201)
			added, removed := both(
				func(s *apitest.Server) *apitest.Answer {
					return ann.On(s).Post(apitest.Members(group), `{"user_id":"cy"}`)
				},
				func(s *apitest.Server) *apitest.Answer { return ann.On(s).Delete(apitest.Members(group, "cy")) },
			)
			removed.Want(204)
			if added.Status != 201 {
				added.Refused(409, "CHAT_ALREADY_MEMBER")
			}
			require.Equal(t, added.Status == 201, roles(ann, group)["cy"] != "")
		})
		s.Run(t, "CH-230 RS-040 RS-051 two handings over leave one owner", func(t *testing.T) {
			ann.Post(apitest.Members(group), `{"user_id":"x"}`).Want(201)
			ann.Post(apitest.Members(group), `{"user_id":"y"}`).Want(201)
			x, y := both(
				func(s *apitest.Server) *apitest.Answer { return role(ann.On(s), group, "x", "owner") },
				func(s *apitest.Server) *apitest.Answer { return role(ann.On(s), group, "y", "owner") },
			)
			if y.Status == 200 {
				x, y = y, x
			}
			x.Want(200)
			y.Refused(403, "CHAT_NOT_OWNER")
			owners := 0
			for _, r := range roles(ann, group) {
				if r == "owner" {
					owners++
				}
			}
			require.Equal(t, 1, owners)
			require.Equal(t, x.Text("user_id"), ann.Get(apitest.Channel(group)).Text("owner_id"))
		})
	}
}

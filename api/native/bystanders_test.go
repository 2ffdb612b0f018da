package native_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

// bystanders are people who only look, in channels that others are not to
// touch.
type bystanders struct {
	users    []*apitest.User
	channels []place
}

func newBystanders(app *apitest.App) bystanders {
	ann, bob := app.User("ann"), app.User("bob")
	b := bystanders{users: []*apitest.User{ann, bob}}
	for _, kind := range []string{"group", "room", "dm"} {
		p := newPlace(app, kind, "canary")
		c := p.ids[":channel"]
		edited, deleted := ann.Send(c, "before"), ann.Send(c, "never seen again")
		ann.Put(apitest.Messages(c, edited), `{"body":"after"}`).Want(200)
		ann.Delete(apitest.Messages(c, deleted)).Want(204)
		bob.Post(apitest.Channel(c)+"/read", `{"last_read_message_id":"`+edited+`"}`).Want(200)
		bob.Post(apitest.Messages(c, edited)+"/reactions", `{"emote_asset_id":"heart"}`).Want(201)
		b.channels = append(b.channels, p)
	}
	bob.Put(hidden(b.channels[0].ids[":channel"]), `{"hidden":true}`).Want(204)
	ann.Put(apitest.Block("troll"), nil).Want(204)
	return b
}

// see is all that the bystanders can read.
func (b bystanders) see(t *testing.T) map[string]string {
	t.Helper()
	seen := map[string]string{}
	for _, u := range b.users {
		paths := []string{channels + "?include_hidden=true", channels, "/v1/users/me/blocks"}
		for _, p := range b.channels {
			c := apitest.Channel(p.ids[":channel"])
			paths = append(paths, c, c+"/members", c+"/messages", c+"/reads", c+"/typing")
			for _, m := range u.Get(c+"/messages").Want(200).Texts("id", "messages") {
				paths = append(paths, c+"/messages/"+m)
				if a := u.Get(c + "/messages/" + m + "/versions"); a.Status == 200 {
					paths = append(paths, c+"/messages/"+m+"/versions")
				}
			}
		}
		for _, path := range paths {
			seen[u.ID+" "+path] = string(u.Get(path).Want(200).Body)
		}
	}
	return seen
}

// TestBystandersOfAttacks lets strangers attack two apps at once while others
// talk: nobody who only looks sees a difference, and no row of an app changes
// in which nobody talks.
func TestBystandersOfAttacks(t *testing.T) {
	s, app := open(t)
	quiet := s.App("quiet")
	here, there := newBystanders(app), newBystanders(quiet)
	attackers := map[string]*apitest.User{
		"an outsider": app.User("eve"), "another app": s.App("evil").User("ann"), "nobody": s.Anybody(),
		"a forger": app.Bearer("ann", apitest.Forgery{Payload: apitest.JSON(app.Claims("ann", nil)), Secret: []byte("guessed")}.Token()),
	}
	before, rows := append(seen(here.see(t)), seen(there.see(t))...), quiet.State(t)

	names := everyRoute(t)
	s.Prompt = true
	var all sync.WaitGroup
	for name, u := range attackers {
		all.Go(func() { attack(t, name, u, names, slices.Concat(here.channels, there.channels)) })
	}
	sent := make([][]string, 3)
	for i := range sent {
		u := app.User(fmt.Sprintf("honest%d", i))
		room := u.Room("talk")
		all.Go(func() { sent[i] = talk(u, room) })
	}
	all.Wait()
	s.Prompt = false

	s.Run(t, "RS-129 bystanders see what they saw before", func(t *testing.T) {
		require.Equal(t, before, append(seen(here.see(t)), seen(there.see(t))...))
	})
	s.Run(t, "RS-129 no row of a quiet app has changed", func(t *testing.T) {
		require.Equal(t, rows, quiet.State(t))
	})
	s.Run(t, "RS-129 honest users were served meanwhile", func(t *testing.T) {
		for _, ids := range sent {
			require.Len(t, ids, 50)
		}
	})
}

// seen is a map in order.
func seen(m map[string]string) []string {
	list := make([]string, 0, len(m))
	for k, v := range m {
		list = append(list, k+": "+v)
	}
	slices.Sort(list)
	return list
}

// attack calls every route below the channels of others, some with what is no
// request at all. Nothing is to succeed, and nothing to break.
func attack(t *testing.T, name string, u *apitest.User, names []string, places []place) {
	bodies := []string{"{", nested("[", 5000, "]"), `{"body":"` + "\xff" + `"}`, `{"body":7,"user_id":{},"name":[],"role":"owner"}`}
	for _, p := range places {
		for _, route := range names {
			if !below(route) {
				continue
			}
			method, path := p.path(route)
			answers := []*apitest.Answer{p.call(u, route), p.call(u, route, "Idempotency-Key: k", "X-User-Id: ann")}
			for _, body := range bodies {
				answers = append(answers, u.Do(method, path, body))
			}
			for _, a := range answers {
				if public := a.Status == 200 && routes[route].room == 200; !public && (a.Status < 400 || a.Status > 499) {
					t.Errorf("RS-129 %s: %s", name, a)
				}
			}
		}
	}
}

// talk sends, edits and reacts, and is what was sent.
func talk(u *apitest.User, room string) (ids []string) {
	for i := range 50 {
		a := u.Post(apitest.Messages(room), fmt.Sprintf(`{"body":"%d"}`, i))
		if a.Status != 201 {
			continue
		}
		id := a.Text("id")
		ids = append(ids, id)
		u.Put(apitest.Messages(room, id), fmt.Sprintf(`{"body":"%d again"}`, i))
		u.Post(apitest.Messages(room, id)+"/reactions", `{"emote_asset_id":"x"}`)
	}
	return ids
}

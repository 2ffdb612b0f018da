package native_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/apitest"
)

// listed is a channel as the lists of three users must show it. Steps stand
// for times.
type listed struct {
	id, kind, name, owner string
	made, said            int
	members               map[string]bool
	hidden                map[string]int // at which step; absent: not
}

func (c *listed) active() int {
	if c.said > 0 {
		return c.said
	}
	return c.made
}

// hides reports whether a channel is hidden from a user: a dm until it is
// spoken in.
func (c *listed) hides(user string) bool {
	at, ok := c.hidden[user]
	return ok && (c.kind != "dm" || c.said < at)
}

// chronicle is a random history of channels of three users, beside what it
// must come to.
type chronicle struct {
	*rand.Rand
	s        *apitest.Server
	users    []*apitest.User
	channels []*listed
	step     int
	told     []string // what happened, for a failure
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// TestListsOfARandomHistory lets three users do what they may and may not do
// with channels, and compares their lists with a model after every step.
func TestListsOfARandomHistory(t *testing.T) {
	s := apitest.Open(t)
	for seed := range uint64(8) {
		s.Run(t, fmt.Sprintf("CH-100 CH-103 CH-104 CH-150 CH-151 seed %d", seed), func(t *testing.T) {
			app := s.App(domain.AppID(fmt.Sprint("seed", seed)))
			h := &chronicle{Rand: rand.New(rand.NewPCG(seed, 1)), s: s, users: []*apitest.User{app.User("ann"), app.User("bob"), app.User("cy")}}
			for h.step = 1; h.step <= 60 && !t.Failed(); h.step++ {
				s.Clock.Advance(2 * time.Millisecond)
				h.act()
				h.compare(t, pick(h.Rand, h.users))
			}
			for _, u := range h.users {
				h.compare(t, u)
				h.walk(t, u)
			}
		})
	}
}

func (h *chronicle) act() {
	by := pick(h.Rand, h.users)
	if len(h.channels) < 2 || h.IntN(5) == 0 {
		h.create(by)
		return
	}
	c, other := pick(h.Rand, h.channels), pick(h.Rand, h.users).ID
	if !c.members[by.ID] && h.IntN(4) > 0 {
		by = h.member(c)
	}
	path := apitest.Channel(c.id)
	switch h.IntN(11) {
	case 0, 1, 2:
		if h.did(by.Post(path+"/messages", `{"body":"x"}`)) {
			c.said = h.step
		}
	case 3, 4, 5:
		h.hide(by, c)
	case 6:
		if h.did(by.Post(path+"/members", map[string]string{"user_id": other})) {
			c.members[other] = true
		}
	case 7:
		if h.did(by.Delete(apitest.Members(c.id, other))) {
			delete(c.members, other)
			delete(c.hidden, other)
		}
	case 8:
		name := fmt.Sprint("renamed ", h.step)
		if h.did(by.Put(path, map[string]string{"name": name})) {
			c.name = name
		}
	case 9:
		if h.did(by.Put(apitest.Members(c.id, other), `{"role":"owner"}`)) {
			c.owner = other
		}
	case 10:
		if h.IntN(3) == 0 && h.did(by.Delete(path)) {
			h.channels = slices.DeleteFunc(h.channels, func(d *listed) bool { return d == c })
		}
	}
}

// member is somebody in the channel.
func (h *chronicle) member(c *listed) *apitest.User {
	for {
		if u := pick(h.Rand, h.users); c.members[u.ID] {
			return u
		}
	}
}

func (h *chronicle) create(by *apitest.User) {
	kind, other := pick(h.Rand, []string{"group", "room", "dm"}), pick(h.Rand, h.users).ID
	c := &listed{kind: kind, made: h.step, members: map[string]bool{by.ID: true}, hidden: map[string]int{}}
	body := map[string]string{"type": kind}
	if kind == "dm" {
		body["user_id"], c.members[other] = other, true
	} else {
		c.name, c.owner = fmt.Sprint(kind, h.step), by.ID
		body["name"] = c.name
	}
	a := by.Post(channels, body)
	if !h.did(a) {
		return
	}
	c.id = a.Text("id")
	if i := slices.IndexFunc(h.channels, func(d *listed) bool { return d.id == c.id }); i >= 0 {
		delete(h.channels[i].hidden, by.ID)
		return
	}
	h.channels = append(h.channels, c)
}

func (h *chronicle) hide(by *apitest.User, c *listed) {
	hide := h.IntN(3) > 0
	switch did := h.did(by.Put(hidden(c.id), map[string]bool{"hidden": hide})); {
	case did && hide:
		c.hidden[by.ID] = h.step
	case did:
		delete(c.hidden, by.ID)
	}
}

// did notes an answer, and reports whether it changed something.
func (h *chronicle) did(a *apitest.Answer) bool {
	h.told = append(h.told, a.String())
	return a.Status < 300
}

// want is a user's list in its order, with the hidden ones or without.
func (h *chronicle) want(user string, withHidden bool) []string {
	var own []*listed
	for _, c := range h.channels {
		if c.members[user] && (withHidden || !c.hides(user)) {
			own = append(own, c)
		}
	}
	slices.SortFunc(own, func(a, b *listed) int { return cmp.Compare(b.active(), a.active()) })
	return show(own, user)
}

func (h *chronicle) wantRooms(user string) []string {
	var rooms []*listed
	for _, c := range h.channels {
		if c.kind == "room" {
			rooms = append(rooms, c)
		}
	}
	slices.SortFunc(rooms, func(a, b *listed) int {
		x, _ := strconv.ParseInt(a.id, 10, 64)
		y, _ := strconv.ParseInt(b.id, 10, 64)
		return cmp.Compare(y, x)
	})
	return show(rooms, user)
}

func show(list []*listed, user string) []string {
	texts := make([]string, len(list))
	for i, c := range list {
		texts[i] = fmt.Sprintf("%s %s %q of %q hidden %t member %t", c.id, c.kind, c.name, c.owner, c.hides(user), c.members[user])
	}
	return texts
}

// shown is an answered list in the words of show.
func shown(a *apitest.Answer) []string {
	texts := make([]string, a.Want(200).Len())
	for i := range texts {
		owner, _ := a.At(i, "owner_id").(string)
		member := true
		if strings.Contains(a.String(), "scope=public") {
			member = a.At(i, "is_member").(bool)
		}
		texts[i] = fmt.Sprintf("%s %s %q of %q hidden %t member %t",
			a.Text(i, "id"), a.Text(i, "type"), a.Text(i, "name"), owner, a.At(i, "hidden"), member)
	}
	return texts
}

func (h *chronicle) compare(t *testing.T, u *apitest.User) {
	t.Helper()
	for query, want := range map[string][]string{
		"":                     h.want(u.ID, false),
		"?include_hidden=true": h.want(u.ID, true),
		"?scope=public":        h.wantRooms(u.ID),
	} {
		require.Equal(t, want, shown(u.Get(channels+query)), "step %d, %s asks %q, after\n%s", h.step, u.ID, query, strings.Join(h.told, "\n"))
	}
}

// walk pages through each list with a page size of its own.
func (h *chronicle) walk(t *testing.T, u *apitest.User) {
	t.Helper()
	for query, want := range map[string][]string{
		"?include_hidden=false": h.want(u.ID, false),
		"?include_hidden=true":  h.want(u.ID, true),
		"?scope=public":         h.wantRooms(u.ID),
	} {
		query += fmt.Sprintf("&limit=%d", 1+h.IntN(4))
		walked := []string{}
		for before := ""; ; {
			page := u.Get(channels + query + before)
			if page.Len() == 0 {
				break
			}
			walked = append(walked, shown(page)...)
			before = "&before=" + page.Text(page.Len()-1, "id")
		}
		require.Equal(t, want, walked, "%s walks %q, after\n%s", u.ID, query, strings.Join(h.told, "\n"))
	}
}

package crashtest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"parley/internal/histcheck"
)

// delivery is how long a frame may take when nothing is in its way (CH-823).
const delivery = 2 * time.Second

// audience are those who have sockets while nodes are killed: in each room one
// on each node, in the first one a guest on each node besides.
type audience struct {
	in        *installation
	listeners []*listener
	guests    []*listener // by node; they are among the listeners
	cancel    context.CancelFunc
	listening sync.WaitGroup

	stayed, moved   map[bool][]time.Duration // by whether the timeline was kept there: from a kill to a frame sent after it
	absent, offline []time.Duration          // from a kill until its guest is not shown; until the others are told
}

// seat lets an audience take its places.
func (in *installation) seat(l *load) *audience {
	in.t.Helper()
	a := &audience{in: in, stayed: map[bool][]time.Duration{}, moved: map[bool][]time.Duration{}}
	for i, room := range l.rooms {
		for n := range in.nodes {
			a.add(l, l.clients[i*len(in.nodes)+n], room, n, false)
		}
	}
	for n := range in.nodes {
		c := newClient(in.t, fmt.Sprintf("guest%d", n), in.urls()...)
		l.clients[0].must(in.t, http.MethodPost, "/v1/channels/"+l.rooms[0]+"/members", map[string]any{"user_id": c.user}, nil)
		a.guests = append(a.guests, a.add(l, c, l.rooms[0], n, true))
	}
	ctx, cancel := context.WithCancel(context.Background())
	a.cancel = cancel
	for _, s := range a.listeners {
		a.listening.Go(func() { s.listen(ctx) })
	}
	in.t.Cleanup(a.leave)
	return a
}

func (a *audience) add(l *load, c *client, room string, node int, guest bool) *listener {
	s := &listener{
		client: c, load: l, room: room, home: node, guest: guest, dice: a.in.options.dice(100 + len(a.listeners)),
		events: map[string]histcheck.Message{}, here: map[string]bool{}, refused: map[string]int{},
	}
	a.listeners = append(a.listeners, s)
	return s
}

func (a *audience) leave() { a.cancel(); a.listening.Wait() }

// on are those whose socket is to a node.
func (a *audience) on(node int) map[*listener]bool {
	there := map[*listener]bool{}
	for _, s := range a.listeners {
		if s.node() == a.in.urls()[node] {
			there[s] = true
		}
	}
	return there
}

// survive waits, once a node is gone, until all but its guest have a frame of
// what was written after that; there are those who were on it.
func (a *audience) survive(there map[*listener]bool, holds bool, killed time.Time) {
	a.in.t.Helper()
	moment := time.Now()
	var waiting sync.WaitGroup
	for _, s := range a.listeners {
		if there[s] && s.guest {
			continue
		}
		seen := s.sent.since(moment)
		waiting.Go(func() {
			select {
			case at := <-seen:
				a.note(there[s], holds, at.Sub(killed))
			case <-time.After(patience):
				a.in.load.complain("%s in room %s gets no frames after a kill", s.user, s.room)
			}
		})
	}
	waiting.Wait()
}

func (a *audience) note(moved, holds bool, took time.Duration) {
	a.in.load.mu.Lock()
	defer a.in.load.mu.Unlock()
	if moved {
		a.moved[holds] = append(a.moved[holds], took)
		return
	}
	a.stayed[holds] = append(a.stayed[holds], took)
	assert.LessOrEqual(a.in.t, took, takeover+delivery, "from a kill to a frame on another node")
}

// miss waits until the guest of a node that is gone is not shown on the others,
// and their guests are told (CH-832).
func (a *audience) miss(gone int, killed time.Time) {
	a.in.t.Helper()
	a.awaitPresent(gone)
	a.absent = append(a.absent, time.Since(killed))
	a.awaitTold(gone, a.guests[gone].user, false)
	a.offline = append(a.offline, time.Since(killed))
}

// awaitBack waits until the guest of a node that is back has a socket there.
func (a *audience) awaitBack(node int) {
	a.in.t.Helper()
	select {
	case <-a.guests[node].sent.since(time.Now()):
	case <-time.After(patience):
		require.Fail(a.in.t, "no frames come from a node that is back", "node %d", node)
	}
}

// awaitTold waits until the guests that are there are told of another's
// presence.
func (a *audience) awaitTold(gone int, user string, present bool) {
	a.in.t.Helper()
	for n, guest := range a.guests {
		if n == gone || guest.user == user {
			continue
		}
		require.Eventually(a.in.t, func() bool { return guest.knows(user, present) }, patience, 20*time.Millisecond,
			"%s was not told that %s is present: %t", guest.user, user, present)
	}
}

// awaitPresent waits until every node but one that is gone shows who is in the
// first room and how many sockets, as it is (CH-830, CH-831).
func (a *audience) awaitPresent(gone int) {
	a.in.t.Helper()
	var users []string
	for _, s := range a.listeners {
		if s.room == a.in.load.rooms[0] && !(s.guest && gone >= 0 && s == a.guests[gone]) {
			users = append(users, s.user)
		}
	}
	slices.Sort(users)
	for n, url := range a.in.urls() {
		if n == gone {
			continue
		}
		ctx, cancel := context.WithTimeout(a.in.t.Context(), patience)
		defer cancel()
		for shown, same := a.presentIs(url, users); !same; shown, same = a.presentIs(url, users) {
			require.NoError(a.in.t, ctx.Err(), "want %v, node %d shows %s", users, n, shown)
			pause(ctx, 50*time.Millisecond)
		}
	}
}

// presentIs asks a node who is in the first room.
func (a *audience) presentIs(url string, users []string) (shown string, same bool) {
	c := a.in.load.clients[len(a.in.load.clients)-1].on(url)
	var list struct {
		Members []struct {
			User string `json:"user_id"`
		}
	}
	var occupied struct {
		Connections int
		Members     int `json:"presence_members"`
	}
	for path, into := range map[string]any{"/presence": &list, "/occupancy": &occupied} {
		got, err := c.do(a.in.t.Context(), http.MethodGet, "/v1/channels/"+a.in.load.rooms[0]+path, "", nil)
		if err != nil || got.status != http.StatusOK || json.Unmarshal(got.body, into) != nil {
			return fmt.Sprintf("%d %s %v", got.status, got.body, err), false
		}
	}
	names := []string{}
	for _, m := range list.Members {
		names = append(names, m.User)
	}
	return fmt.Sprintf("%v, %+v", names, occupied),
		slices.Equal(names, users) && occupied.Connections == len(users) && occupied.Members == len(users)
}

// judge demands that everybody has seen every message, once and in order.
func (a *audience) judge(final map[string][]histcheck.Message) {
	a.in.t.Helper()
	ctx, cancel := context.WithTimeout(a.in.t.Context(), patience)
	defer cancel()
	sum := figures{refused: map[string]int{}}
	for _, s := range a.listeners {
		assert.NoError(a.in.t, s.judge(ctx, final[s.room]), "what %s has seen of room %s", s.user, s.room)
		sum.add(s)
	}
	a.in.t.Logf("sockets: %d opened by %d listeners; frames with a seq %d, of them repeats that were asked for %d; subscriptions refused for now %v",
		sum.sockets, len(a.listeners), sum.frames, sum.repeats, sum.refused)
	for _, holds := range []bool{true, false} {
		a.in.t.Logf("kill (it kept the timeline: %t) to a frame of what was sent after: on the other nodes %s; by those who moved %s",
			holds, spread(a.stayed[holds]), spread(a.moved[holds]))
	}
	a.in.t.Logf("kill to the guest being gone from presence and occupancy: %s; to offline frames at others: %s", spread(a.absent), spread(a.offline))
	assert.Greater(a.in.t, sum.sockets, len(a.listeners), "nobody had to open a second socket")
}

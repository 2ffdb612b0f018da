package crashtest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/histcheck"
)

const (
	clients = 16
	rooms   = 4
)

// sizes are the page sizes at which rooms are read.
var sizes = []int{17, 50, 100}

// load is what clients do to the server and what they are told.
type load struct {
	t       *testing.T
	history *histcheck.History
	pulse   pulse
	pace    time.Duration
	// look has a client look at a room after each message that it has sent,
	// instead of now and then.
	look    bool
	clients []*client
	rooms   []string
	bodies  sync.Map // message id -> body, so that pages share their texts

	finishing context.Context // ends when nothing new is begun
	finish    context.CancelFunc
	working   sync.WaitGroup

	mu         sync.Mutex
	answers    map[string]int // how requests went
	walks      map[int]int    // whole walks under load by page size
	complaints int
}

// newLoad makes the users and rooms. A page may be two seconds old (CH-020b).
func newLoad(t *testing.T, o options, nodes ...string) *load {
	t.Helper()
	l := &load{t: t, history: histcheck.New(), pace: o.pace, answers: map[string]int{}, walks: map[int]int{}}
	l.history.Lag = 2 * time.Second
	l.finishing, l.finish = context.WithCancel(context.Background())
	for i := range clients {
		l.clients = append(l.clients, newClient(t, fmt.Sprintf("user%02d", i), nodes...))
	}
	for i := range rooms {
		var made struct {
			ID string `json:"id"`
		}
		l.clients[0].must(t, http.MethodPost, "/v1/channels", map[string]any{"type": "room", "name": fmt.Sprintf("room %d", i)}, &made)
		l.rooms = append(l.rooms, made.ID)
		for _, c := range l.clients[1:] {
			c.must(t, http.MethodPost, "/v1/channels/"+made.ID+"/members", map[string]any{"user_id": c.user}, nil)
		}
	}
	return l
}

// begin lets every client write and some also walk through the rooms.
func (l *load) begin(o options) {
	for i, c := range l.clients {
		l.working.Go(func() { l.write(c, o.dice(1+i)) })
	}
	for i, size := range sizes {
		l.working.Go(func() { l.wander(l.clients[i], size, o.dice(1+clients+i)) })
	}
	l.t.Cleanup(func() { l.finish(); l.working.Wait() })
}

// end lets every client finish what it has begun, which the server must allow.
func (l *load) end() {
	l.t.Helper()
	l.finish()
	done := make(chan struct{})
	go func() { l.working.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(patience):
		require.FailNow(l.t, "clients do not get their messages acknowledged")
	}
}

// outgoing is a message on its way.
type outgoing struct{ room, key, body string }

// write sends one message after the other, looks at the newest page now and
// then, and repeats old requests.
func (l *load) write(c *client, dice *rand.Rand) {
	var last outgoing
	for n := 0; l.finishing.Err() == nil; n++ {
		m := outgoing{room: l.rooms[dice.IntN(len(l.rooms))], key: fmt.Sprintf("%d-%x", n, dice.Uint32())}
		m.body = histcheck.Body(c.user, m.key, strings.Repeat("text ✓ ", dice.IntN(40)))
		l.deliver(c, m, dice)
		if l.look || dice.IntN(4) == 0 {
			l.glance(c, m.room, sizes[dice.IntN(len(sizes))])
		}
		if n > 0 && dice.IntN(16) == 0 {
			l.attempt(c, last)
		}
		last = m
		if l.pace > 0 && dice.IntN(8) > 0 { // sometimes at once
			pause(l.finishing, time.Duration(dice.Int64N(2*int64(l.pace))))
		}
	}
}

// deliver sends until the message is acknowledged, sometimes twice at a time.
func (l *load) deliver(c *client, m outgoing, dice *rand.Rand) {
	var twin sync.WaitGroup
	defer twin.Wait()
	if dice.IntN(16) == 0 {
		twin.Go(func() { l.attempt(c, m) })
	}
	for began := time.Now(); !l.attempt(c, m); {
		if time.Since(began) > 2*patience {
			l.complain("a message is not acknowledged after %s", 2*patience)
			return
		}
		pause(context.Background(), between(dice, 5*time.Millisecond, 50*time.Millisecond))
	}
}

// attempt sends once and tells whether the message is settled.
func (l *load) attempt(c *client, m outgoing) (settled bool) {
	call := l.history.StartSend(histcheck.Send{Client: c.user, Channel: m.room, Key: m.key, Body: m.body})
	made := time.Now()
	a, err := c.do(context.Background(), http.MethodPost, "/v1/channels/"+m.room+"/messages", m.key, map[string]any{"body": m.body})
	var stored message
	switch {
	case err != nil || a.status >= 500:
		call.Unknown()
	case a.status == http.StatusCreated, a.status == http.StatusOK:
		if err := json.Unmarshal(a.body, &stored); err != nil {
			l.complain("acknowledged with %q: %v", a.body, err)
		}
		repeated := a.header.Get("Idempotent-Replayed") == "true"
		call.OK(stored.ID, repeated)
		l.pulse.beat(made)
		settled = true
		if stored.Body != m.body || repeated != (a.status == http.StatusOK) {
			l.complain("%q was acknowledged with status %d, repeat %t, as %q", m.body, a.status, repeated, stored.Body)
		}
	case a.status == http.StatusTooManyRequests:
		call.Fail()
	default:
		call.Fail()
		l.complain("send refused with %d: %s", a.status, a.body)
		settled = true
	}
	l.count("send " + kind(a, err))
	return settled
}

func (l *load) count(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers[what]++
}

// complain fails the test; the first complaints are spelled out.
func (l *load) complain(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.complaints++; l.complaints <= 5 {
		l.t.Errorf(format, args...)
		return
	}
	l.t.Fail()
}

// tally says how often each answer came.
func (l *load) tally() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var words []string
	for _, what := range slices.Sorted(maps.Keys(l.answers)) {
		words = append(words, fmt.Sprintf("%s: %d", what, l.answers[what]))
	}
	return strings.Join(words, ", ")
}

// pause waits unless ctx ends first.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

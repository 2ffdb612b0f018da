package crashtest_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	goclient "parley/clients/go"
)

// TestTheGoClientAcrossKills lets two users send through outboxes while they
// follow the room, and kills the server meanwhile: each subscriber gets every
// message once and in order, each message is settled once (CH-306, CH-819,
// CH-824).
func TestTheGoClientAcrossKills(t *testing.T) {
	rounds := 3
	if testing.Short() {
		rounds = 2
	}
	p := newParley(t)
	p.start(t)
	p.awaitReady(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ann, bob := newTalker(t, p, "ann"), newTalker(t, p, "bob")
	room, err := ann.api.CreateChannel(ctx, goclient.NewChannel{Type: goclient.ChannelTypeRoom, Name: "Lobby"})
	require.NoError(t, err)
	_, err = bob.api.AddMember(ctx, room.ID, goclient.NewMember{UserID: "bob"})
	require.NoError(t, err)
	talkers := []*talker{ann, bob}
	var working sync.WaitGroup
	defer working.Wait()
	defer cancel()
	for _, a := range talkers {
		a.listen(ctx, &working, room.ID)
	}
	talking, hush := context.WithCancel(ctx)
	var talks sync.WaitGroup
	for _, a := range talkers {
		talks.Go(func() { a.talk(talking, room.ID) })
	}
	for n := range rounds {
		for _, a := range talkers { // everybody is there again
			a.await(t, int(a.heard.Load())+20)
		}
		p.kill(t)
		if n%2 == 1 {
			pause(ctx, time.Second)
		}
		p.start(t)
		p.awaitReady(t)
	}
	hush()
	talks.Wait()

	sent := map[goclient.ID]string{} // body by message id
	for _, a := range talkers {
		a.collect(t, sent)
	}
	history := walk(t, bob.api, room.ID)
	require.Len(t, history, len(sent))
	for _, a := range talkers {
		a.await(t, len(sent))
		a.judge(t, history)
	}
	for _, m := range history {
		require.Equal(t, sent[m.ID], m.Body)
	}
	t.Logf("%d messages over %d kills; connections: ann %d, bob %d", len(sent), rounds, ann.connections.Load(), bob.connections.Load())
}

// talker is a user who sends and listens.
type talker struct {
	user   string
	api    *goclient.Client
	outbox *goclient.Outbox
	sent   []*goclient.Outgoing

	heard, connections atomic.Int64
	mu                 sync.Mutex
	more               chan struct{} // closed and renewed when something is heard
	messages           []goclient.Message
	faults             []string
	last               goclient.Event
	settled            map[*goclient.Outgoing]int
}

func newTalker(t *testing.T, p *parley, user string) *talker {
	t.Helper()
	base := newClient(t, user, "http://"+p.addr)
	a := &talker{user: user, more: make(chan struct{}), settled: map[*goclient.Outgoing]int{}}
	a.api = &goclient.Client{
		URL: base.nodes[0], HTTP: base.http,
		Token:   func(context.Context) (string, error) { return base.token, nil },
		Backoff: goclient.Backoff{First: 20 * time.Millisecond, Most: 500 * time.Millisecond},
	}
	a.outbox = goclient.NewOutbox(context.Background(), a.api, func(o *goclient.Outgoing) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.settled[o]++
	})
	t.Cleanup(a.outbox.Close)
	return a
}

// listen follows the room from its beginning.
func (a *talker) listen(ctx context.Context, working *sync.WaitGroup, room goclient.ID) {
	socket := &goclient.Socket{
		Client:    a.api,
		Event:     a.hear,
		Connected: func() { a.connections.Add(1) },
		Discontinuity: func(d goclient.Discontinuity) {
			a.fault("discontinuity at %d", d.Seq)
		},
		Refused: func(_ goclient.ID, r *goclient.Refused) { a.fault("refused: %v", r) },
	}
	socket.SubscribeAfter(room, 0)
	working.Go(func() { _ = socket.Run(ctx) }) // it ends with the context
}

func (a *talker) fault(format string, args ...any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults = append(a.faults, fmt.Sprintf(format, args...))
}

func (a *talker) hear(e goclient.Event) {
	if e.Seq == 0 {
		return // a signal
	}
	if e.Seq != a.last.Seq+1 {
		a.fault("seq %d behind %d", e.Seq, a.last.Seq)
	}
	a.last = e
	m, ok := e.Data.(*goclient.Message)
	if !ok {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.messages = append(a.messages, *m)
	a.heard.Add(1)
	close(a.more)
	a.more = make(chan struct{})
}

// await waits until so many messages were heard.
func (a *talker) await(t *testing.T, n int) {
	t.Helper()
	deadline := time.After(patience)
	for {
		a.mu.Lock()
		heard, more := len(a.messages), a.more
		a.mu.Unlock()
		if heard >= n {
			return
		}
		select {
		case <-more:
		case <-deadline:
			t.Fatalf("%s has heard %d messages and waits for %d", a.user, heard, n)
		}
	}
}

// talk sends until the context ends, waiting for nothing.
func (a *talker) talk(ctx context.Context, room goclient.ID) {
	for n := 0; ctx.Err() == nil; n++ {
		body := fmt.Sprintf("%s %d", a.user, n)
		a.sent = append(a.sent, a.outbox.Send(room, goclient.NewMessage{Body: body}))
		pause(ctx, 10*time.Millisecond)
	}
}

// collect waits until all is settled, and notes what was sent.
func (a *talker) collect(t *testing.T, into map[goclient.ID]string) {
	t.Helper()
	deadline := time.After(patience)
	for _, o := range a.sent {
		select {
		case <-o.Done():
		case <-deadline:
			t.Fatalf("%q of %s is not settled", o.Message.Body, a.user)
		}
		m, err := o.Result()
		require.NoError(t, err, "%s", o.Message.Body)
		require.NotContains(t, into, m.ID)
		into[m.ID] = o.Message.Body
	}
	a.outbox.Close()
	a.mu.Lock()
	defer a.mu.Unlock()
	require.Len(t, a.settled, len(a.sent))
	for o, n := range a.settled {
		require.Equal(t, 1, n, "%s", o.Message.Body)
	}
}

// judge compares what was heard with the history.
func (a *talker) judge(t *testing.T, history []goclient.Message) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	require.Empty(t, a.faults)
	require.Len(t, a.messages, len(history), "%s", a.user)
	next := map[string]int{}
	for i, m := range a.messages {
		require.Equal(t, history[i].ID, m.ID)
		require.Equal(t, fmt.Sprintf("%s %d", m.SenderID, next[m.SenderID]), m.Body)
		next[m.SenderID]++
	}
	require.True(t, slices.IsSortedFunc(a.messages, func(x, y goclient.Message) int {
		return cmp.Compare(number(t, x.ID), number(t, y.ID))
	}))
}

func number(t *testing.T, id goclient.ID) int64 {
	t.Helper()
	n, err := strconv.ParseInt(id, 10, 64)
	require.NoError(t, err)
	return n
}

// walk reads a room from the oldest message to the newest.
func walk(t *testing.T, c *goclient.Client, room goclient.ID) (all []goclient.Message) {
	t.Helper()
	for after := "1"; ; {
		page, err := c.History(t.Context(), room, goclient.HistoryQuery{After: after, Limit: 100})
		require.NoError(t, err)
		all = append(all, page.Messages...)
		if !page.HasMore {
			return all
		}
		after = all[len(all)-1].ID
	}
}

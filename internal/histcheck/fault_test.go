package histcheck_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"parley/internal/histcheck"
)

// client sends and reads at random until its steps are used up.
type client struct {
	name    string
	server  *server
	history *histcheck.History
	rnd     *rand.Rand
	keys    []string // sent and acknowledged
	ids     []string // known to exist
}

func (c *client) run(steps int) {
	for i := range steps {
		switch c.rnd.IntN(6) {
		case 0, 1:
			c.send(fmt.Sprint("k", i))
		case 2:
			if len(c.keys) > 0 {
				c.attempt(c.keys[c.rnd.IntN(len(c.keys))])
			}
		case 3:
			c.page(before, "", 1+c.rnd.IntN(9))
		default:
			if len(c.ids) > 0 {
				direction := histcheck.Direction(c.rnd.IntN(2))
				c.page(direction, c.ids[c.rnd.IntN(len(c.ids))], 1+c.rnd.IntN(9))
			}
		}
	}
	c.page(before, "", 1000)
	c.page(after, "", 1000)
}

// send tries a key until the outcome is known, at most five times.
func (c *client) send(key string) {
	for range 5 {
		switch c.attempt(key) {
		case histcheck.OK:
			c.keys = append(c.keys, key)
			return
		case histcheck.Fail:
			return
		}
	}
}

// attempt sends once over a network that cuts before or behind the server.
func (c *client) attempt(key string) histcheck.Outcome {
	text := histcheck.Body(c.name, key, "hello")
	call := c.history.StartSend(send{Client: c.name, Channel: "1", Key: key, Body: text})
	switch c.rnd.IntN(8) {
	case 0:
		call.Unknown()
		return histcheck.Unknown
	case 1:
		c.server.send(c.name, text, false)
		return histcheck.Unknown // never finished: unknown as well
	case 2:
		c.server.refuse(c.name, text)
		call.Fail()
		return histcheck.Fail
	}
	id, replayed := c.server.send(c.name, text, true)
	call.OK(id, replayed)
	c.ids = append(c.ids, id)
	return histcheck.OK
}

func (c *client) page(d histcheck.Direction, cursor string, limit int) {
	call := c.history.StartPage(page{Client: c.name, Channel: "1", Direction: d, Cursor: cursor})
	messages, more := c.server.page(c.name, d, cursor, limit)
	call.Answer(messages, more)
	for _, m := range messages {
		c.ids = append(c.ids, m.ID)
	}
}

// record lets six clients loose on the server, then has a reader who knows all
// look at the end, and returns what they recorded.
func record(s *server, seed uint64) *histcheck.History {
	h := histcheck.New()
	var clients sync.WaitGroup
	for n := range 6 {
		c := &client{
			name: fmt.Sprint("client", n), server: s, history: h,
			rnd: rand.New(rand.NewPCG(seed, uint64(n)+1)),
		}
		clients.Go(func() { c.run(60) })
	}
	clients.Wait()
	s.told["reader"] = s.next
	reader := &client{name: "reader", server: s, history: h}
	for range 3 {
		reader.page(after, "", 1000)
	}
	h.Final("1", s.all())
	return h
}

const seeds = 10

func TestAnHonestServerIsNotAccused(t *testing.T) {
	for seed := range uint64(seeds) {
		s := newServer(none, seed)
		h := record(s, seed)
		then(t, histcheck.Check(h))
		got := h.Stats()
		if got.OK == 0 || got.Unknown == 0 || got.Fail == 0 || got.Repeats == 0 || got.Replayed == 0 {
			t.Errorf("seed %d saw too little: %+v", seed, got)
		}
		walked, found, err := histcheck.Walk("1", func(d histcheck.Direction, cursor string) ([]msg, bool, error) {
			messages, more := s.page("reader", d, cursor, 7)
			return messages, more, nil
		})
		then(t, found)
		if err != nil || !slices.Equal(walked, s.all()) {
			t.Errorf("seed %d: walked %d of %d messages, error %v", seed, len(walked), len(s.all()), err)
		}
	}
}

func TestEachFaultIsCaught(t *testing.T) {
	tests := map[fault]kinds{
		lostWrite:       {histcheck.Lost},
		ignoredKey:      {histcheck.Duplicate, histcheck.IDChanged},
		refusedWrite:    {histcheck.RefusedStored},
		unsentMessage:   {histcheck.Phantom},
		wrongAck:        {histcheck.WrongID},
		otherIDOnRepeat: {histcheck.IDChanged, histcheck.WrongID},
		lateInsert:      {histcheck.Inversion},
		swappedFinal:    {histcheck.IDOrder},
		pageHole:        {histcheck.Hole},
		lostProjection:  {histcheck.Hole},
		lyingHasMore:    {histcheck.HasMore},
		moreAtTheEnd:    {histcheck.HasMore},
		doubled:         {histcheck.Double},
		repeatedCursor:  {histcheck.OutOfRange},
		dirtyRead:       {histcheck.Vanished},
		staleRead:       {histcheck.Stale},
		changedBody:     {histcheck.Altered},
	}
	for f, want := range tests {
		t.Run(string(f), func(t *testing.T) {
			for seed := range uint64(seeds) {
				s := newServer(f, seed)
				found := histcheck.Check(record(s, seed))
				got := kindsOf(found)
				if s.fired == 0 {
					t.Fatalf("seed %d: the fault never struck", seed)
				}
				for _, k := range want {
					if !slices.Contains(got, k) {
						t.Fatalf("seed %d: got %v, want %s\n%s", seed, got, k, histcheck.Report(found))
					}
				}
			}
		})
	}
}

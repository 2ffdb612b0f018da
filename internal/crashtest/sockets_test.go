package crashtest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"

	"parley/internal/histcheck"
)

// listener is a user with a socket in one room. When the node of the socket is
// killed it goes to another and says what it has seen last; a guest waits for
// its own node instead.
type listener struct {
	*client
	load  *load
	room  string
	guest bool
	dice  *rand.Rand
	sent  pulse // beats at messages, with the time at which they were written

	mu       sync.Mutex
	home     int                          // its node
	seq      int64                        // of the newest frame
	events   map[string]histcheck.Message // by event_id
	messages []histcheck.Message          // in the order of their frames
	frames   int                          // with a seq
	repeats  int                          // of them those that had come before
	sockets  int                          // that were opened
	here     map[string]bool              // who is present, as far as it was told
	refused  map[string]int               // subscriptions, by code
}

// heard is a frame of the server.
type heard struct {
	Type    string `json:"type"`
	EventID string `json:"event_id"`
	Seq     int64  `json:"seq"`
	Data    struct {
		message
		User     string `json:"user_id"`
		Presence string `json:"presence"`
		Code     string `json:"code"`
	} `json:"data"`
}

// listen keeps a socket open until the context ends.
func (s *listener) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if s.attend(ctx) && !s.guest {
			s.mu.Lock()
			s.home = (s.home + 1 + s.dice.IntN(len(s.nodes)-1)) % len(s.nodes)
			s.mu.Unlock()
		}
		pause(ctx, 20*time.Millisecond)
	}
}

// attend opens a socket and takes its frames until it ends; false when there was
// no ticket for it.
func (s *listener) attend(ctx context.Context) (tried bool) {
	a, err := s.do(ctx, http.MethodPost, "/v1/auth/ws-ticket", "", nil)
	if err != nil || a.status != http.StatusOK {
		return false
	}
	var issued struct {
		Data struct{ Ticket string }
	}
	if err := json.Unmarshal(a.body, &issued); err != nil {
		s.load.complain("a ticket %q: %v", a.body, err)
		return false
	}
	dialling, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	conn, res, err := websocket.Dial(dialling, s.node()+"/v1/ws?ticket="+issued.Data.Ticket, nil)
	if err != nil {
		if res != nil && res.StatusCode < 500 {
			s.load.complain("a socket was refused with %d", res.StatusCode)
		}
		return true
	}
	defer conn.CloseNow()
	conn.SetReadLimit(1 << 20)
	s.mu.Lock()
	s.sockets++
	clear(s.here)
	s.mu.Unlock()
	err = s.follow(ctx, conn)
	if code := websocket.CloseStatus(err); ctx.Err() == nil && code != -1 && code != websocket.StatusGoingAway {
		s.load.complain("a socket was closed with %v", err)
	}
	return true
}

func (s *listener) node() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nodes[s.home]
}

// follow subscribes and takes frames. What comes after the subscription must
// follow on it without a gap (CH-819, CH-824).
func (s *listener) follow(ctx context.Context, conn *websocket.Conn) error {
	last, err := s.subscribe(ctx, conn)
	for err == nil {
		var text []byte
		if _, text, err = conn.Read(ctx); err != nil {
			break
		}
		var f heard
		if err := json.Unmarshal(text, &f); err != nil {
			s.load.complain("a frame %q: %v", text, err)
		}
		switch {
		case f.Seq > 0:
			if f.Seq != last+1 {
				s.load.complain("%s in room %s: the frame after %d is %s", s.user, s.room, last, text)
			}
			last = f.Seq
			s.take(f, text)
		case f.Type == "presence_update":
			s.mu.Lock()
			s.here[f.Data.User] = f.Data.Presence == "online"
			s.mu.Unlock()
		case f.Type == "error":
			if f.Data.Code != "UNAVAILABLE" {
				s.load.complain("%s: a subscription is refused: %s", s.user, text)
			}
			s.mu.Lock()
			s.refused[f.Data.Code]++
			s.mu.Unlock()
			pause(ctx, 20*time.Millisecond)
			last, err = s.subscribe(ctx, conn)
		case f.Type != "subscribed":
			s.load.complain("%s in room %s: %s", s.user, s.room, text)
		}
	}
	return err
}

// subscribe asks for what comes after the newest frame; sometimes, as one would
// who has not kept all he had seen, for some of those before as well.
func (s *listener) subscribe(ctx context.Context, conn *websocket.Conn) (after int64, err error) {
	s.mu.Lock()
	after = s.seq
	s.mu.Unlock()
	if s.dice.IntN(2) == 0 {
		after = max(0, after-s.dice.Int64N(10))
	}
	return after, conn.Write(ctx, websocket.MessageText,
		fmt.Appendf(nil, `{"type":"subscribe","data":{"channel_id":%q,"after":%d}}`, s.room, after))
}

// take keeps a frame that has not come before.
func (s *listener) take(f heard, text []byte) {
	m := histcheck.Message{ID: f.Data.ID, Body: s.load.shared(f.Data.message)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frames++
	known, was := s.events[f.EventID]
	if was != (f.Seq <= s.seq) || was && f.Type == "message" && known != m {
		s.load.complain("%s in room %s: a frame that came before, or should have: %s", s.user, s.room, text)
	}
	s.seq = max(s.seq, f.Seq)
	if was {
		s.repeats++
		return
	}
	if f.Type != "message" {
		m = histcheck.Message{}
	}
	s.events[f.EventID] = m
	if f.Type == "message" {
		s.messages = append(s.messages, m)
		s.sent.beat(writtenAt(m.ID))
	}
}

// writtenAt is the time that is in a message's id.
func writtenAt(id string) time.Time {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n>>22) * time.Millisecond)
}

// knows reports whether the listener was told last that a user is, or is not,
// present.
func (s *listener) knows(user string, present bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	is, told := s.here[user]
	return told && is == present
}

// judge compares what has come with the history as it is read.
func (s *listener) judge(ctx context.Context, room []histcheck.Message) error {
	for {
		s.mu.Lock()
		n, equal := len(s.messages), slices.Equal(s.messages, room)
		s.mu.Unlock()
		switch {
		case equal:
			return nil
		case n >= len(room):
			return errors.New("other messages, or in another order")
		case ctx.Err() != nil:
			return fmt.Errorf("%d of %d messages", n, len(room))
		}
		pause(ctx, 20*time.Millisecond)
	}
}

// figures are sums over listeners.
type figures struct {
	frames, repeats, sockets int
	refused                  map[string]int
}

func (f *figures) add(s *listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.frames += s.frames
	f.repeats += s.repeats
	f.sockets += s.sockets
	for _, code := range slices.Sorted(maps.Keys(s.refused)) {
		f.refused[code] += s.refused[code]
	}
}

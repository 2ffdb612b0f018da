package parley

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// ErrGap ends a connection on which events are missing; the next one brings
// them.
var ErrGap = errors.New("events are missing")

// Socket follows channels for one user. Set its fields, call Run, and
// Subscribe before or meanwhile. The functions are called one at a time by
// Run; those that are nil are not called. One that takes long holds the socket
// up, in the end until the server closes it (CH-821): it resumes then.
type Socket struct {
	Client *Client

	// Event gets what happens in the channels: each event once and in order,
	// whatever happens to the connection. What the user did himself comes too
	// (CH-810).
	Event func(Event)
	// Subscribed is told when events of a channel follow, on each connection
	// anew.
	Subscribed func(channel ID)
	// Discontinuity is told when too much was missed to be brought: read the
	// history, events go on from there (CH-824).
	Discontinuity func(Discontinuity)
	// Refused is told when a channel cannot be subscribed, which is dropped,
	// or typing is refused (CH-806).
	Refused func(channel ID, err *Refused)
	// Connected is told of each connection, Disconnected of its end, unless the
	// context of Run has ended, and of each failed attempt to connect.
	Connected    func()
	Disconnected func(err error)

	// Heartbeat is the pause between heartbeats; 0: 30 s (CH-804). A
	// connection on which nothing comes for twice that time is given up.
	Heartbeat time.Duration

	mu     sync.Mutex
	subs   map[ID]*subscription
	queue  []outgoingFrame // what else goes to the server, while connected
	online bool
	typed  map[ID]time.Time // when typing was shown last
	wake   chan struct{}    // there is something to write
}

// Discontinuity says from which seq on events go on, and which message was the
// newest there; empty: there was none.
type Discontinuity struct {
	Channel       ID
	Seq           int64
	LastMessageID ID
}

// typingPause is how often typing is shown to the server (CH-702).
const typingPause = 3 * time.Second

// outgoingFrame is a frame of the client.
type outgoingFrame struct {
	Type string         `json:"type"`
	Data map[string]any `json:"data,omitempty"`
}

// Run keeps the socket connected until the context ends, and then returns its
// error. It is called once.
func (s *Socket) Run(ctx context.Context) error {
	for attempt := 0; ; attempt++ {
		progress, err := s.connect(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if progress {
			attempt = 0
		}
		if s.Disconnected != nil {
			s.Disconnected(err)
		}
		if err := s.Client.Backoff.wait(ctx, attempt, retryAfter(err)); err != nil {
			return err
		}
	}
}

// Subscribe follows a channel from where it stands.
func (s *Socket) Subscribe(channel ID) { s.follow(channel, nil) }

// SubscribeAfter follows a channel from behind a seq, 0 for the beginning: who
// keeps the Seq of events goes on there in another process. Since one seq may
// have several events, keep the Seq before that of the last event.
func (s *Socket) SubscribeAfter(channel ID, seq int64) { s.follow(channel, &seq) }

// follow subscribes, unless the channel is followed already.
func (s *Socket) follow(channel ID, after *int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.subs[channel] != nil {
		return
	}
	sub := &subscription{}
	if after != nil {
		sub.place(*after)
	}
	if s.subs == nil {
		s.subs = map[ID]*subscription{}
	}
	s.subs[channel] = sub
	s.rouse()
}

// Unsubscribe follows a channel no more: after it, at most the event that is
// just being handed on comes.
func (s *Socket) Unsubscribe(channel ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.subs[channel] == nil {
		return
	}
	delete(s.subs, channel)
	s.push("unsubscribe", channel)
}

// Typing shows that the user types. Call it with each key: it is passed on
// every 3 s at most, and dropped while there is no connection.
func (s *Socket) Typing(channel ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	maps.DeleteFunc(s.typed, func(_ ID, at time.Time) bool { return now.Sub(at) >= typingPause })
	if _, shown := s.typed[channel]; shown || !s.online {
		return
	}
	if s.typed == nil {
		s.typed = map[ID]time.Time{}
	}
	s.typed[channel] = now
	s.push("typing", channel)
}

// push queues a frame while there is a connection. The caller holds mu.
func (s *Socket) push(kind string, channel ID) {
	if s.online {
		s.queue = append(s.queue, outgoingFrame{kind, map[string]any{"channel_id": channel}})
		s.rouse()
	}
}

// rouse wakes the writer. The caller holds mu.
func (s *Socket) rouse() {
	select {
	case s.waker() <- struct{}{}:
	default: // it is awake
	}
}

func (s *Socket) waker() chan struct{} {
	if s.wake == nil {
		s.wake = make(chan struct{}, 1)
	}
	return s.wake
}

// due takes out what is to be written now.
func (s *Socket) due() []outgoingFrame {
	s.mu.Lock()
	defer s.mu.Unlock()
	frames := s.queue
	s.queue = nil
	for _, channel := range slices.Sorted(maps.Keys(s.subs)) {
		if sub := s.subs[channel]; !sub.asked {
			sub.asked = true
			frames = append(frames, sub.request(channel))
		}
	}
	return frames
}

// askAgain lets those subscriptions be asked for again that were refused for
// the time being.
func (s *Socket) askAgain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sub := range s.subs {
		if sub.again {
			sub.asked, sub.again = false, false
		}
	}
}

// setOnline notes that a connection begins or has ended.
func (s *Socket) setOnline(online bool) (wake chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.online, s.queue = online, nil
	for _, sub := range s.subs {
		sub.disconnect()
	}
	clear(s.typed)
	return s.waker()
}

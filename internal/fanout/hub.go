package fanout

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"parley/domain"
	"parley/internal/eventstore"
	"parley/queries"
)

// Topic is what is subscribed to: a channel.
type Topic struct {
	App     domain.AppID
	Channel domain.ChannelID
}

// Frame is an entry of a channel's log as it goes over the wire: bytes that
// are the same for every subscriber of a format.
type Frame struct {
	Seq   int64
	Bytes []byte
}

// Format renders entries, at least one frame for each, in order. Formats are
// compared by identity.
type Format interface {
	Frames(ctx context.Context, t Topic, entries []queries.Entry) ([]Frame, error)
}

// Sink takes the frames of one connection.
type Sink interface {
	// Push takes frames without blocking; false when the connection ends.
	Push(frames ...[]byte) bool
	// PushWait takes frames when there is room for them.
	PushWait(ctx context.Context, frames ...[]byte) error
}

// Audience hears who is subscribed on this node, once for each subscription
// that begins or ends. It must not block.
type Audience interface {
	Joined(domain.AppID, domain.ChannelID, domain.UserID)
	Left(domain.AppID, domain.ChannelID, domain.UserID)
}

// Models tells how far projections are on this node: the position that all of
// them have applied, and a channel that is closed when one moves.
type Models interface {
	Moved(projections []string) (position int64, moved <-chan struct{})
}

// Reader reads the logs of channels.
type Reader interface {
	Entries(ctx context.Context, at queries.Freshness, of []queries.Stretch, limit int) ([][]queries.Entry, error)
}

// Config is what a Hub needs. Log, Models and Reader are required.
type Config struct {
	Log      eventstore.Log
	Models   Models
	Reader   Reader
	Audience Audience // nil: nobody hears
	Logger   *slog.Logger
	// Past is how many entries a subscriber gets that it has missed; beyond it
	// is told that there is a gap. Default 10,000.
	Past int64
}

// Hub serves the subscriptions of a node while Run runs.
type Hub struct {
	c    Config
	mu   sync.RWMutex
	open map[Topic]*topic

	touched touched
	heard   atomic.Int64  // the log was followed up to here
	ready   chan struct{} // closed when Run follows the log
}

// New makes a Hub.
func New(c Config) (*Hub, error) {
	if c.Log == nil || c.Models == nil || c.Reader == nil {
		return nil, errors.New("fanout: Log, Models and Reader are required")
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Past == 0 {
		c.Past = 10_000
	}
	if c.Audience == nil {
		c.Audience = nobody{}
	}
	return &Hub{c: c, open: map[Topic]*topic{}, touched: newTouched(), ready: make(chan struct{})}, nil
}

type nobody struct{}

func (nobody) Joined(domain.AppID, domain.ChannelID, domain.UserID) {}
func (nobody) Left(domain.AppID, domain.ChannelID, domain.UserID)   {}

// topic is a channel that somebody on this node has subscribed to.
type topic struct {
	Topic
	users int // subscriptions, those that are being made included; of Hub.mu

	mu   sync.Mutex
	last int64 // the entries up to here were handed out; -1: not known yet
	subs map[*Subscription]struct{}
}

// topic finds or makes a topic and counts its caller among the users.
func (h *Hub) topic(t Topic) *topic {
	h.mu.Lock()
	defer h.mu.Unlock()
	found, ok := h.open[t]
	if !ok {
		found = &topic{Topic: t, last: -1, subs: map[*Subscription]struct{}{}}
		h.open[t] = found
	}
	found.users++
	return found
}

// leave counts a user of a topic out.
func (h *Hub) leave(t *topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if t.users--; t.users == 0 {
		delete(h.open, t.Topic)
	}
}

func (h *Hub) find(t Topic) *topic {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.open[t]
}

// Refresh looks for new entries in all topics: another build of the read models
// may show what one of before could not.
func (h *Hub) Refresh() {
	h.mu.RLock()
	topics := slices.Collect(maps.Keys(h.open))
	h.mu.RUnlock()
	h.touched.addAll(topics)
}

// Topics is how many channels somebody on this node has subscribed to.
func (h *Hub) Topics() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return len(h.open)
}

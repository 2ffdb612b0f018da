package presence

import (
	"container/list"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"parley/commands"
	"parley/domain"
)

// Commands are those that a Tracker and a Survivor use.
type Commands interface {
	ChangePresence(context.Context, commands.ChangePresence) (commands.Outcome, error)
	ChangeConnections(context.Context, commands.ChangeConnections) (commands.Outcome, error)
	ClearNode(context.Context, commands.ClearNode) (commands.Outcome, error)
}

// Config is what a Tracker needs. Node and Commands are required.
type Config struct {
	Node     domain.NodeID
	Commands Commands
	// Grace is how long a user without a socket is still present; default
	// 15 s.
	Grace time.Duration
	// Gather is how long changes wait for others to go with; default 50 ms.
	Gather time.Duration
	// Every is the least time between two tellings of figures, and before
	// what failed is tried again; default 1 s.
	Every time.Duration
	// Most is how many users may be present, one in several channels counted
	// for each; default 500,000. Further ones are dropped and counted.
	Most   int
	Logger *slog.Logger // default: slog.Default()
}

// Tracker counts the sockets in channels, and tells the log what follows from
// it. Joined and Left never wait for anything.
type Tracker struct {
	c       Config
	wake    chan struct{}
	dropped atomic.Uint64

	mu      sync.Mutex
	places  map[place]*channel
	figures map[domain.AppID]*domain.Connections // what was told, by apps
	users   int
	leaving list.List // seats in their grace, the next to end first
	ended   bool
	// touched are channels in which a user may have to be told of, from
	// tellAt on; counted those with another number of sockets, from countAt on.
	touched, counted map[place]struct{}
	tellAt, countAt  time.Time
	lastCount        time.Time
}

type place struct {
	app     domain.AppID
	channel domain.ChannelID
}

type channel struct {
	sockets int
	seats   map[domain.UserID]*seat
	here    *domain.Presence // what was told; belongs to Run
	touched map[domain.UserID]struct{}
}

// seat is a user in a channel: with sockets, or in the grace after the last.
type seat struct {
	place
	user    domain.UserID
	sockets int
	until   time.Time
	at      *list.Element // in leaving; nil with sockets
}

// New makes a Tracker; Run lets it tell.
func New(c Config) (*Tracker, error) {
	if !c.Node.Valid() || c.Commands == nil {
		return nil, errors.New("presence: Node and Commands are required")
	}
	for _, d := range []struct{ field, normal *time.Duration }{
		{&c.Grace, new(15 * time.Second)}, {&c.Gather, new(50 * time.Millisecond)}, {&c.Every, new(time.Second)},
	} {
		if *d.field == 0 {
			*d.field = *d.normal
		}
	}
	if c.Most == 0 {
		c.Most = 500_000
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return &Tracker{
		c: c, wake: make(chan struct{}, 1), places: map[place]*channel{}, figures: map[domain.AppID]*domain.Connections{},
		touched: map[place]struct{}{}, counted: map[place]struct{}{},
	}, nil
}

// Joined counts a socket of a user in a channel.
func (t *Tracker) Joined(app domain.AppID, id domain.ChannelID, user domain.UserID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return
	}
	p := place{app, id}
	s := t.seat(p, user)
	if s == nil {
		t.dropped.Add(1)
		return
	}
	if s.at != nil {
		t.leaving.Remove(s.at)
		s.at = nil
	}
	s.sockets++
	t.places[p].sockets++
	t.count(p)
}

// Left takes a socket back that Joined has counted.
func (t *Tracker) Left(app domain.AppID, id domain.ChannelID, user domain.UserID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := place{app, id}
	c := t.places[p]
	if t.ended || c == nil || c.seats[user] == nil || c.seats[user].sockets == 0 {
		return
	}
	s := c.seats[user]
	s.sockets--
	c.sockets--
	t.count(p)
	if s.sockets == 0 {
		s.until = time.Now().Add(t.c.Grace)
		s.at = t.leaving.PushBack(s)
		t.nudge()
	}
}

// Cleared is to be called when the log says that a node has gone from an app.
// If it is this one, which is still here, everything is told anew.
func (t *Tracker) Cleared(app domain.AppID, node domain.NodeID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended || node != t.c.Node {
		return
	}
	t.c.Logger.Warn("this node was taken for gone, its presence is told anew", "app", app)
	delete(t.figures, app)
	for p, c := range t.places {
		if p.app != app {
			continue
		}
		c.here = domain.NewPresence(t.c.Node)
		t.count(p)
		for user := range c.seats {
			t.touch(p, c, user)
		}
	}
}

// Dropped counts the sockets for which there was no room.
func (t *Tracker) Dropped() uint64 { return t.dropped.Load() }

// seat finds or makes the seat of a user; nil if there is no room.
func (t *Tracker) seat(p place, user domain.UserID) *seat {
	c := t.places[p]
	if c != nil && c.seats[user] != nil {
		return c.seats[user]
	}
	if t.users >= t.c.Most {
		return nil
	}
	if c == nil {
		c = &channel{seats: map[domain.UserID]*seat{}, here: domain.NewPresence(t.c.Node), touched: map[domain.UserID]struct{}{}}
		t.places[p] = c
	}
	s := &seat{place: p, user: user}
	c.seats[user] = s
	t.users++
	t.touch(p, c, user)
	return s
}

// touch notes that a user of a channel may have to be told of.
func (t *Tracker) touch(p place, c *channel, user domain.UserID) {
	if len(t.touched) == 0 {
		t.tellAt = time.Now().Add(t.c.Gather)
		t.nudge()
	}
	t.touched[p] = struct{}{}
	c.touched[user] = struct{}{}
}

// count notes that a channel has another number of sockets.
func (t *Tracker) count(p place) {
	if len(t.counted) == 0 {
		t.countAt = time.Now().Add(t.c.Gather)
		if next := t.lastCount.Add(t.c.Every); next.After(t.countAt) {
			t.countAt = next
		}
		t.nudge()
	}
	t.counted[p] = struct{}{}
}

func (t *Tracker) nudge() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

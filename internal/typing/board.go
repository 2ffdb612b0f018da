package typing

import (
	"container/list"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"parley/commands"
	"parley/domain"
)

const (
	// life is how long a signal counts (CH-702).
	life = 5 * time.Second
	// quiet is how long further signals of a user in a channel stay on this
	// node after one went to the others.
	quiet = time.Second
	// foreignLife is longer, for the signals that the other node kept to
	// itself. With the way here it stays below the 6 s of CH-702.
	foreignLife = life + quiet/2
	// showEvery is how long further signals are not shown after one (CH-816).
	showEvery = 2 * time.Second
)

// Bounds of memory. Signals beyond are dropped and counted.
const (
	maxChannel = 200    // users typing in one channel
	maxApp     = 10_000 // in the channels of one app
	maxAll     = 50_000
)

// Config is what a Board needs. Publisher and LastWrite are required.
type Config struct {
	// Publisher leads to the other nodes.
	Publisher message.Publisher
	// LastWrite is the position of the newest event of a user that this node
	// has seen.
	LastWrite func(domain.AppID, domain.UserID) int64
	// Show is told of signals that those who look on are to see: of a user in a
	// channel at most one each two seconds (CH-816). It must not block.
	Show   func(commands.TypingSignal) // default: nobody looks on
	Now    func() time.Time            // default: time.Now
	Logger *slog.Logger                // default: slog.Default()
}

// Board knows who types. Nothing runs for that: what has expired goes when
// something else comes.
type Board struct {
	c       Config
	dropped atomic.Uint64
	mu      sync.Mutex
	places  map[place]map[domain.UserID]*entry
	apps    map[domain.AppID]int // entries of each
	order   list.List            // of all entries, the next to expire first
}

type place struct {
	app     domain.AppID
	channel domain.ChannelID
}

// entry is a user who types, or has stopped: then it only remembers when the
// others were told.
type entry struct {
	place
	user     domain.UserID
	position int64 // of the log when the user signalled
	until    time.Time
	told     time.Time // when the others were last told by this node
	shown    time.Time // when it was last shown here
	ended    bool
	at       *list.Element
}

var _ commands.Typing = (*Board)(nil)

// New makes an empty Board.
func New(c Config) (*Board, error) {
	if c.Publisher == nil || c.LastWrite == nil {
		return nil, errors.New("typing: Publisher and LastWrite are required")
	}
	if c.Show == nil {
		c.Show = func(commands.TypingSignal) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return &Board{c: c, places: map[place]map[domain.UserID]*entry{}, apps: map[domain.AppID]int{}}, nil
}

// Signal takes a signal of this node, and the ends that every node sees in the
// log. At most one signal a second goes to the others for each user and
// channel.
func (b *Board) Signal(s commands.TypingSignal) {
	if s.Ended {
		b.end(s)
		return
	}
	tell, show := b.note(s, life, true)
	if tell {
		b.tell(s)
	}
	if show {
		b.c.Show(s)
	}
}

// Typists lists who types in a channel, in no order.
func (b *Board) Typists(app domain.AppID, channel domain.ChannelID) []domain.UserID {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.c.Now()
	b.sweep(now)
	var users []domain.UserID
	for user, e := range b.places[place{app, channel}] {
		if !e.ended && now.Before(e.until) {
			users = append(users, user)
		}
	}
	return users
}

// Dropped counts the signals for which there was no room.
func (b *Board) Dropped() uint64 { return b.dropped.Load() }

// note remembers a signal. It reports whether the other nodes are to be told,
// and whether it is to be shown here.
func (b *Board) note(s commands.TypingSignal, lives time.Duration, own bool) (tell, show bool) {
	// A signal that was overtaken by what its user wrote is over.
	if b.c.LastWrite(s.App, s.User) > s.Position {
		return false, false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.c.Now()
	b.sweep(now)
	e := b.entry(place{s.App, s.Channel}, s.User)
	if e == nil {
		b.dropped.Add(1)
		return false, false
	}
	e.position, e.ended = max(e.position, s.Position), false
	if until := now.Add(lives); until.After(e.until) {
		e.until = until
		b.order.MoveToBack(e.at)
	}
	if own && (e.told.IsZero() || now.Sub(e.told) >= quiet) {
		tell, e.told = true, now
	}
	if e.shown.IsZero() || now.Sub(e.shown) >= showEvery {
		show, e.shown = true, now
	}
	return tell, show
}

// entry finds or makes the entry of a user; nil if there is no room.
func (b *Board) entry(p place, user domain.UserID) *entry {
	here := b.places[p]
	if e, ok := here[user]; ok {
		return e
	}
	if len(here) >= maxChannel || b.apps[p.app] >= maxApp || b.order.Len() >= maxAll {
		return nil
	}
	if here == nil {
		here = map[domain.UserID]*entry{}
		b.places[p] = here
	}
	e := &entry{place: p, user: user}
	e.at = b.order.PushBack(e)
	here[user] = e
	b.apps[p.app]++
	return e
}

// end takes the typing of a user back, or of everybody in a channel, unless it
// began after the event that ends it.
func (b *Board) end(s commands.TypingSignal) {
	b.mu.Lock()
	defer b.mu.Unlock()
	here := b.places[place{s.App, s.Channel}]
	if s.User != "" {
		if e, ok := here[s.User]; ok && e.position < s.Position {
			e.ended = true
		}
		return
	}
	for _, e := range here {
		b.forget(e)
	}
}

// sweep forgets what has expired.
func (b *Board) sweep(now time.Time) {
	for front := b.order.Front(); front != nil; front = b.order.Front() {
		e := front.Value.(*entry)
		if now.Before(e.until) {
			return
		}
		b.forget(e)
	}
}

func (b *Board) forget(e *entry) {
	b.order.Remove(e.at)
	here := b.places[e.place]
	delete(here, e.user)
	if len(here) == 0 {
		delete(b.places, e.place)
	}
	if b.apps[e.app]--; b.apps[e.app] == 0 {
		delete(b.apps, e.app)
	}
}

package presence

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"parley/domain"
	"parley/internal/eventstore"
	"parley/queries"
)

// WatcherConfig is what a Watcher needs; all of it.
type WatcherConfig struct {
	Log eventstore.Log
	// Models tells how far projections are on this node: the position that all
	// of them have applied, and a channel that is closed when one moves.
	Models interface {
		Moved(projections []string) (position int64, moved <-chan struct{})
	}
	Queries interface {
		PresentAmong(context.Context, queries.Freshness, domain.AppID, domain.ChannelID, ...domain.UserID) ([]domain.UserID, error)
	}
	// Show is told of everybody who is present now and was not before, or the
	// other way round, in a channel that somebody on this node watches.
	Show   func(app domain.AppID, channel domain.ChannelID, user domain.UserID, online bool)
	Logger *slog.Logger
}

// Watcher finds out who has become present in the watched channels and who no
// longer is, on whichever node. A channel is watched while sockets of this
// node are in it.
type Watcher struct {
	c    WatcherConfig
	woke chan struct{}

	mu      sync.Mutex
	places  map[place]*watched
	touched map[place]struct{}
	from    int64 // what comes after is heard of, what was before is read
}

// watched is a channel with those who are known to be present.
type watched struct {
	sockets int
	known   map[domain.UserID]struct{}
	read    bool // known was read once
	// users are to be looked at, all of them with all, when everything up to
	// the position is in the read models.
	users map[domain.UserID]struct{}
	all   bool
	at    int64
}

// NewWatcher makes a Watcher; Run lets it work.
func NewWatcher(c WatcherConfig) *Watcher {
	return &Watcher{c: c, woke: make(chan struct{}, 1), places: map[place]*watched{}, touched: map[place]struct{}{}}
}

// Joined counts a socket of this node in a channel.
func (w *Watcher) Joined(app domain.AppID, channel domain.ChannelID, _ domain.UserID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := place{app, channel}
	c := w.places[p]
	if c == nil {
		c = &watched{known: map[domain.UserID]struct{}{}, users: map[domain.UserID]struct{}{}, all: true}
		w.places[p] = c
		w.touch(p)
	}
	c.sockets++
}

// Left takes a socket back.
func (w *Watcher) Left(app domain.AppID, channel domain.ChannelID, _ domain.UserID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := place{app, channel}
	c := w.places[p]
	if c == nil {
		return
	}
	if c.sockets--; c.sockets == 0 {
		delete(w.places, p)
		delete(w.touched, p)
	}
}

func (w *Watcher) touch(p place) {
	w.touched[p] = struct{}{}
	select {
	case w.woke <- struct{}{}:
	default:
	}
}

// Run works until the context ends.
func (w *Watcher) Run(ctx context.Context) error {
	head, err := w.c.Log.Head(ctx)
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.from = int64(head)
	w.mu.Unlock()
	var loops sync.WaitGroup
	loops.Go(func() { w.show(ctx) })
	defer loops.Wait()
	for ctx.Err() == nil {
		sub, err := w.c.Log.Subscribe(ctx, head)
		if err != nil {
			return err
		}
		head = w.follow(ctx, sub, head)
		sub.Close()
		pause(ctx, retryPause)
	}
	return nil
}

// retryPause is the pause after something went wrong.
const retryPause = 50 * time.Millisecond

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

func (w *Watcher) follow(ctx context.Context, sub eventstore.Subscription, after eventstore.Position) eventstore.Position {
	for {
		b, err := sub.Next(ctx, 1000)
		if err != nil {
			if ctx.Err() == nil && !errors.Is(err, eventstore.ErrClosed) {
				w.c.Logger.Warn("presence does not hear of the log", "err", err)
			}
			return after
		}
		for _, r := range b.Events {
			if strings.HasPrefix(r.Stream, "presence-") || strings.HasPrefix(r.Stream, "channel-") {
				w.see(r)
			}
			after = r.Position
		}
	}
}

// see marks whom an event may have made present, or absent. Only members are
// present, so it is also about them.
func (w *Watcher) see(r eventstore.Recorded) {
	w.mu.Lock()
	none := len(w.places) == 0
	w.mu.Unlock()
	if none {
		return
	}
	e, err := r.Decode()
	if err != nil {
		return // the projections report it
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch changed := e.Event.(type) {
	case domain.PresenceEntered:
		w.mark(e, changed.User)
	case domain.PresenceLeft:
		w.mark(e, changed.User)
	case domain.MemberAdded:
		w.mark(e, changed.User)
	case domain.MemberRemoved:
		w.mark(e, changed.User)
	case domain.NodeCleared:
		for p, c := range w.places {
			if p.app == e.Stream.App {
				c.all, c.at = true, e.Position
				w.touch(p)
			}
		}
	}
}

func (w *Watcher) mark(e domain.Recorded, user domain.UserID) {
	p := place{e.Stream.App, e.Stream.Channel}
	if c := w.places[p]; c != nil {
		c.users[user], c.at = struct{}{}, e.Position
		w.touch(p)
	}
}

// seen are the projections that must show an event before it is looked at.
var seen = []string{"directory", "occupancy"}

// show looks at what is marked as soon as the read models show it.
func (w *Watcher) show(ctx context.Context) {
	for ctx.Err() == nil {
		position, moved := w.c.Models.Moved(seen)
		looks, rest := w.take(position)
		each(len(looks), func(i int) { w.look(ctx, looks[i]) })
		if len(looks) > 0 {
			continue
		}
		if !rest {
			moved = nil // nothing waits for the read models
		}
		select {
		case <-moved:
		case <-w.woke:
		case <-ctx.Done():
		}
	}
}

// look is what is to be looked at in a channel.
type look struct {
	place
	of    *watched
	users map[domain.UserID]struct{}
	all   bool
	at    int64
}

// take gives what the read models show, and whether there is more.
func (w *Watcher) take(position int64) (looks []look, rest bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for p := range w.touched {
		c := w.places[p]
		if max(c.at, w.from) > position {
			rest = true
			continue
		}
		looks = append(looks, look{p, c, c.users, c.all, c.at})
		c.users, c.all = map[domain.UserID]struct{}{}, false
		delete(w.touched, p)
	}
	return looks, rest
}

// look reads who is present and tells of those for whom that is new.
func (w *Watcher) look(ctx context.Context, l look) {
	var among []domain.UserID
	if !l.all {
		for user := range l.users {
			among = append(among, user)
		}
	}
	asking, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	present, err := w.c.Queries.PresentAmong(asking, queries.Freshness(l.at), l.app, l.channel, among...)
	if err != nil {
		w.again(ctx, l, err)
		return
	}
	is := make(map[domain.UserID]bool, len(present))
	for _, user := range present {
		is[user] = true
	}
	w.mu.Lock()
	online, offline := l.of.learn(l, is)
	w.mu.Unlock()
	for _, user := range offline {
		w.c.Show(l.app, l.channel, user, false)
	}
	for _, user := range online {
		w.c.Show(l.app, l.channel, user, true)
	}
}

// learn takes in who is present and gives those for whom it is new. Who was
// there when the channel began to be watched is not new, unless something has
// happened to that user since.
func (c *watched) learn(l look, is map[domain.UserID]bool) (online, offline []domain.UserID) {
	about := l.users
	if l.all {
		about = make(map[domain.UserID]struct{}, len(is)+len(c.known))
		for user := range c.known {
			about[user] = struct{}{}
		}
		for user := range is {
			about[user] = struct{}{}
		}
	}
	for user := range about {
		_, was := c.known[user]
		_, touched := l.users[user]
		switch {
		case is[user] && !was:
			c.known[user] = struct{}{}
			if c.read || touched {
				online = append(online, user)
			}
		case !is[user] && was:
			delete(c.known, user)
			offline = append(offline, user)
		}
	}
	c.read = c.read || l.all
	return online, offline
}

// again lets a channel be looked at once more.
func (w *Watcher) again(ctx context.Context, l look, err error) {
	if ctx.Err() != nil {
		return
	}
	w.c.Logger.Warn("presence waits for the read models", "app", l.app, "channel", l.channel, "err", err)
	pause(ctx, retryPause)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.places[l.place] != l.of {
		return
	}
	for user := range l.users {
		l.of.users[user] = struct{}{}
	}
	l.of.all = l.of.all || l.all
	w.touch(l.place)
}

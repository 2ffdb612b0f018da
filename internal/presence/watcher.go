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
	heard   int64 // the newest event that may have made somebody present
}

// watched is a channel with those who are known to be present.
type watched struct {
	sockets int
	known   map[domain.UserID]struct{}
	read    bool // known was read once
	// upTo is how far the read models may have been at that reading: of what
	// happened up to there nobody was told.
	upTo int64
	// users are to be looked at, all of them with all, when everything up to
	// the position is in the read models. True: the state is told even if it
	// was known already, since it came to be known silently.
	users map[domain.UserID]bool
	all   bool
	at    int64
	// heard is what had been heard when the watch began: if the read models did
	// not show it when they were read for the first time, they are read again.
	heard int64
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
		c = &watched{known: map[domain.UserID]struct{}{}, users: map[domain.UserID]bool{}, all: true, heard: w.heard}
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
	w.heard = int64(r.Position)
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
		c.users[user], c.at = c.users[user] || !c.read || e.Position <= c.upTo, e.Position
		w.touch(p)
	}
}

package presence

import (
	"context"
	"maps"

	"parley/domain"
	"parley/internal/eventstore"
	"parley/queries"
)

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
	users map[domain.UserID]bool
	all   bool
	at    int64
	shown int64 // what the read models show at least
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
		looks = append(looks, look{p, c, c.users, c.all, c.at, position})
		c.users, c.all = map[domain.UserID]bool{}, false
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
	var head eventstore.Position
	if err == nil && l.all {
		head, err = w.c.Log.Head(asking)
	}
	if err != nil {
		w.again(ctx, l, err)
		return
	}
	is := make(map[domain.UserID]bool, len(present))
	for _, user := range present {
		is[user] = true
	}
	w.mu.Lock()
	if l.all && !l.of.read {
		l.of.upTo = int64(head)
	}
	online, offline := l.of.learn(l, is)
	if l.of.heard > l.shown && w.places[l.place] == l.of {
		l.of.all, l.of.at = true, max(l.of.at, l.of.heard)
		w.touch(l.place)
	}
	l.of.heard = 0
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
// happened to that user since. What happened about the moment of that first
// reading is told in any case: subscribers may have seen the state before it.
func (c *watched) learn(l look, is map[domain.UserID]bool) (online, offline []domain.UserID) {
	about := maps.Clone(l.users)
	if l.all {
		for user := range c.known {
			about[user] = l.users[user]
		}
		for user := range is {
			about[user] = l.users[user]
		}
	}
	for user, tell := range about {
		_, was := c.known[user]
		_, touched := l.users[user]
		switch {
		case is[user]:
			c.known[user] = struct{}{}
			if tell || !was && (c.read || touched) {
				online = append(online, user)
			}
		case was || tell:
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
	for user, tell := range l.users {
		l.of.users[user] = l.of.users[user] || tell
	}
	l.of.all = l.of.all || l.all
	w.touch(l.place)
}

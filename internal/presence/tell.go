package presence

import (
	"context"
	"sync"
	"time"

	"parley/commands"
	"parley/domain"
)

const (
	// patience bounds an append.
	patience = 5 * time.Second
	// atOnce is how many appends run side by side: the log takes them together.
	atOnce = 16
	// maxUsers and maxChannels bound one append; the rest goes into the next.
	maxUsers    = 500
	maxChannels = 5000
)

// Run tells the log until the context ends; then, that nobody is here any
// more.
func (t *Tracker) Run(ctx context.Context) {
	for t.rest(ctx) {
		t.expire()
		t.tell(ctx)
		t.tellFigures(ctx)
	}
	t.end(context.WithoutCancel(ctx))
}

// rest returns when something is due; false when the context has ended.
func (t *Tracker) rest(ctx context.Context) bool {
	for {
		var timer <-chan time.Time
		if at := t.due(); !at.IsZero() {
			left := time.Until(at)
			if left <= 0 {
				return ctx.Err() == nil
			}
			timer = time.After(left)
		}
		select {
		case <-timer:
		case <-t.wake:
		case <-ctx.Done():
			return false
		}
	}
}

// due is when there is something to do; zero for no time that is known.
func (t *Tracker) due() (at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	sooner := func(other time.Time) {
		if at.IsZero() || other.Before(at) {
			at = other
		}
	}
	if len(t.touched) > 0 {
		sooner(t.tellAt)
	}
	if len(t.counted) > 0 {
		sooner(t.countAt)
	}
	if front := t.leaving.Front(); front != nil {
		sooner(front.Value.(*seat).until)
	}
	return at
}

// expire takes the seats whose grace is over.
func (t *Tracker) expire() {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	for front := t.leaving.Front(); front != nil; front = t.leaving.Front() {
		s := front.Value.(*seat)
		if now.Before(s.until) {
			return
		}
		t.leaving.Remove(front)
		c := t.places[s.place]
		delete(c.seats, s.user)
		t.users--
		t.touch(s.place, c, s.user)
	}
}

// tell appends who has entered channels and who has left them.
func (t *Tracker) tell(ctx context.Context) {
	list := t.changes()
	each(len(list), func(i int) {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		if _, err := t.c.Commands.ChangePresence(ctx, list[i]); err != nil {
			t.failed(ctx, list[i], err)
		}
	})
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, done := range list {
		p := place{done.App, done.Channel}
		if c := t.places[p]; c != nil && len(c.seats) == 0 && len(c.touched) == 0 && c.here.Len() == 0 {
			delete(t.places, p)
		}
	}
}

// changes is what is to be told of channels now.
func (t *Tracker) changes() (list []commands.ChangePresence) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.touched) == 0 || time.Now().Before(t.tellAt) {
		return nil
	}
	for p := range t.touched {
		c := t.places[p]
		change := commands.ChangePresence{App: p.app, Channel: p.channel, Node: t.c.Node, Here: c.here}
		for user := range c.touched {
			if len(change.Enter)+len(change.Leave) == maxUsers {
				break
			}
			if c.seats[user] != nil {
				change.Enter = append(change.Enter, user)
			} else {
				change.Leave = append(change.Leave, user)
			}
			delete(c.touched, user)
		}
		if len(c.touched) == 0 {
			delete(t.touched, p)
		}
		t.figuresOf(p.app)
		list = append(list, change)
	}
	return list
}

// figuresOf is what was told of an app; it also marks the app as one that has
// been told of.
func (t *Tracker) figuresOf(app domain.AppID) *domain.Connections {
	f := t.figures[app]
	if f == nil {
		f = domain.NewConnections(t.c.Node)
		t.figures[app] = f
	}
	return f
}

// failed lets a change be told again later.
func (t *Tracker) failed(ctx context.Context, c commands.ChangePresence, err error) {
	t.warn(ctx, "presence could not be told", c.App, err)
	t.mu.Lock()
	defer t.mu.Unlock()
	p := place{c.App, c.Channel}
	for _, users := range [][]domain.UserID{c.Enter, c.Leave} {
		for _, user := range users {
			t.touch(p, t.places[p], user)
		}
	}
	t.tellAt = time.Now().Add(t.c.Every)
}

// warn says what went wrong, unless everything ends.
func (t *Tracker) warn(ctx context.Context, what string, app domain.AppID, err error) {
	if context.Cause(ctx) != context.Canceled {
		t.c.Logger.Warn(what, "app", app, "err", err)
	}
}

// tellFigures appends how many sockets are in the channels where that has
// changed, one event for each app.
func (t *Tracker) tellFigures(ctx context.Context) {
	list := t.countings()
	each(len(list), func(i int) {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		if _, err := t.c.Commands.ChangeConnections(ctx, list[i]); err != nil {
			t.warn(ctx, "numbers of sockets could not be told", list[i].App, err)
			t.mu.Lock()
			defer t.mu.Unlock()
			for channel := range list[i].Channels {
				t.count(place{list[i].App, channel})
			}
		}
	})
}

// countings are the figures that are to be told now.
func (t *Tracker) countings() (list []commands.ChangeConnections) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if len(t.counted) == 0 || now.Before(t.countAt) {
		return nil
	}
	apps := map[domain.AppID]map[domain.ChannelID]domain.Gauges{}
	for p := range t.counted {
		if apps[p.app] == nil {
			apps[p.app] = map[domain.ChannelID]domain.Gauges{}
		}
		if len(apps[p.app]) == maxChannels {
			continue
		}
		apps[p.app][p.channel] = domain.Gauges{}
		if c := t.places[p]; c != nil {
			apps[p.app][p.channel] = domain.Gauges{Connections: c.sockets}
		}
		delete(t.counted, p)
	}
	for app, channels := range apps {
		list = append(list, commands.ChangeConnections{App: app, Node: t.c.Node, Here: t.figuresOf(app), Channels: channels})
	}
	t.lastCount, t.countAt = now, now.Add(t.c.Every)
	return list
}

// end tells every app of which this node has spoken that it is gone.
func (t *Tracker) end(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	t.mu.Lock()
	t.ended = true
	var apps []domain.AppID
	for app := range t.figures {
		apps = append(apps, app)
	}
	t.mu.Unlock()
	each(len(apps), func(i int) {
		if _, err := t.c.Commands.ClearNode(ctx, commands.ClearNode{App: apps[i], Node: t.c.Node, By: t.c.Node}); err != nil {
			t.c.Logger.Warn("the end of this node could not be told, another one will", "app", apps[i], "err", err)
		}
	})
}

// each calls f for 0 to n-1, some side by side, and waits for all.
func each(n int, f func(int)) {
	var working sync.WaitGroup
	turns := make(chan struct{}, atOnce)
	for i := range n {
		turns <- struct{}{}
		working.Go(func() {
			defer func() { <-turns }()
			f(i)
		})
	}
	working.Wait()
}

package fanout

import (
	"context"
	"errors"
	"sync"
	"time"

	"parley/domain"
	"parley/internal/eventstore"
	"parley/queries"
)

// Sizes of what is read at once, and the pause after something went wrong.
const (
	maxTopics  = 200
	maxEntries = 200
	retryPause = 50 * time.Millisecond
)

// shown are the projections whose state a frame and the reads that follow it
// must show (CH-819).
var shown = []string{"directory", "timeline"}

// Run serves until the context ends.
func (h *Hub) Run(ctx context.Context) error {
	head, err := h.c.Log.Head(ctx)
	if err != nil {
		return err
	}
	h.heard.Store(int64(head))
	close(h.ready)
	var loops sync.WaitGroup
	defer loops.Wait()
	loops.Go(func() { h.watch(ctx, head) })
	h.pump(ctx)
	return nil
}

// watch follows the log and marks what is touched.
func (h *Hub) watch(ctx context.Context, after eventstore.Position) {
	for ctx.Err() == nil {
		sub, err := h.c.Log.Subscribe(ctx, after)
		if err != nil {
			return // the log is closed
		}
		after = h.follow(ctx, sub, after)
		sub.Close()
		pause(ctx, retryPause)
	}
}

func (h *Hub) follow(ctx context.Context, sub eventstore.Subscription, after eventstore.Position) eventstore.Position {
	for {
		b, err := sub.Next(ctx, 1000)
		if err != nil {
			if ctx.Err() == nil && !errors.Is(err, eventstore.ErrClosed) {
				h.c.Logger.Warn("live delivery does not hear of the log", "err", err)
			}
			return after
		}
		for _, r := range b.Events {
			h.heard.Store(int64(r.Position)) // before it is looked at who listens
			h.see(r)
			after = r.Position
		}
	}
}

// see marks the topic of an event, if anybody has subscribed to it.
func (h *Hub) see(r eventstore.Recorded) {
	h.mu.RLock()
	none := len(h.open) == 0
	h.mu.RUnlock()
	if none {
		return
	}
	name, err := domain.ParseStream(r.Stream)
	if err != nil || name.Category != "channel" && name.Category != "message" {
		return
	}
	if t := (Topic{name.App, name.Channel}); h.find(t) != nil {
		h.touched.add(t, int64(r.Position))
	}
}

// pump hands out what is touched as soon as the read models show it.
func (h *Hub) pump(ctx context.Context) {
	for ctx.Err() == nil {
		position, moved := h.c.Models.Moved(shown)
		ready, rest := h.touched.take(position, maxTopics)
		if len(ready) > 0 {
			tries := maxTries
			if left := h.serve(ctx, ready, position, &tries); len(left) > 0 {
				time.AfterFunc(retryPause, func() { h.retry(left, position) })
			}
			continue
		}
		if !rest {
			moved = nil // nothing waits for the read models
		}
		select {
		case <-moved:
		case <-h.touched.woke:
		case <-ctx.Done():
		}
	}
}

// maxTries is how many failures a round may have: enough to find a few channels
// among many, not so many that a database which is away is asked for long.
const maxTries = 64

// serve hands out what is new in topics and gives those for which that failed.
// After a failure each half is tried by itself: one channel that cannot be shown
// holds up no other.
func (h *Hub) serve(ctx context.Context, ready []Topic, position int64, tries *int) (left []Topic) {
	err := h.handOut(ctx, ready, position)
	if err == nil || ctx.Err() != nil {
		return nil
	}
	if *tries--; len(ready) == 1 || *tries <= 0 || errors.Is(err, queries.ErrBehind) {
		h.c.Logger.Warn("live delivery waits for the read models", "channels", len(ready), "err", err)
		return ready
	}
	half := len(ready) / 2
	left = h.serve(ctx, ready[:half:half], position, tries)
	return append(left, h.serve(ctx, ready[half:], position, tries)...)
}

// retry marks topics once more.
func (h *Hub) retry(topics []Topic, position int64) {
	for _, t := range topics {
		h.touched.add(t, position)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// handOut reads what is new in topics and gives it to their subscribers.
func (h *Hub) handOut(ctx context.Context, ready []Topic, position int64) error {
	var topics []*topic
	var of []queries.Stretch
	for _, name := range ready {
		t := h.find(name)
		if t == nil {
			continue
		}
		t.mu.Lock()
		last := t.last
		t.mu.Unlock()
		if last < 0 {
			continue // it is touched again when its first subscriber knows where to begin
		}
		topics, of = append(topics, t), append(of, queries.Stretch{App: t.App, Channel: t.Channel, After: last})
	}
	if len(of) == 0 {
		return nil
	}
	entries, err := h.c.Reader.Entries(ctx, queries.Freshness(position), of, maxEntries)
	if err != nil {
		return err
	}
	for i, t := range topics {
		if len(entries[i]) == maxEntries {
			h.touched.add(t.Topic, position)
		}
		if err := h.deliver(ctx, t, entries[i]); err != nil {
			return err
		}
	}
	return nil
}

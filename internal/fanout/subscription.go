package fanout

import (
	"context"
	"sync/atomic"

	"parley/domain"
	"parley/queries"
)

// Subscription is one connection's interest in one channel.
type Subscription struct {
	hub    *Hub
	topic  *topic
	sink   Sink
	user   domain.UserID
	format Format
	// start is the entry after which frames are given, since those before
	// came otherwise; known is the one up to which the user's membership was
	// looked at.
	start, known int64
	ended        atomic.Bool
	gone         func()
}

// Want is what a connection wants of a channel.
type Want struct {
	Topic  Topic
	User   domain.UserID
	Sink   Sink
	Format Format
	// Head reads where the channel's log stands, and refuses who may not read
	// it.
	Head func(context.Context) (queries.LogHead, error)
	// After is the entry that the client has seen last; nil: it wants what
	// comes from now on.
	After *int64
	// Confirm is what says that the subscription stands; gap tells
	// that After is too far back, or ahead of the log.
	Confirm func(head queries.LogHead, gap bool) [][]byte
	// Gone is called when the hub ends the subscription, because the user is
	// no member any more or the channel is gone; with no lock held by the hub
	// that Subscription.End takes.
	Gone func()
}

// Subscribe begins a subscription: its confirmation is in the sink before its
// first frame, what was missed comes before what happens, and nothing is left
// out or comes twice (CH-805, CH-819). It returns when everything that was
// missed is in the sink.
func (h *Hub) Subscribe(ctx context.Context, w Want) (*Subscription, error) {
	select {
	case <-h.ready:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	t := h.topic(w.Topic) // from here on it is marked when it is touched
	head, err := w.Head(ctx)
	if err != nil {
		h.leave(t)
		return nil, err
	}
	s := &Subscription{hub: h, topic: t, sink: w.Sink, user: w.User, format: w.Format, start: head.Seq, known: head.Seq, gone: w.Gone}
	gap := false
	if w.After != nil {
		gap = *w.After > head.Seq || head.Seq-*w.After > h.c.Past
		if !gap {
			s.start = *w.After
		}
	}
	if !w.Sink.Push(w.Confirm(head, gap)...) {
		h.leave(t)
		return nil, context.Canceled
	}
	h.c.Audience.Joined(t.App, t.Channel, s.user)
	if err := s.catchUp(ctx, head.Seq); err != nil {
		s.End()
		return nil, err
	}
	return s, nil
}

// catchUp gives what was missed and joins those who get what happens.
func (s *Subscription) catchUp(ctx context.Context, head int64) error {
	for !s.join(head) {
		of := []queries.Stretch{{App: s.topic.App, Channel: s.topic.Channel, After: s.start}}
		entries, err := s.hub.c.Reader.Entries(ctx, 0, of, maxEntries)
		if err != nil {
			return err
		}
		if len(entries[0]) == 0 { // what others were shown already is not there: the read models are behind
			pause(ctx, retryPause)
			continue
		}
		frames, err := s.format.Frames(ctx, s.topic.Topic, entries[0])
		if err != nil {
			return err
		}
		send, end := s.until(entries[0], frames)
		s.start = entries[0][len(entries[0])-1].Seq
		if err := s.sink.PushWait(ctx, send...); err != nil {
			return err
		}
		if end {
			s.expel()
			return nil
		}
	}
	return nil
}

// join makes the subscription one of those that get what happens, once it has
// everything up to what they had and up to the head.
func (s *Subscription) join(head int64) bool {
	t := s.topic
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last < 0 {
		t.last = head
		// What nobody has marked: it happened before the topic was open, or
		// was taken up while nobody knew where to begin. The read models may
		// be behind it.
		s.hub.touched.add(t.Topic, s.hub.heard.Load())
	}
	if s.ended.Load() {
		return true
	}
	if s.start < max(t.last, head) {
		return false
	}
	t.subs[s] = struct{}{}
	return true
}

// End ends the subscription: no further frame is given.
func (s *Subscription) End() {
	if !s.ended.CompareAndSwap(false, true) {
		return
	}
	s.topic.mu.Lock()
	delete(s.topic.subs, s)
	s.topic.mu.Unlock()
	s.hub.leave(s.topic)
	s.hub.c.Audience.Left(s.topic.App, s.topic.Channel, s.user)
}

// expel ends the subscription from the hub's side.
func (s *Subscription) expel() {
	s.End()
	if s.gone != nil {
		s.gone()
	}
}

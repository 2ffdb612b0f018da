package fanout

import (
	"context"

	"parley/domain"
	"parley/queries"
)

// Types of the events after which somebody may not read on.
var (
	memberRemoved  = domain.MemberRemoved{}.Type()
	channelDeleted = domain.ChannelDeleted{}.Type()
)

// ends reports whether an entry ends the subscriptions of a user.
func ends(e queries.Entry, user domain.UserID) bool {
	return e.Type == channelDeleted || e.Type == memberRemoved && domain.UserID(e.Subject) == user
}

// deliver gives the entries that follow what a topic has handed out to its
// subscribers.
func (h *Hub) deliver(ctx context.Context, t *topic, entries []queries.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	made := map[Format][]Frame{}
	for !t.lockFor(made) {
		if err := render(ctx, t, entries, made); err != nil {
			return err
		}
	}
	var expelled []*Subscription
	t.last = entries[len(entries)-1].Seq
	if anyEnds(entries) {
		expelled = t.give(entries, made)
	} else {
		t.giveAll(made)
	}
	t.mu.Unlock()
	for _, s := range expelled {
		s.expel()
	}
	return nil
}

// lockFor locks the topic if every format that a subscriber wants is made;
// otherwise it names those that are missing.
func (t *topic) lockFor(made map[Format][]Frame) bool {
	t.mu.Lock()
	complete := true
	for s := range t.subs {
		if made[s.format] == nil {
			made[s.format] = nil
			complete = false
		}
	}
	if !complete {
		t.mu.Unlock()
	}
	return complete
}

// render makes the frames of the formats that are missing.
func render(ctx context.Context, t *topic, entries []queries.Entry, made map[Format][]Frame) error {
	for f, frames := range made {
		if frames != nil {
			continue
		}
		frames, err := f.Frames(ctx, t.Topic, entries)
		if err != nil {
			return err
		}
		made[f] = frames
	}
	return nil
}

// giveAll gives entries that end no subscription. The topic is locked.
func (t *topic) giveAll(made map[Format][]Frame) {
	bytes := map[Format][][]byte{}
	for f, frames := range made {
		for _, frame := range frames {
			bytes[f] = append(bytes[f], frame.Bytes)
		}
	}
	for s := range t.subs {
		frames := made[s.format]
		if s.start < frames[0].Seq {
			s.sink.Push(bytes[s.format]...)
			continue
		}
		s.sink.Push(s.beyond(frames)...)
	}
}

// give gives entries among which some end subscriptions, and takes those out.
// The topic is locked.
func (t *topic) give(entries []queries.Entry, made map[Format][]Frame) (expelled []*Subscription) {
	for s := range t.subs {
		frames, end := s.until(entries, made[s.format])
		s.sink.Push(frames...)
		if end {
			delete(t.subs, s)
			expelled = append(expelled, s)
		}
	}
	return expelled
}

func anyEnds(entries []queries.Entry) bool {
	for _, e := range entries {
		if e.Type == channelDeleted || e.Type == memberRemoved {
			return true
		}
	}
	return false
}

// beyond are the bytes of the frames that the subscriber does not have.
func (s *Subscription) beyond(frames []Frame) [][]byte {
	out := make([][]byte, 0, len(frames))
	for _, f := range frames {
		if f.Seq > s.start {
			out = append(out, f.Bytes)
		}
	}
	return out
}

// until is beyond up to the entry that ends the subscription, if there is one.
// An entry up to which the membership was looked at ends nothing: a member who
// has come back may read how he had left.
func (s *Subscription) until(entries []queries.Entry, frames []Frame) (out [][]byte, end bool) {
	last := int64(0)
	for _, e := range entries {
		if e.Seq > s.known && ends(e, s.user) {
			last, end = e.Seq, true
			break
		}
	}
	if !end {
		return s.beyond(frames), false
	}
	for _, f := range frames {
		if f.Seq > s.start && f.Seq <= last {
			out = append(out, f.Bytes)
		}
	}
	return out, true
}

// Signal gives a frame that is in no log to the subscribers of a topic, but
// not to those of one user. The frame is made for each format.
func (h *Hub) Signal(t Topic, without domain.UserID, make func(Format) []byte) {
	found := h.find(t)
	if found == nil {
		return
	}
	made := map[Format][]byte{}
	found.mu.Lock()
	defer found.mu.Unlock()
	for s := range found.subs {
		if s.user == without && without != "" {
			continue
		}
		frame, ok := made[s.format]
		if !ok {
			frame = make(s.format)
			made[s.format] = frame
		}
		if frame != nil {
			s.sink.Push(frame)
		}
	}
}

// Listened reports whether anybody on this node has subscribed to a topic.
func (h *Hub) Listened(t Topic) bool { return h.find(t) != nil }

package commands

import (
	"parley/domain"
	"parley/internal/eventstore"
)

// decision is one attempt: the states that the rule has looked at, each of
// which becomes a guard, and those that had to be read from the log first.
type decision struct {
	s       *Service
	at      eventstore.Position
	held    []*state
	missing []*state
	// ahead is a state that is ahead of the log: what steps before this one
	// have decided is folded in.
	ahead *state
	// revisions are those of held when the rule had decided, seen is the
	// position of the newest event that the rule looked at.
	revisions []eventstore.Revision
	seen      eventstore.Position
}

// read gives the folded state of a stream. One that is not current makes the
// attempt void: it is loaded and the rule is asked again.
func (d *decision) read(stream string, zero func() domain.State) domain.State {
	for _, st := range d.held {
		if st.stream == stream {
			return st.folded
		}
	}
	st := d.ahead
	if st == nil || st.stream != stream {
		st = d.s.state(stream, zero)
	}
	if !st.current {
		d.missing = append(d.missing, st)
		return zero()
	}
	d.held = append(d.held, st)
	return st.folded
}

func (d *decision) user(app domain.AppID, u domain.UserID) *domain.User {
	return d.read(domain.UserStream(app, u), func() domain.State { return domain.NewUser() }).(*domain.User)
}

func (d *decision) channel(app domain.AppID, c domain.ChannelID) *domain.Channel {
	return d.read(domain.ChannelStream(app, c), func() domain.State { return domain.NewChannel() }).(*domain.Channel)
}

// message is the message with an id of a channel; 0 is the id of none.
func (d *decision) message(app domain.AppID, c domain.ChannelID, m domain.MessageID) *domain.Message {
	if m <= 0 {
		return domain.NewMessage()
	}
	return d.read(domain.MessageStream(app, c, m), func() domain.State { return domain.NewMessage() }).(*domain.Message)
}

// sent reports whether a message is or was in a channel. Nothing undoes a
// sending, so a state that is not current may tell it, and needs no guard.
func (d *decision) sent(app domain.AppID, c domain.ChannelID, m domain.MessageID) bool {
	if st, ok := d.s.states.GetIfPresent(domain.MessageStream(app, c, m)); ok {
		if known, ok := st.folded.(*domain.Message); ok && known.Exists() {
			return true
		}
	}
	return d.message(app, c, m).Exists()
}

func (d *decision) app(app domain.AppID) *domain.App {
	return d.read(domain.AppStream(app), func() domain.State { return domain.NewApp() }).(*domain.App)
}

// rule looks at states through the decision and refuses or answers events.
type rule func(*decision) ([]domain.Event, error)

// put asks the rule once. Whatever the rule does, the states move again.
func (d *decision) put(r rule) ([]domain.Event, error) {
	d.s.folding.RLock()
	defer d.s.folding.RUnlock()
	events, err := r(d)
	for _, st := range d.held {
		d.revisions = append(d.revisions, st.last)
		d.seen = max(d.seen, st.at)
	}
	return events, err
}

// guards are the states looked at, and what is expected of the target.
func (d *decision) guards(target string) ([]eventstore.Guard, eventstore.Expected) {
	expected := eventstore.NoStream
	guards := make([]eventstore.Guard, 0, len(d.held))
	for i, st := range d.held {
		if st.stream == target {
			expected = eventstore.Expected(d.revisions[i])
			continue
		}
		guards = append(guards, eventstore.Guard{Stream: st.stream, Revision: d.revisions[i], Position: d.at})
	}
	return guards, expected
}

package commands

import (
	"context"

	"parley/domain"
	"parley/internal/eventstore"
)

// TypingSignal says that a user types in a channel, as of a position of the
// log, or that this has ended by the event at that position. Without a user it
// has ended for everybody there.
type TypingSignal struct {
	App      domain.AppID
	Channel  domain.ChannelID
	User     domain.UserID
	Position int64
	Ended    bool
}

// Typing learns who types. Typing is no fact: it is never in the log, and a
// signal may be lost (CH-705). What ends it is in the log, so every node learns
// of that for certain. Signal does not block.
type Typing interface{ Signal(TypingSignal) }

// SignalTyping says that the actor types in a channel.
type SignalTyping struct {
	By      domain.Actor
	Channel domain.ChannelID
}

// SignalTyping lets others see for a moment that the actor types (CH-700). It
// changes nothing that is kept.
func (s *Service) SignalTyping(ctx context.Context, c SignalTyping) (Outcome, error) {
	me := c.By.User()
	switch {
	case me == "":
		return Outcome{}, domain.ErrForbidden
	case c.Channel <= 0:
		return Outcome{}, domain.ErrChannelNotFound
	}
	at, err := s.check(ctx, func(d *decision) error {
		return domain.Authorize(c.By, domain.TakePart, d.channel(c.By.App, c.Channel).Standing(c.By))
	})
	if err != nil {
		return Outcome{}, err
	}
	at = max(at, s.LastWrite(c.By.App, me))
	s.typing.Signal(TypingSignal{App: c.By.App, Channel: c.Channel, User: me, Position: at})
	return Outcome{Position: at}, nil
}

// check asks a rule that leads to no event, until what it looked at was as new
// as the log when it began. It gives the position of that.
func (s *Service) check(ctx context.Context, allowed func(*decision) error) (int64, error) {
	var c confirmation
	for {
		d, _, refusal := s.ask(ctx, func(d *decision) ([]domain.Event, error) { return nil, allowed(d) })
		if d == nil {
			return 0, refusal
		}
		again, err := s.confirm(ctx, d, &c, refusal)
		switch {
		case err != nil:
			return 0, err
		case !again:
			return int64(max(d.at, d.seen)), refusal
		}
	}
}

// LastWrite is the position of the newest event of a user that this node has
// seen and that the projections may not have applied; 0 for none.
func (s *Service) LastWrite(app domain.AppID, u domain.UserID) int64 {
	return s.tail.newest(actorKey{app, domain.ActorUser, string(u)})
}

// Types of the events that end typing (CH-703).
var (
	messageSent    = domain.MessageSent{}.Type()
	memberRemoved  = domain.MemberRemoved{}.Type()
	channelDeleted = domain.ChannelDeleted{}.Type()
)

// endTyping tells of an event that ends the typing of somebody, appended here
// or seen in the log.
func (s *Service) endTyping(r eventstore.Recorded) {
	switch r.Type {
	case messageSent, memberRemoved, channelDeleted:
	default:
		return
	}
	name, err := domain.ParseStream(r.Stream)
	if err != nil {
		return // no stream of ours: nobody types there
	}
	ended := TypingSignal{App: name.App, Channel: name.Channel, Position: int64(r.Position), Ended: true}
	switch r.Type {
	case messageSent:
		if domain.ActorKind(r.Meta[domain.MetaActorKind]) != domain.ActorUser {
			return
		}
		ended.User = domain.UserID(r.Meta[domain.MetaActor])
	case memberRemoved:
		e, err := r.Decode()
		removed, ok := e.Event.(domain.MemberRemoved)
		if err != nil || !ok {
			return // the projections report it
		}
		ended.User = removed.User
	}
	s.typing.Signal(ended)
}

// silence is a node on which nobody is told who types.
type silence struct{}

// Signal does nothing.
func (silence) Signal(TypingSignal) {}

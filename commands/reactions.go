package commands

import (
	"context"
	"time"

	"parley/domain"
)

// AddReaction asks for a reaction of the actor to a message.
type AddReaction struct {
	By      domain.Actor
	Channel domain.ChannelID
	Message domain.MessageID
	Emote   string
	At      time.Time // of the event; zero: now
	Once    []string
	Input   error // what was wrong with the request, answered in its turn (CH-026)
}

// RemoveReaction asks for the actor's reaction to a message to be taken back.
type RemoveReaction AddReaction

// AddReaction reacts (CH-400 to CH-407).
func (s *Service) AddReaction(ctx context.Context, c AddReaction) (Outcome, error) {
	return s.react(ctx, c, func(m *domain.Message) ([]domain.Event, error) {
		return m.React(c.By.User(), c.Emote, domain.IDAt(s.now()))
	})
}

// RemoveReaction takes back (CH-410, CH-411).
func (s *Service) RemoveReaction(ctx context.Context, c RemoveReaction) (Outcome, error) {
	return s.react(ctx, AddReaction(c), func(m *domain.Message) ([]domain.Event, error) {
		return m.Unreact(c.By.User(), c.Emote, domain.IDAt(s.now()))
	})
}

// react decides about the message, guarded by the channel and the actor.
func (s *Service) react(ctx context.Context, c AddReaction, ask func(*domain.Message) ([]domain.Event, error)) (Outcome, error) {
	if c.Channel <= 0 {
		return Outcome{}, domain.ErrChannelNotFound
	}
	q := request{
		actor: c.By, stream: domain.MessageStream(c.By.App, c.Channel, c.Message), at: c.At, once: c.Once,
		fields: domain.AppendTuple(nil, []byte(c.Emote)),
	}
	return s.decide(ctx, q, func(d *decision) ([]domain.Event, error) {
		if err := d.takesPart(c.By, c.Channel); err != nil {
			return nil, err
		}
		if c.Input != nil {
			return nil, c.Input
		}
		return ask(d.message(c.By.App, c.Channel, c.Message))
	})
}

// takesPart demands that the actor be a user who takes part in a channel, and
// makes both guards of the decision.
func (d *decision) takesPart(a domain.Actor, c domain.ChannelID) error {
	d.actor(a)
	if err := domain.Authorize(a, domain.TakePart, d.channel(a.App, c).Standing(a)); err != nil {
		return err
	}
	if a.User() == "" {
		return domain.ErrForbidden // what is added and read is a user's
	}
	return nil
}

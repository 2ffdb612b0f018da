package commands

import (
	"context"
	"strconv"

	"parley/domain"
)

// RenameChannel asks for another name of a group or room.
type RenameChannel struct {
	By      domain.Actor
	Channel domain.ChannelID
	Name    string
	Once    []string
	Input   error // what was wrong with the body
}

// RenameChannel gives a channel another name (CH-140 to CH-143). Names are
// sealed, so the name that it has already is a change like any other.
func (s *Service) RenameChannel(ctx context.Context, c RenameChannel) (Outcome, error) {
	if c.Channel <= 0 {
		return Outcome{}, domain.ErrChannelNotFound
	}
	q := request{
		actor: c.By, stream: domain.ChannelStream(c.By.App, c.Channel), once: c.Once,
		fields: domain.AppendTuple(nil, []byte(c.Name)),
	}
	return s.decide(ctx, q, func(d *decision) ([]domain.Event, error) {
		d.actor(c.By)
		return d.channel(c.By.App, c.Channel).Rename(c.By, c.Channel, c.Name, c.Input)
	})
}

// DeleteChannel asks that a channel be gone for everyone.
type DeleteChannel struct {
	By      domain.Actor
	Channel domain.ChannelID
	Once    []string
	Input   error // what was wrong with the request
}

// DeleteChannel deletes a channel (CH-160). What is decided at the same time
// on other nodes is guarded by the channel's stream, so nothing follows.
func (s *Service) DeleteChannel(ctx context.Context, c DeleteChannel) (Outcome, error) {
	if c.Channel <= 0 {
		return Outcome{}, domain.ErrChannelNotFound
	}
	q := request{
		actor: c.By, stream: domain.ChannelStream(c.By.App, c.Channel), once: c.Once,
		causes: domain.ErrChannelNotFound,
	}
	return s.decide(ctx, q, func(d *decision) ([]domain.Event, error) {
		d.actor(c.By)
		return d.channel(c.By.App, c.Channel).Delete(c.By, c.Input)
	})
}

// HideChannel asks that a channel leave the actor's list, or come back.
type HideChannel struct {
	By      domain.Actor
	Channel domain.ChannelID
	Hidden  bool
	Once    []string
	Input   error // what was wrong with the body
}

// HideChannel hides or shows a channel (CH-150); idempotent.
func (s *Service) HideChannel(ctx context.Context, c HideChannel) (Outcome, error) {
	me := c.By.User()
	switch {
	case c.Channel <= 0:
		return Outcome{}, domain.ErrChannelNotFound
	case me == "":
		return Outcome{}, domain.ErrForbidden
	}
	q := request{
		actor: c.By, stream: domain.UserStream(c.By.App, me), once: c.Once,
		fields: strconv.AppendBool(nil, c.Hidden),
	}
	return s.decide(ctx, q, func(d *decision) ([]domain.Event, error) {
		return d.user(c.By.App, me).Hide(c.By, c.Channel, d.channel(c.By.App, c.Channel), c.Hidden, c.Input)
	})
}

package commands

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"parley/domain"
)

// CreateChannel asks for a dm with User, or a group or room called Name.
type CreateChannel struct {
	By    domain.Actor
	Kind  domain.ChannelKind
	User  domain.UserID
	Name  string
	At    time.Time // of the event; zero: now
	Once  []string
	Input error // what was wrong with the body
}

// CreateChannel makes a channel (CH-110 to CH-123). For a dm that exists
// already the outcome has Changed false and its stream (CH-111).
func (s *Service) CreateChannel(ctx context.Context, c CreateChannel) (Outcome, error) {
	if c.Input != nil {
		return Outcome{}, c.Input
	}
	switch c.Kind {
	case domain.DM:
		return s.createDM(ctx, c)
	case domain.Group, domain.Room:
		return s.createNamed(ctx, c)
	}
	return Outcome{}, domain.ErrInvalidRequest.Because("type is dm, group or room")
}

// fields are what the repeats of a creation must share.
func (c CreateChannel) fields() []byte {
	return domain.AppendTuple(nil, []byte(c.Kind), []byte(c.User), []byte(c.Name))
}

var errCollision = errors.New("the id belongs to another channel")

// createDM derives the channel's id from the pair, so that the log decides a
// race of two creations. An id that another natural key holds is salted.
func (s *Service) createDM(ctx context.Context, c CreateChannel) (Outcome, error) {
	me := c.By.User()
	switch {
	case !c.User.Valid():
		return Outcome{}, domain.ErrInvalidRequest.Because("user_id is missing or not a user id")
	case me == "":
		return Outcome{}, domain.ErrForbidden
	case c.User == me:
		return Outcome{}, domain.ErrCannotDMSelf
	}
	key := domain.PairKey(me, c.User)
	for {
		n, err := s.keys.NaturalID(ctx, c.By.App, key.Salt, key.Parts()...)
		if err != nil {
			return Outcome{}, fmt.Errorf("derive the id of a dm: %w", err)
		}
		if n != 0 {
			out, err := s.createAt(ctx, c, domain.ChannelID(n), func(d *decision, ch *domain.Channel) ([]domain.Event, error) {
				if d.user(c.By.App, me).Blocks(c.User) || d.user(c.By.App, c.User).Blocks(me) {
					return nil, domain.ErrDMBlocked
				}
				events, existing := ch.CreateDM(me, c.User, key)
				if existing && !ch.Natural.Equal(key) {
					return nil, errCollision
				}
				return events, nil
			})
			switch {
			case err == nil && !out.Changed && !out.Repeated:
				return s.reopen(ctx, c, out)
			case !errors.Is(err, errCollision):
				return out, err
			}
		}
		key.Salt++
	}
}

// reopen puts a dm that a creation has found back into the list of who asked
// for it (CH-111).
func (s *Service) reopen(ctx context.Context, c CreateChannel, out Outcome) (Outcome, error) {
	me := c.By.User()
	shown, err := s.decide(ctx, request{actor: c.By, stream: domain.UserStream(c.By.App, me), at: c.At},
		func(d *decision) ([]domain.Event, error) { return d.user(c.By.App, me).Show(out.Stream.Channel), nil })
	if err != nil {
		return Outcome{}, err
	}
	out.Position = max(out.Position, shown.Position)
	return out, nil
}

// createNamed draws the id itself: the key that seals the name belongs to it
// and must be in the keyring before the append.
func (s *Service) createNamed(ctx context.Context, c CreateChannel) (Outcome, error) {
	name, err := domain.ChannelName(c.Name)
	if err != nil {
		return Outcome{}, err
	}
	c.Name = name
	// A repeat is found before a channel is drawn and gets a key.
	if out, repeated, err := s.findOnce(ctx, request{actor: c.By, once: c.Once, fields: c.fields()}); repeated || err != nil {
		return out, err
	}
	for {
		id := s.drawChannel()
		out, err := s.createAt(ctx, c, id, func(d *decision, ch *domain.Channel) ([]domain.Event, error) {
			if ch.Kind != "" {
				return nil, errCollision
			}
			if me := c.By.User(); me != "" {
				d.user(c.By.App, me)
			}
			return domain.CreateNamed(id, c.Kind, c.By.User(), c.Name), nil
		})
		if !errors.Is(err, errCollision) {
			return out, err
		}
	}
}

func (s *Service) createAt(ctx context.Context, c CreateChannel, id domain.ChannelID,
	r func(*decision, *domain.Channel) ([]domain.Event, error),
) (Outcome, error) {
	q := request{
		actor: c.By, stream: domain.ChannelStream(c.By.App, id), at: c.At, once: c.Once,
		fields: c.fields(),
	}
	out, err := s.decide(ctx, q, func(d *decision) ([]domain.Event, error) {
		return r(d, d.channel(c.By.App, id))
	})
	if err == nil && !out.Repeated {
		out.Stream = domain.StreamName{Category: "channel", App: c.By.App, Channel: id}
	}
	return out, err
}

// drawChannel is a new channel id, rising on this node; the random part keeps
// nodes apart.
func (s *Service) drawChannel() domain.ChannelID {
	for {
		last := s.lastChannel.Load()
		id := max(domain.IDAt(s.now())+rand.Int64N(1<<20), last+1)
		if s.lastChannel.CompareAndSwap(last, id) {
			return domain.ChannelID(id)
		}
	}
}

package commands

import (
	"context"
	"time"

	"parley/domain"
)

// AddMember asks for a user to become a member; oneself means joining.
type AddMember struct {
	By      domain.Actor
	Channel domain.ChannelID
	User    domain.UserID
	Role    domain.Role // "" is member
	At      time.Time   // of the event; zero: now
	Once    []string
	Input   error // what was wrong with the body
}

// AddMember adds or joins (CH-210 to CH-218).
func (s *Service) AddMember(ctx context.Context, c AddMember) (Outcome, error) {
	if c.Channel <= 0 {
		return Outcome{}, domain.ErrChannelNotFound
	}
	st := c.step()
	return s.decide(ctx, st.request, st.ask)
}

func (c AddMember) step() step {
	q := request{
		actor: c.By, stream: domain.ChannelStream(c.By.App, c.Channel), at: c.At, once: c.Once,
		fields: domain.AppendTuple(nil, []byte(c.User), []byte(c.Role)),
	}
	return step{q, func(d *decision) ([]domain.Event, error) {
		d.actor(c.By)
		return d.channel(c.By.App, c.Channel).Add(c.By, domain.AddMember{User: c.User, Role: c.Role, Input: c.Input})
	}}
}

// RemoveMember asks for a member to be taken out; oneself means leaving.
type RemoveMember struct {
	By      domain.Actor
	Channel domain.ChannelID
	User    domain.UserID
	At      time.Time // of the event; zero: now
	Once    []string
	Input   error // what was wrong with the request
}

// RemoveMember removes or leaves (CH-220 to CH-226).
func (s *Service) RemoveMember(ctx context.Context, c RemoveMember) (Outcome, error) {
	if c.Channel <= 0 {
		return Outcome{}, domain.ErrChannelNotFound
	}
	st := c.step()
	return s.decide(ctx, st.request, st.ask)
}

func (c RemoveMember) step() step {
	q := request{
		actor: c.By, stream: domain.ChannelStream(c.By.App, c.Channel), at: c.At, once: c.Once,
		fields: domain.AppendTuple(nil, []byte(c.User)),
	}
	if c.User == c.By.User() {
		q.causes = domain.ErrNotMember
	}
	return step{q, func(d *decision) ([]domain.Event, error) {
		d.actor(c.By)
		return d.channel(c.By.App, c.Channel).Remove(c.By, c.User, c.Input)
	}}
}

// ChangeRole asks that a member have another role; owner hands the channel
// over.
type ChangeRole struct {
	By      domain.Actor
	Channel domain.ChannelID
	User    domain.UserID
	Role    domain.Role
	Once    []string
	Input   error // what was wrong with the body
}

// ChangeRole changes a role or the owner (CH-230).
func (s *Service) ChangeRole(ctx context.Context, c ChangeRole) (Outcome, error) {
	if c.Channel <= 0 {
		return Outcome{}, domain.ErrChannelNotFound
	}
	q := request{
		actor: c.By, stream: domain.ChannelStream(c.By.App, c.Channel), once: c.Once,
		fields: domain.AppendTuple(nil, []byte(c.User), []byte(c.Role)),
	}
	if c.Role == domain.RoleOwner {
		q.causes = domain.ErrNotOwner
	}
	return s.decide(ctx, q, func(d *decision) ([]domain.Event, error) {
		d.actor(c.By)
		return d.channel(c.By.App, c.Channel).ChangeRole(c.By, c.User, c.Role, c.Input)
	})
}

// actor makes the acting user's stream a guard of the decision.
func (d *decision) actor(a domain.Actor) {
	if u := a.User(); u != "" {
		d.user(a.App, u)
	}
}

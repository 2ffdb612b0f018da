package commands

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"parley/domain"
)

// SendMessage asks for a message of the actor in a channel.
type SendMessage struct {
	By      domain.Actor
	Channel domain.ChannelID
	Kind    domain.MessageKind // "" is text
	Text    string
	Limit   domain.TextLimit
	Once    []string // scope of the request's idempotency, nil for none
	// Input is what was wrong with the body, answered in its turn (CH-026).
	Input error
}

// Sent is the outcome of SendMessage; SenderName is the name the message
// carries.
type Sent struct {
	Outcome
	SenderName string
}

// SendMessage appends to a new stream; the log draws the message's id. It is
// guarded by the channel and the sender, in a dm by both users, so that no
// message follows a removal or a block.
func (s *Service) SendMessage(ctx context.Context, c SendMessage) (Sent, error) {
	for {
		name, key, err := s.nameOf(ctx, c.By)
		if err != nil {
			return Sent{}, err
		}
		out, err := s.send(ctx, c, name, key)
		if !errors.Is(err, errErasedMeanwhile) {
			return Sent{Outcome: out, SenderName: name}, err
		}
	}
}

// errErasedMeanwhile says that the sender was erased after the name that the
// message carries was looked up: it must not be sealed anew.
var errErasedMeanwhile = errors.New("the sender was erased meanwhile")

func (s *Service) send(ctx context.Context, c SendMessage, name string, key int) (Outcome, error) {
	m := domain.SendMessage{
		Kind: c.Kind, Content: domain.Content{Text: c.Text, SenderName: name}, Limit: c.Limit, Input: c.Input,
	}
	q := request{
		actor: c.By, stream: domain.MessagePrefix(c.By.App, c.Channel), draw: true,
		once: c.Once, fields: domain.AppendTuple(m.Content.Canonical(m.Refs, m.Mentions), []byte(m.Kind)),
	}
	return s.decide(ctx, q, func(d *decision) ([]domain.Event, error) {
		ch := d.channel(c.By.App, c.Channel)
		m := m
		m.Author, m.Blocked = d.author(c.By, c.Channel), d.blocked(c.By, ch)
		if c.By.User() != "" && m.Author.Version != key {
			return nil, errErasedMeanwhile
		}
		return ch.Send(c.By, m)
	})
}

// author is the key that seals what an actor writes in a channel: its own, or
// the channel's when no user acts.
func (d *decision) author(a domain.Actor, c domain.ChannelID) domain.Subject {
	if u := a.User(); u != "" {
		return d.user(a.App, u).Subject(u)
	}
	return domain.ChannelSubject(c)
}

// blocked reports whether one of the users of a dm blocks the other.
func (d *decision) blocked(a domain.Actor, ch *domain.Channel) bool {
	if ch.Kind != domain.DM {
		return false
	}
	peer := ch.Peer(a.User())
	return d.user(a.App, a.User()).Blocks(peer) || d.user(a.App, peer).Blocks(a.User())
}

// DisplayName is the display name of a user now (CH-024).
func (s *Service) DisplayName(ctx context.Context, app domain.AppID, u domain.UserID) (string, error) {
	name, _, err := s.nameOf(ctx, domain.Actor{App: app, Kind: domain.ActorUser, ID: string(u)})
	return name, err
}

// nameOf is the display name of an actor now: that of its token unless a
// newer token had another, else the last one seen, else its id (CH-024). key
// is the version of the user's key at that moment.
func (s *Service) nameOf(ctx context.Context, a domain.Actor) (name string, key int, err error) {
	u := a.User()
	if u == "" {
		return a.ID, 0, nil
	}
	var named domain.Recorded
	var subject domain.Subject
	accepted := false
	_, _, err = s.ask(ctx, func(d *decision) ([]domain.Event, error) {
		user := d.user(a.App, u)
		named, subject, accepted = user.Name, user.Subject(u), user.Accepts(a.NameIssued)
		return nil, nil
	})
	if err != nil {
		return "", 0, err
	}
	if a.Name != "" && accepted {
		return a.Name, subject.Version, nil
	}
	e, ok := named.Event.(domain.UserNamed)
	if !ok {
		return string(u), subject.Version, nil
	}
	plain, err := s.keys.Open(ctx, a.App, subject, named.ID, e.Sealed.Blob)
	switch {
	case errors.Is(err, domain.ErrErased): // this node is about to hear of it
		return string(u), subject.Version, nil
	case err != nil:
		return "", 0, fmt.Errorf("open the name of a user: %w", err)
	}
	var p domain.Profile
	if err := json.Unmarshal(plain, &p); err != nil {
		return "", 0, fmt.Errorf("decode the name of a user: %w", err)
	}
	return p.Name, subject.Version, nil
}

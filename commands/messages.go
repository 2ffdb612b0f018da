package commands

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"parley/domain"
)

// SendMessage asks for a message of the actor in a channel.
type SendMessage struct {
	By          domain.Actor
	Channel     domain.ChannelID
	Kind        domain.MessageKind // "" is text
	Text        string
	Emotes      []domain.InlineEmote // are put in order
	Attachments []domain.NewAttachment
	Types       []string // allowed of attachments, nil for those of the contract
	Refs        []domain.MessageID
	Mentions    []domain.UserID
	Limit       domain.TextLimit
	At          time.Time // of the event; zero: now
	Once        []string  // scope of the request's idempotency, nil for none
	// Known are those of Refs that are known to be in the channel.
	Known []domain.MessageID
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
	if c.Channel <= 0 {
		return Sent{}, domain.ErrChannelNotFound
	}
	var name string
	st := s.sending(c, &name)
	out, err := s.decide(ctx, st.request, st.ask)
	return Sent{Outcome: out, SenderName: name}, err
}

// sending is the step that sends a message; the name that it carries goes to
// name.
func (s *Service) sending(c SendMessage, name *string) step {
	domain.OrderEmotes(c.Emotes)
	m := domain.SendMessage{
		Kind: c.Kind, Content: domain.Content{Text: c.Text, Emotes: c.Emotes}, Attachments: c.Attachments, Types: c.Types,
		Refs: c.Refs, Mentions: c.Mentions, Limit: c.Limit, Input: c.Input,
	}
	q := request{actor: c.By, stream: domain.MessagePrefix(c.By.App, c.Channel), draw: true, at: c.At, once: c.Once}
	if len(c.Once) > 0 {
		q.fields = sendFields(m)
	}
	var opened openedName
	var sealed domain.Recorded
	q.open = func(ctx context.Context) (err error) {
		opened, err = s.openName(ctx, c.By, sealed)
		return err
	}
	return step{q, func(d *decision) ([]domain.Event, error) {
		ch := d.channel(c.By.App, c.Channel)
		m.Author, m.Blocked = d.sealer(c.By.App, c.Channel, c.By.User()), d.blocked(c.By, ch)
		var known bool
		if m.Content.SenderName, sealed, known = d.nameOf(c.By, opened); !known {
			return nil, errNameSealed
		}
		*name = m.Content.SenderName
		events, err := ch.Send(c.By, m)
		if err == nil {
			err = d.refer(c.By.App, c.Channel, m.Refs, c.Known)
		}
		return events, err
	}}
}

// sendFields are the fields of a request to send, as its repeats must have
// them.
func sendFields(m domain.SendMessage) []byte {
	b := domain.AppendTuple(m.Content.Canonical(m.Refs, m.Mentions), []byte(m.Kind))
	for _, f := range m.Attachments {
		b = domain.AppendTuple(b, []byte(f.Asset), []byte(f.File), []byte(f.Type), strconv.AppendInt(nil, f.Size, 10))
	}
	return b
}

// refer demands that the messages which a new one refers to are in its
// channel; deleted ones are (CH-327).
func (d *decision) refer(app domain.AppID, c domain.ChannelID, refs, known []domain.MessageID) error {
	for _, r := range refs {
		if !slices.Contains(known, r) && !d.sent(app, c, r) {
			return domain.ErrMessageNotFound.Because("there is no message %s to refer to in this channel", r)
		}
	}
	return nil
}

// errNameSealed says that the name which a message is to carry must be opened
// first; a rule does no I/O.
var errNameSealed = errors.New("the sender's name is sealed")

// openedName is the name that the UserNamed event with an id gave.
type openedName struct {
	event uuid.UUID
	name  string
}

// blocked reports whether one of the users of a dm blocks the other.
func (d *decision) blocked(a domain.Actor, ch *domain.Channel) bool {
	if ch.Kind != domain.DM {
		return false
	}
	peer := ch.Peer(a.User())
	return d.user(a.App, a.User()).Blocks(peer) || d.user(a.App, peer).Blocks(a.User())
}

// nameOf is the display name of an actor now: that of its token unless a newer
// token had another, else the last one seen, else its id (CH-024). One that is
// still sealed, and is not the opened one, is not known.
func (d *decision) nameOf(a domain.Actor, opened openedName) (name string, sealed domain.Recorded, known bool) {
	u := a.User()
	if u == "" {
		return a.ID, sealed, true
	}
	user := d.user(a.App, u)
	switch {
	case a.Name != "" && user.Accepts(a.NameIssued):
		return a.Name, sealed, true
	case user.Name.Event == nil:
		return string(u), sealed, true
	case user.Name.ID == opened.event:
		return opened.name, sealed, true
	}
	return "", user.Name, false
}

// DisplayName is the display name of a user now (CH-024).
func (s *Service) DisplayName(ctx context.Context, app domain.AppID, u domain.UserID) (string, error) {
	a := domain.Actor{App: app, Kind: domain.ActorUser, ID: string(u)}
	var name string
	var sealed domain.Recorded
	var known bool
	_, _, err := s.ask(ctx, func(d *decision) ([]domain.Event, error) {
		name, sealed, known = d.nameOf(a, openedName{})
		return nil, nil
	})
	if err != nil || known {
		return name, err
	}
	opened, err := s.openName(ctx, a, sealed)
	return opened.name, err
}

// openName opens the name that a UserNamed event gave an actor. One whose key
// is gone, because this node is about to hear of an erasure, is the user id.
func (s *Service) openName(ctx context.Context, a domain.Actor, named domain.Recorded) (openedName, error) {
	u := a.User()
	e, ok := named.Event.(domain.UserNamed)
	if !ok || e.Sealed == nil {
		return openedName{named.ID, string(u)}, nil
	}
	plain, err := s.keys.Open(ctx, a.App, domain.UserSubject(u, 1), named.ID, e.Sealed.Blob)
	switch {
	case errors.Is(err, domain.ErrErased):
		return openedName{named.ID, string(u)}, nil
	case err != nil:
		return openedName{}, fmt.Errorf("open the name of a user: %w", err)
	}
	var p domain.Profile
	if err := json.Unmarshal(plain, &p); err != nil {
		return openedName{}, fmt.Errorf("decode the name of a user: %w", err)
	}
	return openedName{named.ID, p.Name}, nil
}

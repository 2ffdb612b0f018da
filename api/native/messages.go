package native

import (
	"errors"
	"net/http"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

// message is the Message of section 1 of the contract.
type message struct {
	ID           domain.MessageID `json:"id"`
	ChannelID    domain.ChannelID `json:"channel_id"`
	SenderID     domain.UserID    `json:"sender_id"`
	SenderName   string           `json:"sender_name"`
	Body         string           `json:"body"`
	Attachments  []struct{}       `json:"attachments"`
	InlineEmotes []struct{}       `json:"inline_emotes"`
	CreatedAt    int64            `json:"created_at"`
	EditedAt     *int64           `json:"edited_at"`
	Deleted      bool             `json:"deleted"`
	Reactions    []struct{}       `json:"reactions"`
}

// none is the empty list that the contract wants instead of null.
var none = []struct{}{}

func newMessage(m queries.Message) message {
	v := message{
		ID: m.ID, ChannelID: m.Channel, SenderID: m.Sender, SenderName: m.SenderName, Body: m.Text,
		Attachments: none, InlineEmotes: none, CreatedAt: seconds(m.SentAt), Deleted: m.Deleted, Reactions: none,
	}
	if m.EditedAt != 0 {
		at := seconds(m.EditedAt)
		v.EditedAt = &at
	}
	return v
}

// maxText is the longest body in code points (CH-304).
const maxText = 4000

// Pages of messages (CH-311).
const (
	normalMessages = 50
	maxMessages    = 100
)

func (s *Server) sendMessage(r *request) error {
	o, input, err := r.body()
	if err != nil {
		return err
	}
	text, err1 := o.text("body")
	once, err2 := r.once("send", r.channel())
	out, err := s.Commands.SendMessage(r.ctx, commands.SendMessage{
		By: r.actor, Channel: r.channel(), Text: text, Limit: domain.TextLimit{Runes: maxText}, Once: once,
		Input: first(input, err1, o.none("attachments"), o.none("inline_emotes"), err2),
	})
	if err != nil {
		return err
	}
	if out.Repeated {
		return s.repeatedMessage(r, out)
	}
	r.done(http.StatusCreated, out.Position, newMessage(queries.Message{
		ID: domain.MessageID(out.ID), Channel: r.channel(), Sender: r.actor.User(), SenderName: out.SenderName,
		Text: text, SentAt: out.Time.UnixMilli(),
	}))
	return nil
}

// repeatedMessage answers a repeated send with the message as it is now
// (CH-306).
func (s *Server) repeatedMessage(r *request, out commands.Sent) error {
	m, found, _, err := s.Queries.Message(r.ctx, queries.Freshness(out.Position), r.actor.App, r.actor.User(),
		out.Stream.Channel, out.Stream.Message)
	switch {
	case err != nil:
		return err
	case !found:
		return domain.ErrMessageNotFound
	}
	r.replayed()
	r.done(http.StatusOK, out.Position, newMessage(m))
	return nil
}

func (s *Server) listMessages(r *request) error {
	at, err := s.fresh(r)
	if err != nil {
		return err
	}
	limit, err1 := r.limit(normalMessages, maxMessages)
	before, err2 := r.cursor("before")
	after, err3 := r.cursor("after")
	input := first(err1, err2, err3)
	if before != 0 && after != 0 {
		input = first(input, domain.ErrInvalidCursor)
	}
	page, in, err := s.Queries.History(r.ctx, at, queries.History{
		App: r.actor.App, Channel: r.channel(), User: r.actor.User(), Before: before, After: after, Limit: max(limit, 1),
	})
	if err != nil {
		return err
	}
	if err := first(domain.Authorize(r.actor, domain.ReadChannel, in), input); err != nil {
		return err
	}
	out := struct {
		Messages []message `json:"messages"`
		HasMore  bool      `json:"has_more"`
	}{make([]message, len(page.Messages)), page.More}
	for i, m := range page.Messages {
		out.Messages[i] = newMessage(m)
	}
	r.JSON(http.StatusOK, out)
	return nil
}

func (s *Server) getMessage(r *request) error {
	at, err := s.fresh(r)
	if err != nil {
		return err
	}
	m, found, in, err := s.Queries.Message(r.ctx, at, r.actor.App, r.actor.User(), r.channel(), r.message())
	if err != nil {
		return err
	}
	if err := domain.Authorize(r.actor, domain.ReadChannel, in); err != nil {
		return err
	}
	if !found {
		return domain.ErrMessageNotFound
	}
	r.JSON(http.StatusOK, newMessage(m))
	return nil
}

// isFault tells a fault from nil and from a refusal.
func isFault(err error) bool {
	var refusal *domain.Error
	return err != nil && !errors.As(err, &refusal)
}

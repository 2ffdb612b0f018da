package native

import (
	"net/http"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

// channel is the Channel of section 1 of the contract.
type channel struct {
	ID            domain.ChannelID   `json:"id"`
	Type          domain.ChannelKind `json:"type"`
	Name          string             `json:"name"`
	OwnerID       *domain.UserID     `json:"owner_id"`
	CreatedAt     int64              `json:"created_at"`
	UnreadCount   int64              `json:"unread_count"`
	OtherUserID   *domain.UserID     `json:"other_user_id,omitempty"`
	OtherUserName *string            `json:"other_user_name,omitempty"`
	Hidden        bool               `json:"hidden"`
	LastMessageID *domain.MessageID  `json:"last_message_id"`
}

func newChannel(c queries.Channel) channel {
	v := channel{
		ID: c.ID, Type: c.Kind, Name: c.Name, CreatedAt: seconds(c.CreatedAt), UnreadCount: c.Unread,
	}
	if c.Owner != "" {
		v.OwnerID = &c.Owner
	}
	if c.OtherUser != "" {
		v.OtherUserID, v.OtherUserName = &c.OtherUser, &c.OtherName
	}
	if c.LastMessage != 0 {
		v.LastMessageID = &c.LastMessage
	}
	return v
}

func (s *Server) listChannels(r *request) error {
	at, err := s.fresh(r)
	if err != nil {
		return err
	}
	list, err := s.Queries.Channels(r.ctx, at, r.actor.App, r.actor.User())
	if err != nil {
		return err
	}
	out := make([]channel, len(list))
	for i, c := range list {
		out[i] = newChannel(c)
	}
	r.JSON(http.StatusOK, out)
	return nil
}

// authorized reads a channel and decides whether the caller may do something
// there.
func (s *Server) authorized(r *request, do domain.Action) (queries.Channel, error) {
	at, err := s.fresh(r)
	if err != nil {
		return queries.Channel{}, err
	}
	c, found, err := s.Queries.Channel(r.ctx, at, r.actor.App, r.actor.User(), r.channel())
	if err != nil {
		return c, err
	}
	return c, domain.Authorize(r.actor, do, c.Standing(found))
}

func (s *Server) getChannel(r *request) error {
	c, err := s.authorized(r, domain.SeeChannel)
	if err != nil {
		return err
	}
	r.JSON(http.StatusOK, newChannel(c))
	return nil
}

func (s *Server) createChannel(r *request) error {
	o, input, err := r.body()
	if err != nil {
		return err
	}
	kind, err1 := o.text("type")
	name, err2 := o.text("name")
	var user string
	var err3 error
	if kind == string(domain.DM) {
		user, err3 = o.id("user_id")
	}
	once, err4 := r.once("create-channel", 0)
	c := commands.CreateChannel{
		By: r.actor, Kind: domain.ChannelKind(kind), Name: name, User: domain.UserID(user),
		Once: once, Input: first(input, err1, err2, err3, err4),
	}
	if kind == string(domain.Stream) {
		c.Kind = ""
	}
	out, err := s.Commands.CreateChannel(r.ctx, c)
	if err != nil {
		return err
	}
	if out.Repeated {
		r.replayed()
	}
	if !out.Changed {
		return s.existingChannel(r, out)
	}
	v := queries.Channel{ID: out.Stream.Channel, Kind: c.Kind, CreatedAt: out.Time.UnixMilli()}
	if c.Kind == domain.DM {
		v.OtherUser = c.User
		if v.OtherName, err = s.Commands.DisplayName(r.ctx, r.actor.App, c.User); err != nil {
			return err
		}
	} else {
		v.Owner = r.actor.User()
		v.Name, _ = domain.ChannelName(c.Name) // the command has accepted it
	}
	r.done(http.StatusCreated, out.Position, newChannel(v))
	return nil
}

// existingChannel answers a creation that found its channel (CH-111) or was
// repeated.
func (s *Server) existingChannel(r *request, out commands.Outcome) error {
	c, found, err := s.Queries.Channel(r.ctx, queries.Freshness(out.Position), r.actor.App, r.actor.User(), out.Stream.Channel)
	if err != nil {
		return err
	}
	if !found {
		return domain.ErrChannelNotFound
	}
	r.done(http.StatusOK, out.Position, newChannel(c))
	return nil
}

package native

import (
	"net/http"

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
		ID: c.ID, Type: c.Kind, Name: c.Name, CreatedAt: seconds(c.CreatedAt), UnreadCount: c.Unread, Hidden: c.Hidden,
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

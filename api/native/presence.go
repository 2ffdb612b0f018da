package native

import (
	"net/http"

	"parley/domain"
	"parley/internal/fanout"
)

// occupancy is the answer of CH-830.
type occupancy struct {
	ChannelID       domain.ChannelID `json:"channel_id"`
	Connections     int64            `json:"connections"`
	PresenceMembers int64            `json:"presence_members"`
}

// presentMember is a member who is in the channel (CH-831).
type presentMember struct {
	UserID      domain.UserID `json:"user_id"`
	DisplayName string        `json:"display_name"`
	Since       int64         `json:"since"`
}

const maxPresent = 1000

func (s *Server) getOccupancy(r *request) error {
	at, err := s.fresh(r)
	if err != nil {
		return err
	}
	o, in, err := s.Queries.Occupancy(r.ctx, at, r.actor.App, r.actor.User(), r.channel())
	if err == nil {
		err = domain.Authorize(r.actor, domain.ReadChannel, in)
	}
	if err != nil {
		return err
	}
	r.JSON(http.StatusOK, occupancy{r.channel(), o.Connections, o.PresenceMembers})
	return nil
}

func (s *Server) listPresence(r *request) error {
	at, err := s.fresh(r)
	if err != nil {
		return err
	}
	limit, input := r.limit(maxPresent, maxPresent)
	after, given := r.GetQuery("after")
	if given && !domain.UserID(after).Valid() {
		input = first(input, domain.ErrInvalidCursor.Because("after is not a user id"))
		after = ""
	}
	list, in, err := s.Queries.Present(r.ctx, at, r.actor.App, r.actor.User(), r.channel(), domain.UserID(after), max(limit, 1))
	if err != nil {
		return err
	}
	if err := first(domain.Authorize(r.actor, domain.ReadChannel, in), input); err != nil {
		return err
	}
	members := make([]presentMember, len(list))
	for i, m := range list {
		members[i] = presentMember{m.User, m.DisplayName, seconds(m.Since)}
	}
	r.JSON(http.StatusOK, map[string]any{"members": members})
	return nil
}

// ShowPresence tells those who have subscribed here that a member is present
// in the channel, or no longer (CH-832). It does not block.
func (s *Sockets) ShowPresence(app domain.AppID, channel domain.ChannelID, user domain.UserID, online bool) {
	state := "offline"
	if online {
		state = "online"
	}
	text := frame("presence_update", map[string]any{"channel_id": channel, "user_id": user, "presence": state})
	s.Hub.Signal(fanout.Topic{App: app, Channel: channel}, "", func(fanout.Format) []byte { return text })
}

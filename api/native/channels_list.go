package native

import (
	"net/http"

	"parley/domain"
	"parley/queries"
)

const maxChannels = 1000

// listChannels lists the caller's own channels, or with scope=public the rooms
// of the app (CH-100 to CH-104).
func (s *Server) listChannels(r *request) error {
	at, err := s.fresh(r)
	if err != nil {
		return err
	}
	scope, scoped := r.GetQuery("scope")
	if scoped && scope != "public" {
		return domain.ErrInvalidRequest.Because("scope is public, or not given")
	}
	hidden, err1 := r.flag("include_hidden")
	limit, err2 := r.limit(maxChannels, maxChannels)
	before, err3 := r.cursor("before")
	if err := first(err1, err2, err3); err != nil {
		return err
	}
	if scoped {
		return s.listRooms(r, at, domain.ChannelID(before), limit)
	}
	list, err := s.Queries.Channels(r.ctx, at, queries.ChannelList{
		App: r.actor.App, User: r.actor.User(), Hidden: hidden, Before: domain.ChannelID(before), Limit: limit,
	})
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

// publicRoom is a Channel in the list of CH-104.
type publicRoom struct {
	channel
	IsMember bool `json:"is_member"`
}

func (s *Server) listRooms(r *request, at queries.Freshness, before domain.ChannelID, limit int) error {
	list, err := s.Queries.Rooms(r.ctx, at, r.actor.App, r.actor.User(), before, limit)
	if err != nil {
		return err
	}
	out := make([]publicRoom, len(list))
	for i, c := range list {
		out[i] = publicRoom{newChannel(c), c.Role != ""}
	}
	r.JSON(http.StatusOK, out)
	return nil
}

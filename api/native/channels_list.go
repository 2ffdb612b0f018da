package native

import (
	"net/http"
	"strconv"

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
	b := append(make([]byte, 0, 2+channelSize*len(list)), '[')
	for i := range list {
		b = appendChannel(comma(b, i), &list[i])
	}
	r.json(http.StatusOK, append(b, ']'))
	return nil
}

func (s *Server) listRooms(r *request, at queries.Freshness, before domain.ChannelID, limit int) error {
	list, err := s.Queries.Rooms(r.ctx, at, r.actor.App, r.actor.User(), before, limit)
	if err != nil {
		return err
	}
	b := append(make([]byte, 0, 2+channelSize*len(list)), '[')
	for i := range list {
		b = appendPublicRoom(comma(b, i), &list[i])
	}
	r.json(http.StatusOK, append(b, ']'))
	return nil
}

// appendPublicRoom appends a Channel as the list of CH-104 has it.
func appendPublicRoom(b []byte, c *queries.Channel) []byte {
	b = appendChannel(b, c)
	b = append(b[:len(b)-1], `,"is_member":`...)
	return append(strconv.AppendBool(b, c.Role != ""), '}')
}

package native

import (
	"net/http"
	"strconv"

	"parley/domain"
	"parley/queries"
)

// appendChannel appends the Channel of section 1 of the contract. Lists are
// made of it, so it is written by hand.
func appendChannel(b []byte, c *queries.Channel) []byte {
	b = append(b, `{"id":`...)
	b = c.ID.AppendJSON(b)
	b = append(b, `,"type":`...)
	b = domain.AppendJSONString(b, string(c.Kind))
	b = append(b, `,"name":`...)
	b = domain.AppendJSONString(b, c.Name)
	b = append(b, `,"owner_id":`...)
	if c.Owner == "" {
		b = append(b, "null"...)
	} else {
		b = domain.AppendJSONString(b, string(c.Owner))
	}
	b = append(b, `,"created_at":`...)
	b = strconv.AppendInt(b, seconds(c.CreatedAt), 10)
	b = append(b, `,"unread_count":`...)
	b = strconv.AppendInt(b, c.Unread, 10)
	if c.OtherUser != "" {
		b = append(b, `,"other_user_id":`...)
		b = domain.AppendJSONString(b, string(c.OtherUser))
		b = append(b, `,"other_user_name":`...)
		b = domain.AppendJSONString(b, c.OtherName)
	}
	b = append(b, `,"hidden":`...)
	b = strconv.AppendBool(b, c.Hidden)
	b = append(b, `,"last_message_id":`...)
	if c.LastMessage == 0 {
		return append(b, "null}"...)
	}
	return append(c.LastMessage.AppendJSON(b), '}')
}

// channelSize is what a channel takes in an answer, roughly.
const channelSize = 240

// channelBody answers with a channel as it was read.
func (r *request) channelBody(status int, c queries.Channel) {
	r.json(status, appendChannel(make([]byte, 0, channelSize), &c))
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
	r.channelBody(http.StatusOK, c)
	return nil
}

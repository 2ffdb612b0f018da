package native

import (
	"net/http"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

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
	if !out.Changed {
		return s.answerChannel(r, out, out.Stream.Channel)
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
	r.settle(out.Position)
	r.channelBody(http.StatusCreated, v)
	return nil
}

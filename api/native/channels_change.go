package native

import (
	"net/http"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

// answerChannel answers a write, or one that found its work done, with the
// channel as it is now.
func (s *Server) answerChannel(r *request, out commands.Outcome, id domain.ChannelID) error {
	c, found, err := s.Queries.Channel(r.ctx, queries.Freshness(out.Position), r.actor.App, r.actor.User(), id)
	if err != nil {
		return err
	}
	if !found {
		return domain.ErrChannelNotFound
	}
	if out.Repeated {
		r.replayed()
	}
	r.settle(out.Position)
	r.channelBody(http.StatusOK, c)
	return nil
}

func (s *Server) renameChannel(r *request) error {
	o, input, err := r.body()
	if err != nil {
		return err
	}
	name, err1 := o.text("name")
	once, err2 := r.once("rename-channel", r.channel())
	out, err := s.Commands.RenameChannel(r.ctx, commands.RenameChannel{
		By: r.actor, Channel: r.channel(), Name: name, Once: once, Input: first(input, err1, err2),
	})
	if err != nil {
		return err
	}
	return s.answerChannel(r, out, r.channel())
}

func (s *Server) deleteChannel(r *request) error {
	once, input := r.once("delete-channel", r.channel())
	out, err := s.Commands.DeleteChannel(r.ctx, commands.DeleteChannel{
		By: r.actor, Channel: r.channel(), Once: once, Input: input,
	})
	return r.answerNothing(out, err)
}

func (s *Server) hideChannel(r *request) error {
	o, input, err := r.body()
	if err != nil {
		return err
	}
	hidden, err1 := o.boolean("hidden")
	once, err2 := r.once("hide-channel", r.channel())
	out, err := s.Commands.HideChannel(r.ctx, commands.HideChannel{
		By: r.actor, Channel: r.channel(), Hidden: hidden, Once: once, Input: first(input, err1, err2),
	})
	return r.answerNothing(out, err)
}

// answerNothing answers a write whose effect has no body.
func (r *request) answerNothing(out commands.Outcome, err error) error {
	if err != nil {
		return err
	}
	if out.Repeated {
		r.replayed()
	}
	r.done(http.StatusNoContent, out.Position, nil)
	return nil
}

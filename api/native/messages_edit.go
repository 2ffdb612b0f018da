package native

import (
	"net/http"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

func (s *Server) editMessage(r *request) error {
	o, input, err := r.body()
	if err != nil {
		return err
	}
	w, err1 := o.written()
	once, err2 := r.once("edit-message", r.channel(), r.message().String())
	out, err := s.Commands.EditMessage(r.ctx, commands.EditMessage{
		By: r.actor, Channel: r.channel(), Message: r.message(), Text: w.text, Emotes: w.emotes,
		Refs: w.refs, Mentions: w.mentions, Limit: domain.TextLimit{Runes: maxText}, Once: once,
		Input: first(input, err1, err2),
	})
	if err != nil {
		return err
	}
	return s.answerStanding(r, out, r.channel(), r.message())
}

func (s *Server) deleteMessage(r *request) error {
	once, input := r.once("delete-message", r.channel(), r.message().String())
	out, err := s.Commands.DeleteMessage(r.ctx, commands.DeleteMessage{
		By: r.actor, Channel: r.channel(), Message: r.message(), Once: once, Input: input,
	})
	if err != nil {
		return err
	}
	if out.Repeated {
		r.replayed()
	}
	r.done(http.StatusNoContent, out.Position, nil)
	return nil
}

// answerStanding answers a write with the message as it stands now.
func (s *Server) answerStanding(r *request, out commands.Outcome, c domain.ChannelID, id domain.MessageID) error {
	m, found, _, err := s.Queries.Message(r.ctx, queries.Freshness(out.Position), r.actor.App, r.actor.User(), c, id)
	switch {
	case err != nil:
		return err
	case !found:
		return domain.ErrMessageNotFound
	}
	if out.Repeated {
		r.replayed()
	}
	r.answerMessage(http.StatusOK, out.Position, m)
	return nil
}

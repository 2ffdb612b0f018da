package native

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"parley/commands"
	"parley/domain"
)

// signalTyping takes no body; one that comes is not read (CH-700).
func (s *Server) signalTyping(r *request) error {
	out, err := s.Commands.SignalTyping(r.ctx, commands.SignalTyping{By: r.actor, Channel: r.channel()})
	if err != nil {
		return err
	}
	r.done(http.StatusNoContent, out.Position, nil)
	return nil
}

func (s *Server) listTyping(r *request) error {
	at, err := s.fresh(r)
	if err != nil {
		return err
	}
	users, in, err := s.Queries.Typing(r.ctx, at, r.actor.App, r.actor.User(), r.channel())
	if err != nil {
		return err
	}
	if err := domain.Authorize(r.actor, domain.ReadChannel, in); err != nil {
		return err
	}
	if users == nil {
		users = []domain.UserID{}
	}
	r.JSON(http.StatusOK, gin.H{"typing_users": users})
	return nil
}

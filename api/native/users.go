package native

import (
	"net/http"

	"parley/commands"
	"parley/domain"
)

// block is an entry of the list of CH-901.
type block struct {
	UserID      domain.UserID `json:"user_id"`
	DisplayName string        `json:"display_name"`
	CreatedAt   int64         `json:"created_at"`
}

func (s *Server) listBlocks(r *request) error {
	at, err := s.fresh(r)
	if err != nil {
		return err
	}
	list, err := s.Queries.Blocks(r.ctx, at, r.actor.App, r.actor.User())
	if err != nil {
		return err
	}
	out := make([]block, len(list))
	for i, b := range list {
		out[i] = block{b.User, b.DisplayName, seconds(b.CreatedAt)}
	}
	r.JSON(http.StatusOK, map[string]any{"blocks": out})
	return nil
}

func (s *Server) blockUser(r *request) error   { return s.setBlock(r, true) }
func (s *Server) unblockUser(r *request) error { return s.setBlock(r, false) }

func (s *Server) setBlock(r *request, blocked bool) error {
	out, err := s.Commands.BlockUser(r.ctx, commands.BlockUser{By: r.actor, User: r.user(), Blocked: blocked})
	if err != nil {
		return err
	}
	r.done(http.StatusNoContent, out.Position, nil)
	return nil
}

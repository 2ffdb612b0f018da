package server

import (
	"context"
	"fmt"
	"time"

	"parley/internal/nodes"
)

// joinNodes makes this process one of those that serve the database. Without
// others all that were there before are gone.
func (s *Server) joinNodes(ctx context.Context, c Config) (err error) {
	if !c.Shared {
		_, err := s.Pool.Exec(ctx, `
			WITH gone AS (UPDATE public.nodes SET expires_at = least(expires_at, clock_timestamp()))
			DELETE FROM public.leases`)
		if err != nil {
			return fmt.Errorf("end the nodes of before: %w", err)
		}
	}
	s.node, err = nodes.Join(ctx, nodes.Config{DB: s.Pool, Logger: c.Logger})
	return err
}

func (s *Server) leaveNodes() {
	if s.node == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := s.node.Leave(ctx); err != nil {
		s.logger.Warn("leave the nodes", "err", err)
	}
}

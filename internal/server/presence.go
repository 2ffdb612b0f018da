package server

import (
	"context"

	"parley/domain"
	"parley/internal/presence"
)

// openPresence makes what counts who is in which channel on this node. It tells
// the log nothing before runPresence.
func (s *Server) openPresence(c Config) (err error) {
	s.Presence, err = presence.New(presence.Config{
		Node: domain.NodeID(s.node.ID()), Commands: s.Commands, Grace: c.PresenceGrace, Logger: c.Logger,
	})
	return err
}

// runPresence tells the log who is where, and clears up after nodes that are
// gone.
func (s *Server) runPresence(running context.Context) {
	survivor := presence.Survivor{
		Node: s.node, Lease: s.node.Lease("presence"), Commands: s.Commands, Queries: s.Queries, Logger: s.logger,
	}
	s.loops.Go(func() { s.Presence.Run(running) })
	s.loops.Go(func() { survivor.Run(running) })
}

package server

import (
	"context"
	"time"

	"parley/internal/nodes"
	"parley/internal/signals"
	"parley/projections"
)

// leaveTimeout bounds how long a stop waits for a database that is away.
const leaveTimeout = 2 * time.Second

// joinNodes opens the signal bus and, if other processes may use the database,
// makes this one a node among them.
func (s *Server) joinNodes(ctx context.Context, c Config) (err error) {
	config := signals.Config{Logger: c.Logger}
	if c.Shared {
		config.Database = s.Pool.Config().ConnConfig
	}
	if s.signals, err = signals.Open(ctx, config); err != nil {
		return err
	}
	if c.Shared {
		s.Node, err = nodes.Join(ctx, nodes.Config{DB: s.Pool, Logger: c.Logger})
	}
	return err
}

// peers are those with whom the projections are shared; nil when this node is
// alone.
func (s *Server) peers() *projections.Peers {
	if s.Node == nil {
		return nil
	}
	return &projections.Peers{
		Lease:   func(name string) projections.Lease { return s.Node.Lease(name) },
		Signals: s.signals,
	}
}

// leaveNodes comes when nothing is done under a lease any more.
func (s *Server) leaveNodes() {
	if s.signals != nil {
		if err := s.signals.Close(); err != nil {
			s.logger.Warn("close the signal bus", "err", err)
		}
	}
	if s.Node == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	if err := s.Node.Leave(ctx); err != nil {
		s.logger.Warn("leave the other nodes", "err", err)
	}
}

// Alone does something while no other node does it under the same name.
func (s *Server) Alone(ctx context.Context, name string, do func() error) error {
	if s.Node == nil {
		return do()
	}
	lease := s.Node.Lease(name)
	if err := lease.Acquire(ctx); err != nil {
		return err
	}
	defer func() {
		if err := lease.Release(context.WithoutCancel(ctx)); err != nil {
			s.logger.Warn("a lease is not given back", "lease", name, "err", err)
		}
	}()
	return do()
}

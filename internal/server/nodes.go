package server

import (
	"context"
	"fmt"
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
	switch {
	case c.NATS != "":
		config.NATS = c.NATS
		if config.Subject, err = s.subject(ctx); err != nil {
			return err
		}
	case c.Shared:
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

// subject tells the nodes of this log from those of others on the same NATS.
func (s *Server) subject(ctx context.Context) (string, error) {
	var epoch int64
	if err := s.Pool.QueryRow(ctx, `SELECT epoch FROM es_head`).Scan(&epoch); err != nil {
		return "", fmt.Errorf("read the epoch of the log: %w", err)
	}
	return fmt.Sprintf("parley.%d.signals", epoch), nil
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

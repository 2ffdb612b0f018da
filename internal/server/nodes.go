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

// joinNodes opens the signal bus and makes this process one of those that serve
// the database. Without others all that were there before are gone.
func (s *Server) joinNodes(ctx context.Context, c Config) (err error) {
	if err := s.openSignals(ctx, c); err != nil {
		return err
	}
	if !c.Shared {
		_, err := s.Pool.Exec(ctx, `
			WITH gone AS (UPDATE public.nodes SET expires_at = least(expires_at, clock_timestamp()))
			DELETE FROM public.leases`)
		if err != nil {
			return fmt.Errorf("end the nodes of before: %w", err)
		}
	}
	s.Node, err = nodes.Join(ctx, nodes.Config{DB: s.Pool, Logger: c.Logger})
	return err
}

func (s *Server) openSignals(ctx context.Context, c Config) (err error) {
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
	s.signals, err = signals.Open(ctx, config)
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
func (s *Server) peers(c Config) *projections.Peers {
	if !c.Shared {
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

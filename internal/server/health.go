package server

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"parley/api"
)

// maxLag is how many events a projection may be behind and still be ready.
const maxLag = 100_000

// Drain makes the node not ready and its connections end with their next
// answer. Everything is served as before.
func (s *Server) Drain() { s.draining.Store(true) }

func (s *Server) checks() []api.Check {
	return []api.Check{
		{Name: "database", Run: func(ctx context.Context) error {
			if err := s.Pool.Ping(ctx); err != nil {
				s.logger.Warn("readiness: database", "err", err)
				return errors.New("the database does not answer")
			}
			return nil
		}},
		{Name: "log", Run: func(context.Context) error {
			if err := s.Log.Accepting(); err != nil {
				return fmt.Errorf("nothing can be appended: %w", err)
			}
			return nil
		}},
		{Name: "projections", Run: s.projectionsReady, Note: s.parked},
		// Signals only hasten, so the node is ready without.
		{Name: "signals", Run: func(context.Context) error { return nil }, Note: s.signals.Away},
	}
}

func (s *Server) projectionsReady(ctx context.Context) error {
	head, err := s.Log.Head(ctx)
	if err != nil {
		return errors.New("the head of the log cannot be read")
	}
	var errs []error
	for _, p := range s.Projections.Status() {
		switch lag := int64(head) - p.Position; {
		case p.Stopped != nil:
			errs = append(errs, fmt.Errorf("%s stopped at position %d; see the log, then parley projections rebuild %s",
				p.Name, p.Stopped.Position, p.Name))
		case lag > maxLag:
			errs = append(errs, fmt.Errorf("%s is %d events behind", p.Name, lag))
		}
	}
	return errors.Join(errs...)
}

// parked says what stands still: the rest goes on, so the node is ready.
func (s *Server) parked() string {
	var parts []string
	for _, p := range s.Projections.Status() {
		if n := len(p.Parked); n > 0 {
			parts = append(parts, fmt.Sprintf("%s: %d parked, the first at position %d", p.Name, n, p.Parked[0].Position))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "; ") + "; parley projections list shows them"
}

package embeddedpg

import (
	"context"
	"fmt"
	"time"
)

// maxQuickDeaths in a row, each less than healthyAfter from readiness, end the
// attempts to restart. A cluster that cannot live dies while it starts or right
// after; one that lived longer was killed from outside and comes back.
const (
	maxQuickDeaths = 5
	healthyAfter   = time.Second
)

// supervise owns the process: it restarts it when it dies and stops it when
// life ends. grace bounds the shutdown.
func (s *Server) supervise(life, grace context.Context, p *process) {
	defer close(s.done)
	defer s.cluster.close()
	defer s.hurry()
	defer s.quit()
	deaths := 0
	for {
		select {
		case <-life.Done():
			stopProcess(grace, p)
			return
		case <-p.done:
		}
		if time.Since(p.ready) > healthyAfter {
			deaths = 0
		}
		s.cluster.Logger.Error("PostgreSQL died and is started again", "pid", p.pid(), "err", p.exited())
		var err error
		if p, err = s.restart(life, p, &deaths); err != nil {
			s.err = err
			return
		}
		if p == nil {
			return // stopped meanwhile
		}
		s.current.Store(p)
		s.cluster.Logger.Info("PostgreSQL is up again", "pid", p.pid())
	}
}

// restart tries until a process answers, life ends (nil, nil) or there were
// too many deaths. The first attempt follows at once.
func (s *Server) restart(life context.Context, dead *process, deaths *int) (*process, error) {
	last := dead.exited()
	for {
		*deaths++
		if *deaths >= maxQuickDeaths {
			return nil, fmt.Errorf("%w: %d times in a row, now given up: %w", ErrGaveUp, *deaths, last)
		}
		if err := pause(life, backoff(*deaths)); err != nil {
			return nil, nil
		}
		p, err := s.cluster.up(life)
		if err == nil {
			return p, nil
		}
		if life.Err() != nil {
			return nil, nil
		}
		s.cluster.Logger.Error("PostgreSQL did not start again", "attempt", *deaths, "err", err)
		last = err
	}
}

// backoff before a restart: 0, 250 ms, 500 ms, 1 s.
func backoff(deaths int) time.Duration {
	if deaths <= 1 {
		return 0
	}
	return 125 * time.Millisecond << min(deaths-1, 6)
}

// stopProcess shuts p down within fastShutdown, less when grace ends.
func stopProcess(grace context.Context, p *process) {
	ctx, cancel := context.WithTimeout(grace, fastShutdown)
	defer cancel()
	p.stop(ctx)
}

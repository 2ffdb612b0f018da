package embeddedpg

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// fastShutdown is how long a shutdown may take before it is cut short.
const fastShutdown = 30 * time.Second

// Server is a running PostgreSQL that is kept running until Stop.
type Server struct {
	cluster *cluster
	current atomic.Pointer[process]
	quit    context.CancelFunc // begins the shutdown
	hurry   context.CancelFunc // cuts it short
	done    chan struct{}
	err     error // why it ended; read it after done
}

// Start brings up the server of a data directory and returns when it answers
// queries. ctx bounds only the start. Errors that an operator can mend have
// types of their own: MissingBinariesError, VersionError, LockedError,
// BusyError and LocationError.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	c, err := openCluster(ctx, cfg)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	p, err := c.up(ctx)
	if err != nil {
		c.close()
		return nil, err
	}
	cfg.Logger.Info("PostgreSQL is up", "server", c.bin.version, "cluster", c.dir(), "account", c.account.name,
		"pid", p.pid(), "took", time.Since(began))

	life, quit := context.WithCancel(context.Background())
	grace, hurry := context.WithCancel(context.Background())
	s := &Server{cluster: c, quit: quit, hurry: hurry, done: make(chan struct{})}
	s.current.Store(p)
	go s.supervise(life, grace, p)
	return s, nil
}

// URL is the DSN of the database parley, over the unix socket. It stays the
// same when the server restarts.
func (s *Server) URL() string { return s.cluster.url(database) }

// PID is the process id of the current postmaster.
func (s *Server) PID() int { return s.current.Load().pid() }

// Dir is the folder of the cluster.
func (s *Server) Dir() string { return s.cluster.dir() }

// LogFile is where PostgreSQL writes its own log.
func (s *Server) LogFile() string { return s.cluster.logFile() }

// Done is closed when the server has ended for good: after Stop, or when it
// kept dying.
func (s *Server) Done() <-chan struct{} { return s.done }

// Wait blocks until the server has ended for good. It returns nil after Stop
// and an error with ErrGaveUp when the server kept dying.
func (s *Server) Wait() error {
	<-s.done
	return s.err
}

// Stop shuts the server down, ending its connections, and returns when it is
// gone and the data directory is free. When ctx ends, or after half a minute,
// the shutdown is cut short; then the next start replays the log. Calling it
// again is harmless.
func (s *Server) Stop(ctx context.Context) error {
	s.quit()
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		s.hurry()
		<-s.done
		return fmt.Errorf("PostgreSQL was stopped in a hurry: %w", ctx.Err())
	}
}

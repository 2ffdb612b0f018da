package presence

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

// Node is this process among those that serve the database.
type Node interface {
	ID() string
	// Dead lists the nodes that are gone, until they are forgotten.
	Dead(context.Context) ([]string, error)
	Forget(ctx context.Context, node string) (bool, error)
}

// Lease is the right of one node to clear up.
type Lease interface {
	Acquire(context.Context) error
	Lost() <-chan struct{}
}

// Survivor clears up after nodes that are gone. All fields but Every are
// required.
type Survivor struct {
	Node     Node
	Lease    Lease
	Commands Commands
	Queries  interface {
		Remains(context.Context, queries.Freshness) ([]queries.Remains, error)
	}
	Logger *slog.Logger
	Every  time.Duration // default 1 s

	cleared int64 // the newest position at which something was cleared here
	// done is what was cleared when and is still there: a part of the read
	// model that stands still shows it for long.
	done map[queries.Remains]time.Time
}

// again is the pause before what is still there is cleared once more.
const again = 10 * time.Minute

// Run clears up while this node holds the lease, until the context ends.
func (s *Survivor) Run(ctx context.Context) {
	if s.Every == 0 {
		s.Every = time.Second
	}
	for s.Lease.Acquire(ctx) == nil {
		s.watch(ctx)
	}
}

func (s *Survivor) watch(ctx context.Context) {
	lost := s.Lease.Lost()
	for {
		if err := s.clearUp(ctx); err != nil && ctx.Err() == nil {
			s.Logger.Warn("clearing up after nodes that are gone", "err", err)
		}
		select {
		case <-time.After(s.Every):
		case <-lost:
			return
		case <-ctx.Done():
			return
		}
	}
}

// clearUp tells of nodes that are gone, in each app where they have left
// something. A node is forgotten afterwards; what of it comes to light later
// is that of a node nobody knows, and is cleared as well.
func (s *Survivor) clearUp(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	dead, err := s.Node.Dead(ctx)
	if err != nil {
		return err
	}
	remains, err := s.Queries.Remains(ctx, queries.Freshness(s.cleared))
	if err != nil {
		return err
	}
	s.keep(remains)
	for _, r := range remains {
		if at, was := s.done[r]; was && time.Since(at) < again {
			continue
		}
		out, err := s.Commands.ClearNode(ctx, commands.ClearNode{App: r.App, Node: r.Node, By: domain.NodeID(s.Node.ID())})
		if err != nil {
			return err
		}
		s.cleared, s.done[r] = max(s.cleared, out.Position), time.Now()
		s.Logger.Info("cleared up after a node that is gone", "node", r.Node, "app", r.App, "position", out.Position)
	}
	var errs []error
	for _, node := range dead {
		_, err := s.Node.Forget(ctx, node)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// keep remembers of what was cleared only what is still there.
func (s *Survivor) keep(remains []queries.Remains) {
	still := make(map[queries.Remains]time.Time, len(remains))
	for _, r := range remains {
		if at, was := s.done[r]; was {
			still[r] = at
		}
	}
	s.done = still
}

package projections

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// PrepareOptions say how missing builds are made.
type PrepareOptions struct {
	// Hold leaves them unshown: another version of the code is running, and
	// this one goes on with them when it starts.
	Hold bool
	// Rate bounds each to so many events per second; 0 for no bound.
	Rate int
	// Notify hears how far each is; nil if nobody cares.
	Notify func(Progress)
}

// Prepare makes the live builds that this code has not got yet, from the log.
// It is called before New, which makes empty ones: those would show less than
// what was shown before. Of several starting nodes one builds, the others wait.
func Prepare(ctx context.Context, c Config, o PrepareOptions) error {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Projections == nil {
		c.Projections = All
	}
	head, err := c.Log.Head(ctx)
	if err != nil || head == 0 {
		return err
	}
	m := &maker{db: c.DB, log: c.Log, logger: c.Logger}
	g, ctx := errgroup.WithContext(ctx)
	for _, p := range c.Projections {
		g.Go(func() error { return m.prepare(ctx, p, o) })
	}
	return g.Wait()
}

// elsewherePause is how often a node looks whether another has finished.
const elsewherePause = 200 * time.Millisecond

func (m *maker) prepare(ctx context.Context, p Projection, o PrepareOptions) error {
	for {
		_, err := findLive(ctx, m.db, p)
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		progress := newTracker(p, o.Notify)
		err = m.make(ctx, &order{Projection: p, RebuildOptions: RebuildOptions{Rate: o.Rate}, progress: progress, hold: o.Hold, first: true})
		if !errors.Is(err, ErrElsewhere) {
			if err == nil {
				progress.phase(Done)
			}
			return err
		}
		progress.phase(Waiting)
		if err := pause(ctx, elsewherePause); err != nil {
			return err
		}
	}
}

package projections

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/jackc/pgx/v5"

	"parley/internal/eventstore"
	"parley/internal/feed"
)

// projector keeps the live build of one projection in step with the log.
type projector struct {
	Projection
	config *pgx.ConnConfig
	log    eventstore.Log
	logger *slog.Logger
	tables *tables // of the live build; belongs to the handler
	missed missed

	// position is how far the log is applied; stored is the checkpoint in
	// the database, lower when what followed was not wanted.
	position atomic.Int64
	mu       sync.Mutex
	build    int
	stored   int64
	floor    int64         // what readers have seen may be lost; 0: it is there
	moved    chan struct{} // closed when position or stop change
	stop     *Stop
	parked   parking
	woke     func() // called when position or stop change; nil: nobody cares
}

func newProjector(p Projection, found liveBuild, c *pgx.ConnConfig, log eventstore.Log, logger *slog.Logger) *projector {
	run := &projector{Projection: p, config: c, log: log, logger: logger, moved: make(chan struct{})}
	run.adopt(found)
	run.position.Store(found.position)
	run.publish()
	return run
}

// adopt makes a build the one that is kept.
func (p *projector) adopt(found liveBuild) {
	if p.tables == nil || p.tables.build != found.build {
		if p.tables != nil {
			p.tables.close()
			p.logger.Info("projection goes on in another build", "projection", p.Name, "build", found.build, "position", found.position)
		}
		p.tables = newTables(p.Projection, found.build, isLive, p.config, p.logger)
		p.tables.skipped = p.missed.note
		p.missed.keep(found.parked)
	}
	p.tables.stored, p.tables.parked = found.position, found.parked
}

// publish shows readers where the tables are.
func (p *projector) publish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.build, p.stored, p.parked = p.tables.build, p.tables.stored, p.tables.parked
	if p.position.Load() >= p.floor {
		p.floor = 0
	}
	p.wake()
}

// doubt is called when the database went away: until the checkpoint is seen
// again, readers must check that what they have seen is still there.
func (p *projector) doubt() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.floor = max(p.floor, p.position.Load())
}

func (p *projector) wake() {
	close(p.moved)
	p.moved = make(chan struct{})
	if p.woke != nil {
		p.woke()
	}
}

func (p *projector) stopped() *Stop {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stop
}

func (p *projector) setStop(s *Stop) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stop = s
	p.wake()
}

// wait returns when the position is reached, with the checkpoint that the
// database must show for it.
func (p *projector) wait(ctx context.Context, position int64) (stored int64, err error) {
	for {
		p.mu.Lock()
		at, stored, moved, stop := p.position.Load(), p.stored, p.moved, p.stop
		position := max(position, p.floor)
		p.mu.Unlock()
		if at >= position {
			return stored, nil
		}
		if stop != nil {
			return 0, fmt.Errorf("%s: %w: %w", p.Name, ErrBehind, stop)
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return 0, fmt.Errorf("%s: %w", p.Name, ErrBehind)
		}
	}
}

// checkpoint reads which build is live and how far it is, and returns where to
// go on. Another node may have moved it on or replaced the build; a crash of
// the database may have taken the newest commits back, and with them what is
// known in memory.
func (p *projector) checkpoint(ctx context.Context) (position int64, err error) {
	conn, err := p.tables.connect(ctx)
	if err != nil {
		return 0, err
	}
	found, err := findLive(ctx, conn, p.Projection)
	if err != nil {
		return 0, fmt.Errorf("%s: read the checkpoint: %w", p.Name, err)
	}
	before := p.tables.stored
	p.adopt(found)
	position = found.position
	if position >= before {
		p.mu.Lock()
		p.floor = 0
		p.mu.Unlock()
		position = max(position, p.position.Load())
	}
	p.position.Store(position)
	p.publish()
	return position, nil
}

// handle applies one batch; the router acks when it returns nil.
func (p *projector) handle(m *message.Message) error {
	if stop := p.stopped(); stop != nil {
		return permanent{stop}
	}
	after, batch, err := feed.Events(p.log, m)
	if err != nil {
		return err
	}
	if p.position.Load() < int64(after) {
		return fmt.Errorf("%s: %w below position %d", p.Name, errBack, after)
	}
	before := p.tables.stored
	err = p.applyBatch(m.Context(), batch)
	if p.tables.stored != before {
		feed.Worked(m)
	}
	if isPermanent(err) {
		stop := &Stop{Position: p.position.Load(), Err: err}
		p.logger.Error("projection stopped", "projection", p.Name, "build", p.tables.build, "position", stop.Position, "err", err)
		p.setStop(stop)
		return permanent{stop}
	}
	return err
}

// errBack says that a crash of the database took the checkpoint back: the
// batch at hand does not follow it, only a new start there helps.
var errBack = errors.New("the checkpoint went back")

// idleStore is how far the stored checkpoint may lag behind events that the
// projection does not want: they are read again after a restart.
const idleStore = 5000

// applyBatch applies the events beyond the position. A batch that changes
// nothing only moves the position in memory.
func (p *projector) applyBatch(ctx context.Context, batch []eventstore.Recorded) error {
	from := p.position.Load()
	for len(batch) > 0 && int64(batch[0].Position) <= from {
		batch = batch[1:]
	}
	if len(batch) == 0 {
		return nil
	}
	to := int64(batch[len(batch)-1].Position)
	t, items := p.tables, p.decode(batch)
	if to-t.stored < idleStore && t.isIdle(items) {
		p.position.Store(to)
		p.publish()
		return nil
	}
	before := t.stored
	err := t.apply(ctx, items, to)
	if t.stored > before {
		p.position.Store(max(t.stored, from))
		p.publish()
	}
	if !errors.Is(err, errMoved) {
		return err
	}
	before = t.stored
	if _, err := p.checkpoint(ctx); err != nil {
		return err
	}
	if p.tables == t && t.stored <= before {
		return fmt.Errorf("%s: %w from %d to %d", p.Name, errBack, before, t.stored)
	}
	return p.applyBatch(ctx, batch)
}

// isIdle reports whether the items change nothing.
func (t *tables) isIdle(items []item) bool {
	if len(items) == 0 || len(t.parked) == 0 {
		return len(items) == 0
	}
	events, stops := t.sort(items)
	return len(events) == 0 && len(stops) == 0
}

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
	halting  chan struct{} // closed when stop changes
	parked   parking

	lease    Lease         // nil when this node is alone
	led      bool          // the last batch was applied here; belongs to the handler
	awaits   atomic.Bool   // a checkpoint of another node is waited for
	news     liveBuild     // what is known of the live build
	noticing chan struct{} // closed when there is news, or the lease is here
	woke     func()        // is told when the position or the stop change
	switched func()        // is told of another build
	told     func()        // is told when the checkpoint may have changed
}

func newProjector(p Projection, found liveBuild, c *pgx.ConnConfig, log eventstore.Log, logger *slog.Logger) *projector {
	run := &projector{Projection: p, config: c, log: log, logger: logger, moved: make(chan struct{}), noticing: make(chan struct{})}
	run.woke, run.told, run.switched = func() {}, func() {}, func() {}
	run.halting = make(chan struct{})
	run.adopt(found)
	run.publish(found.position)
	return run
}

// adopt makes a build the one that is kept.
func (p *projector) adopt(found liveBuild) {
	if p.tables == nil || p.tables.build != found.build {
		if p.tables != nil {
			p.tables.close()
			p.logger.Info("projection goes on in another build", "projection", p.Name, "build", found.build, "position", found.position)
			defer p.switched()
		}
		p.tables = newTables(p.Projection, found.build, isLive, p.config, p.logger)
		p.tables.skipped = p.missed.note
		p.missed.keep(found.parked)
	}
	p.tables.stored, p.tables.parked = found.position, found.parked
	p.mu.Lock()
	defer p.mu.Unlock()
	p.news = found
}

// publish shows readers up to which position the log is applied.
func (p *projector) publish(position int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.position.Store(position)
	p.build, p.stored, p.parked = p.tables.build, p.tables.stored, p.tables.parked
	if position >= p.floor {
		p.floor = 0
	}
	p.wake()
	p.told()
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
	p.woke()
}

func (p *projector) stopped() *Stop {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stop
}

func (p *projector) setStop(s *Stop) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop == nil && s == nil {
		return
	}
	p.stop = s
	close(p.halting)
	p.halting = make(chan struct{})
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
// go on. Another node may have moved it on: then its events are passed by
// still, to see who wrote to what is parked. Another build may want what this
// one passed by. A crash of the database may have taken the newest commits
// back, and with them what is known in memory.
func (p *projector) checkpoint(ctx context.Context) (position int64, err error) {
	conn, err := p.tables.connect(ctx)
	if err != nil {
		return 0, err
	}
	found, err := findLive(ctx, conn, p.Projection)
	if err != nil {
		return 0, fmt.Errorf("%s: read the checkpoint: %w", p.Name, err)
	}
	before, build := p.tables.stored, p.tables.build
	p.adopt(found)
	position = p.position.Load()
	if found.position >= before {
		p.mu.Lock()
		p.floor = 0
		p.mu.Unlock()
	}
	if found.position < before || found.build != build {
		position = min(position, found.position)
	}
	p.publish(position)
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
	if p.led && p.tables.stored != before {
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

// applyBatch applies the events beyond the position, or sees another node apply
// them. What changes nothing only moves the position in memory.
func (p *projector) applyBatch(ctx context.Context, batch []eventstore.Recorded) (err error) {
	batch = p.pass(beyond(batch, p.position.Load()))
	switch {
	case !p.leads():
		p.led = false
		batch, err = p.follow(ctx, batch)
	case !p.led:
		p.led = true
		if p.lease != nil {
			err = p.reread(ctx)
		}
		batch = p.pass(beyond(batch, p.position.Load()))
	}
	switch {
	case err != nil || len(batch) == 0 && !p.led:
		return err
	case !p.led:
		return p.applyBatch(ctx, batch) // the lease came while it was followed
	case len(batch) == 0:
		return p.storeIdle(ctx)
	}
	return p.applyHere(ctx, batch)
}

// storeIdle stores the position when nothing was applied for long.
func (p *projector) storeIdle(ctx context.Context) error {
	if position := p.position.Load(); position-p.tables.stored >= idleStore {
		return p.tables.apply(ctx, nil, position)
	}
	return nil
}

// beyond are the events of a batch after a position.
func beyond(batch []eventstore.Recorded, position int64) []eventstore.Recorded {
	for len(batch) > 0 && int64(batch[0].Position) <= position {
		batch = batch[1:]
	}
	return batch
}

// pass moves the position over what is applied at the beginning of a batch, and
// returns the rest.
func (p *projector) pass(batch []eventstore.Recorded) []eventstore.Recorded {
	n := p.tables.applied(batch)
	if n > 0 {
		p.publish(int64(batch[n-1].Position))
	}
	return batch[n:]
}

// reread finds out where others have got to; errBack if that is behind the
// position.
func (p *projector) reread(ctx context.Context) error {
	from := p.position.Load()
	now, err := p.checkpoint(ctx)
	if err == nil && now < from {
		err = fmt.Errorf("%s: %w from %d to %d", p.Name, errBack, from, now)
	}
	return err
}

// applyHere applies a batch of which the first event is to be applied.
func (p *projector) applyHere(ctx context.Context, batch []eventstore.Recorded) error {
	t, to := p.tables, int64(batch[len(batch)-1].Position)
	before := t.stored
	err := t.apply(ctx, p.decode(batch), to)
	if t.stored > before {
		p.publish(max(t.stored, p.position.Load()))
	}
	if !errors.Is(err, errMoved) {
		return err
	}
	before = t.stored
	if err := p.reread(ctx); err != nil {
		return err
	}
	if p.tables == t && t.stored <= before {
		return fmt.Errorf("%s: %w from %d to %d", p.Name, errBack, before, t.stored)
	}
	return p.applyBatch(ctx, batch)
}

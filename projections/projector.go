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

// projector runs one projection on a connection of its own, whose search path
// is the schema of the build.
type projector struct {
	Projection
	build  int
	config *pgx.ConnConfig
	log    eventstore.Log
	logger *slog.Logger

	// position is how far the log is applied; stored is the checkpoint in
	// the database, lower when what followed was not wanted.
	position atomic.Int64
	mu       sync.Mutex
	stored   int64
	floor    int64         // what readers have seen may be lost; 0: it is there
	moved    chan struct{} // closed when position or poisoned change
	poisoned *Poisoned

	conn *pgx.Conn // belongs to the handler
}

func newProjector(p Projection, build int, c *pgx.ConnConfig, log eventstore.Log, logger *slog.Logger) *projector {
	c = c.Copy()
	c.RuntimeParams["search_path"] = p.Schema(build) + ",public"
	c.RuntimeParams["synchronous_commit"] = "off" // a lost checkpoint is lost with its rows
	// Plans are made while the tables are empty and used when they are large.
	for _, setting := range []string{"enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin", "jit"} {
		c.RuntimeParams[setting] = "off"
	}
	c.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	c.RuntimeParams["application_name"] = "parley projection " + p.Name
	return &projector{Projection: p, build: build, config: c, log: log, logger: logger, moved: make(chan struct{})}
}

// reached moves the position in memory, and what is known to be stored.
func (p *projector) reached(stored, position int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if position >= p.floor {
		p.floor = 0
	}
	p.stored = stored
	p.position.Store(position)
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
}

func (p *projector) stopped() *Poisoned {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.poisoned
}

// wait returns when the position is reached, with the checkpoint that the
// database must show for it.
func (p *projector) wait(ctx context.Context, position int64) (stored int64, err error) {
	for {
		p.mu.Lock()
		at, stored, moved, poisoned := p.position.Load(), p.stored, p.moved, p.poisoned
		position := max(position, p.floor)
		p.mu.Unlock()
		if at >= position {
			return stored, nil
		}
		if poisoned != nil {
			return 0, fmt.Errorf("%s: %w: %w", p.Name, ErrBehind, poisoned)
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return 0, fmt.Errorf("%s: %w", p.Name, ErrBehind)
		}
	}
}

// connect returns the projector's connection, a new one if the last broke.
func (p *projector) connect(ctx context.Context) (*pgx.Conn, error) {
	if p.conn != nil && !p.conn.IsClosed() {
		return p.conn, nil
	}
	conn, err := pgx.ConnectConfig(ctx, p.config)
	if err != nil {
		return nil, err
	}
	p.conn = conn
	return conn, nil
}

func (p *projector) close() {
	if p.conn != nil {
		p.conn.Close(context.Background())
	}
}

// checkpoint reads the stored position and returns where to go on. Another node
// may have moved it on; a crash of the database may have taken the newest
// commits back, and with them what is known in memory.
func (p *projector) checkpoint(ctx context.Context) (position int64, err error) {
	conn, err := p.connect(ctx)
	if err != nil {
		return 0, err
	}
	err = conn.QueryRow(ctx, `
		SELECT position FROM projections
		WHERE name = $1 AND code_version = $2 AND build = $3`, p.Name, p.Version, p.build).Scan(&position)
	if err != nil {
		return 0, fmt.Errorf("%s: read the checkpoint: %w", p.Name, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if position >= p.stored {
		p.floor = 0
		p.stored, position = position, max(position, p.position.Load())
	}
	p.stored = min(p.stored, position)
	p.position.Store(position)
	p.wake()
	return position, nil
}

// handle applies one batch; the router acks when it returns nil.
func (p *projector) handle(m *message.Message) error {
	if poisoned := p.stopped(); poisoned != nil {
		return permanent{poisoned}
	}
	after, batch, err := feed.Events(p.log, m)
	if err != nil {
		return err
	}
	if p.position.Load() < int64(after) {
		return fmt.Errorf("%s: %w below position %d", p.Name, errBack, after)
	}
	before := p.stored
	err = p.applyBatch(m.Context(), batch)
	if isPermanent(err) {
		err = p.applySingly(m.Context(), batch)
	}
	if p.stored != before {
		feed.Worked(m)
	}
	return err
}

// applySingly applies what comes before a poisoned event and stops there.
func (p *projector) applySingly(ctx context.Context, batch []eventstore.Recorded) error {
	for i := range batch {
		err := p.applyBatch(ctx, batch[i:i+1])
		if isPermanent(err) {
			r := batch[i]
			poisoned := &Poisoned{Position: int64(r.Position), Event: r.ID.String(), Type: r.Type, Err: err}
			p.logger.Error("projection stopped", "projection", p.Name, "position", poisoned.Position,
				"event", poisoned.Event, "type", r.Type, "err", err)
			p.mu.Lock()
			p.poisoned = poisoned
			p.wake()
			p.mu.Unlock()
			return permanent{poisoned}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// errBack says that a crash of the database took the checkpoint back: the
// batch at hand does not follow it, only a new start there helps.
var errBack = errors.New("the checkpoint went back")

// idleStore is how far the stored checkpoint may lag behind events that the
// projection does not want: they are read again after a restart.
const idleStore = 5000

// applyBatch writes the rows of the events beyond the checkpoint, and the
// checkpoint, in one transaction. A batch without an event that the projection
// wants only moves the position in memory.
func (p *projector) applyBatch(ctx context.Context, batch []eventstore.Recorded) error {
	from := p.position.Load()
	for len(batch) > 0 && int64(batch[0].Position) <= from {
		batch = batch[1:]
	}
	if len(batch) == 0 {
		return nil
	}
	to := int64(batch[len(batch)-1].Position)
	events, err := p.decode(batch)
	if err != nil {
		return err
	}
	if len(events) == 0 && to-p.stored < idleStore {
		p.reached(p.stored, to)
		return nil
	}
	conn, err := p.connect(ctx)
	if err != nil {
		return err
	}
	t := &transaction{ctx: ctx, conn: conn, begin: func(b *pgx.Batch) { p.queueCheckpoint(b, to) }}
	if err = p.apply(ctx, t, events); err == nil {
		err = t.commit()
	}
	if err != nil {
		t.rollback()
	}
	if isMoved(err) {
		before := p.stored
		if _, err := p.checkpoint(ctx); err != nil {
			return err
		}
		if p.stored <= before {
			return fmt.Errorf("%s: %w from %d to %d", p.Name, errBack, before, p.stored)
		}
		return p.applyBatch(ctx, batch)
	}
	if err != nil {
		return fmt.Errorf("%s: apply positions %d to %d: %w", p.Name, batch[0].Position, to, err)
	}
	p.reached(to, to)
	return nil
}

// queueCheckpoint moves the checkpoint from where it was stored last. If it is
// not there any more the division fails, and with it the transaction.
func (p *projector) queueCheckpoint(b *pgx.Batch, to int64) {
	b.Queue(`
		UPDATE projections SET position = $4::bigint / (position = $5)::int
		WHERE name = $1 AND code_version = $2 AND build = $3`, p.Name, p.Version, p.build, to, p.stored)
}

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

	position atomic.Int64
	mu       sync.Mutex
	moved    chan struct{} // closed when position or poisoned change
	poisoned *Poisoned

	conn *pgx.Conn // belongs to the handler
}

func newProjector(p Projection, build int, c *pgx.ConnConfig, log eventstore.Log, logger *slog.Logger) *projector {
	c = c.Copy()
	c.RuntimeParams["search_path"] = p.Schema(build) + ",public"
	c.RuntimeParams["synchronous_commit"] = "off" // a lost checkpoint is lost with its rows
	c.RuntimeParams["application_name"] = "parley projection " + p.Name
	return &projector{Projection: p, build: build, config: c, log: log, logger: logger, moved: make(chan struct{})}
}

func (p *projector) reached(position int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if position <= p.position.Load() {
		return
	}
	p.position.Store(position)
	p.wake()
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

func (p *projector) wait(ctx context.Context, position int64) error {
	for p.position.Load() < position {
		p.mu.Lock()
		moved, poisoned := p.moved, p.poisoned
		p.mu.Unlock()
		if p.position.Load() >= position {
			return nil
		}
		if poisoned != nil {
			return fmt.Errorf("%s: %w: %w", p.Name, ErrBehind, poisoned)
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", p.Name, ErrBehind)
		}
	}
	return nil
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

// checkpoint reads the stored position. Another node may have moved it on; a
// crash of the database may have taken the newest commits back.
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
	p.position.Store(position)
	p.wake()
	return position, nil
}

// handle applies one batch; the router acks when it returns nil.
func (p *projector) handle(m *message.Message) error {
	if poisoned := p.stopped(); poisoned != nil {
		return permanent{poisoned}
	}
	batch, err := feed.Events(p.log, m)
	if err != nil {
		return err
	}
	err = p.applyBatch(m.Context(), batch)
	if isPermanent(err) {
		err = p.applySingly(m.Context(), batch)
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

var (
	// errMoved says that another node has moved the checkpoint.
	errMoved = errors.New("the checkpoint has moved")
	// errBack says that a crash of the database took the checkpoint back: the
	// batch at hand does not follow it, only a new start there helps.
	errBack = errors.New("the checkpoint went back")
)

// applyBatch writes the rows of the events beyond the checkpoint, and the
// checkpoint, in one transaction.
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
	conn, err := p.connect(ctx)
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE projections SET position = $4
			WHERE name = $1 AND code_version = $2 AND build = $3 AND position = $5`,
			p.Name, p.Version, p.build, to, from)
		switch {
		case err != nil:
			return err
		case tag.RowsAffected() == 0:
			return errMoved
		}
		return p.apply(ctx, tx, events)
	})
	if errors.Is(err, errMoved) {
		if _, err := p.checkpoint(ctx); err != nil {
			return err
		}
		if at := p.position.Load(); at <= from {
			return fmt.Errorf("%s: %w from %d to %d", p.Name, errBack, from, at)
		}
		return p.applyBatch(ctx, batch)
	}
	if err != nil {
		return fmt.Errorf("%s: apply positions %d to %d: %w", p.Name, batch[0].Position, to, err)
	}
	p.reached(to)
	return nil
}

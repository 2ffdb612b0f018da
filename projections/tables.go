package projections

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
)

// tables are those of one build, and the connection that writes them: its
// search path is the schema of the build. They belong to one goroutine.
type tables struct {
	Projection
	build  int
	state  string // what the build must be for its tables to be written
	config *pgx.ConnConfig
	logger *slog.Logger
	conn   *pgx.Conn
	stored int64 // the checkpoint
	parked parking
	// skipped is told of what stands still; nil if nobody cares.
	skipped func(*item)
}

// States of a build.
const (
	building = "building"
	isLive   = "live"
	retired  = "retired"
	scratch  = "scratch"
)

func newTables(p Projection, build int, state string, c *pgx.ConnConfig, logger *slog.Logger) *tables {
	c = c.Copy()
	c.RuntimeParams["search_path"] = p.Schema(build) + ",public"
	c.RuntimeParams["synchronous_commit"] = "off" // a lost checkpoint is lost with its rows
	// Plans are made while the tables are empty and used when they are large.
	for _, setting := range []string{"enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin", "jit"} {
		c.RuntimeParams[setting] = "off"
	}
	c.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	c.RuntimeParams["application_name"] = "parley projection " + p.Name
	return &tables{Projection: p, build: build, state: state, config: c, logger: logger}
}

// connect returns the connection, a new one if the last broke.
func (t *tables) connect(ctx context.Context) (*pgx.Conn, error) {
	if t.conn != nil && !t.conn.IsClosed() {
		return t.conn, nil
	}
	conn, err := pgx.ConnectConfig(ctx, t.config)
	if err != nil {
		return nil, err
	}
	t.conn = conn
	return conn, nil
}

func (t *tables) close() {
	if t.conn != nil {
		t.conn.Close(context.Background())
	}
}

// errMoved says that the checkpoint is not where it was stored last, or that
// the build is not what it was.
var errMoved = errors.New("the checkpoint has moved")

// write applies the items that do not stand still and moves the checkpoint, in
// one transaction.
func (t *tables) write(ctx context.Context, items []item, to int64) error {
	conn, err := t.connect(ctx)
	if err != nil {
		return err
	}
	events, stops := t.sort(items)
	tx := &transaction{ctx: ctx, conn: conn, begin: func(b *pgx.Batch) {
		t.queueCheckpoint(b, to)
		t.queueParked(b, stops)
	}}
	if err = t.Projection.apply(ctx, tx, events); err == nil {
		err = tx.commit()
	}
	if err != nil {
		tx.rollback()
		if isPermanent(err) && !t.isOurs(ctx) {
			err = errMoved
		}
		return fmt.Errorf("%s: apply %d events up to position %d: %w", t.Name, len(events), to, err)
	}
	t.stored = to
	if len(stops) > 0 {
		t.parked = t.parked.with(stops)
		for _, s := range stops {
			t.logger.Error("partition parked", "projection", t.Name, "build", t.build, "app", s.App, "kind", s.Kind, "id", s.ID,
				"position", s.Position, "event", s.Event, "type", s.Type, "err", s.Error)
		}
	}
	return nil
}

// queueCheckpoint moves the checkpoint from where it was stored last. If it is
// not there any more the division fails, and with it the transaction.
func (t *tables) queueCheckpoint(b *pgx.Batch, to int64) {
	b.Queue(`
		WITH moved AS (
			UPDATE public.projections SET position = $4
			WHERE name = $1 AND code_version = $2 AND build = $3 AND position = $5 AND state = $6
			RETURNING 1
		)
		SELECT 1 / count(*) FROM moved`, t.Name, t.Version, t.build, to, t.stored, t.state)
}

// isOurs reports whether the checkpoint is where it was stored last. Nobody
// knows when the database does not say.
func (t *tables) isOurs(ctx context.Context) (ours bool) {
	conn, err := t.connect(ctx)
	if err != nil {
		return false
	}
	err = conn.QueryRow(ctx, `
		SELECT position = $4 AND state = $5 FROM public.projections
		WHERE name = $1 AND code_version = $2 AND build = $3`, t.Name, t.Version, t.build, t.stored, t.state).Scan(&ours)
	return ours && err == nil
}

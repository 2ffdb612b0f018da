package projections

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/internal/eventstore"
	"parley/internal/pgerr"
)

// maker makes builds. Of several nodes one makes a build, the one that holds
// the claim.
type maker struct {
	db     *pgxpool.Pool
	log    eventstore.Log
	logger *slog.Logger
}

// RebuildOptions say how a projection is built anew. The zero value is usable.
type RebuildOptions struct {
	// Rate bounds it to so many events per second; 0 for as many as those
	// allow who read and write meanwhile.
	Rate int `json:"rate"`
	// Restart throws an unfinished build away instead of going on with it.
	Restart bool `json:"restart"`
	// Fewer demands that fewer partitions are parked afterwards.
	Fewer bool `json:"-"`
	// Force shows the new build whatever it has parked.
	Force bool `json:"force"`
}

// order is one build to make.
type order struct {
	Projection
	RebuildOptions
	demand   func() demand
	progress *tracker
	// hold leaves the build unshown when it has caught up.
	hold bool
	// first makes a build only if there is no live one.
	first bool
	// build is the one that was begun, 0 before.
	build int
}

// Refusals of builds.
var (
	ErrElsewhere = errors.New("another node builds this projection")
	ErrParked    = errors.New("the new build is not shown")
)

// claim takes the right to build; the result gives it back.
func (m *maker) claim(ctx context.Context, what string) (release func(), err error) {
	conn, err := pgx.ConnectConfig(ctx, m.db.Config().ConnConfig)
	if err != nil {
		return nil, err
	}
	release = func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		// The end of a connection is noticed late; whoever comes next finds it free.
		_, _ = conn.Exec(ending, `SELECT pg_advisory_unlock_all()`)
		conn.Close(ending)
	}
	var got bool
	err = conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(hashtext('parley build'), hashtext($1))`, what).Scan(&got)
	if err == nil && !got {
		err = ErrElsewhere
	}
	if err != nil {
		release()
		return nil, err
	}
	return release, nil
}

func claimOf(p Projection) string { return fmt.Sprintf("%s v%d", p.Name, p.Version) }

// make makes a build, or goes on with an unfinished one, and shows it. It goes
// on when the database was away.
func (m *maker) make(ctx context.Context, o *order) error {
	for wait := minWait; ; wait = min(2*wait, maxWait) {
		err := m.attempt(ctx, o)
		if err == nil || ctx.Err() != nil || !pgerr.Unavailable(err) {
			return err
		}
		m.logger.Warn("a build waits for the database", "projection", o.Name, "err", err)
		if err := pause(ctx, wait); err != nil {
			return err
		}
	}
}

func (m *maker) attempt(ctx context.Context, o *order) error {
	release, err := m.claim(ctx, claimOf(o.Projection))
	if err != nil {
		return err
	}
	defer release()
	if o.build != 0 || o.first { // the answer to its switch may have been lost, or another node was faster
		live, err := findLive(ctx, m.db, o.Projection)
		if err == nil && (o.first || live.build == o.build) {
			return nil
		}
	}
	b, err := m.begin(ctx, o)
	if err != nil {
		return err
	}
	defer b.close()
	if err := m.catchUp(ctx, b); err != nil {
		return err
	}
	o.progress.phase(Indexing)
	if err := b.index(ctx); err != nil {
		return err
	}
	if err := m.catchUp(ctx, b); err != nil || o.hold {
		return err
	}
	if err := m.judge(ctx, b, o); err != nil {
		return err
	}
	return m.replace(ctx, b)
}

// begin finds the unfinished build or makes an empty one.
func (m *maker) begin(ctx context.Context, o *order) (*builder, error) {
	if o.Restart {
		if err := m.discard(ctx, o.Projection, building); err != nil {
			return nil, err
		}
		o.Restart = false
	}
	sql, err := schemaOf(o.Projection)
	if err != nil {
		return nil, err
	}
	var found liveBuild
	err = pgx.BeginFunc(ctx, m.db, func(tx pgx.Tx) error {
		if err := lockBuilds(ctx, tx); err != nil {
			return err
		}
		if found, err = findBuild(ctx, tx, o.Projection, `b.state = 'building'`); !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		found.build, err = create(ctx, tx, o.Projection, building, sql.growing())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("projection %s: begin a build: %w", o.Name, err)
	}
	o.build = found.build
	b := m.builder(o, found.build, building)
	b.stored, b.parked = found.position, found.parked
	target, err := m.target(ctx, o.Projection)
	if err != nil {
		return nil, err
	}
	o.progress.begin(b.tables, target)
	m.logger.Info("building a projection", "projection", o.Name, "version", o.Version, "build", b.build, "from", b.stored, "to", target)
	return b, nil
}

func (m *maker) builder(o *order, build int, state string) *builder {
	t := newTables(o.Projection, build, state, m.db.Config().ConnConfig, m.logger)
	t.config.RuntimeParams["application_name"] = fmt.Sprintf("parley build of %s", o.Name)
	t.config.RuntimeParams["maintenance_work_mem"] = "128MB"
	t.config.RuntimeParams["default_statistics_target"] = "25"
	t.config.RuntimeParams["max_parallel_maintenance_workers"] = "0" // readers need the processors
	demand := o.demand
	if demand == nil {
		demand = nobody
	}
	return &builder{tables: t, log: m.log, pace: &pace{rate: o.Rate, demand: demand}, progress: o.progress, logger: m.logger}
}

// target is where a new build must get to: to where the live one is, never
// beyond, so that a switch shows nothing that the other projections do not
// know yet. Without a live one it is the head of the log.
func (m *maker) target(ctx context.Context, p Projection) (int64, error) {
	found, err := findLive(ctx, m.db, p)
	if errors.Is(err, pgx.ErrNoRows) {
		head, err := m.log.Head(ctx)
		return int64(head), err
	}
	return found.position, err
}

// A build is near enough to be switched to when its last stretch was short in
// events or in time: what is left is applied while the live one stands.
const (
	nearEvents = 100
	nearTime   = 50 * time.Millisecond
)

// catchUp applies the log until the build is near its target, which moves
// meanwhile.
func (m *maker) catchUp(ctx context.Context, b *builder) error {
	for {
		target, err := m.target(ctx, b.Projection)
		if err != nil {
			return err
		}
		b.progress.update(func(p *Progress) { p.Phase, p.Target = Applying, max(target, b.stored) })
		before, began := b.stored, time.Now()
		if err := b.advance(ctx, target); err != nil {
			return fmt.Errorf("projection %s: build %d: %w", b.Name, b.build, err)
		}
		if target-before <= nearEvents || time.Since(began) < nearTime {
			return nil
		}
	}
}

// judge refuses a build that stands still where the live one goes on, and for
// Fewer one that is no better.
func (m *maker) judge(ctx context.Context, b *builder, o *order) error {
	live, err := findLive(ctx, m.db, b.Projection)
	if errors.Is(err, pgx.ErrNoRows) || o.Force {
		return nil
	}
	if err != nil {
		return err
	}
	why := ""
	for at, k := range b.parked {
		if _, ok := live.parked[at]; !ok {
			why = "it would stand still where the live one goes on: " + k.String()
		}
	}
	if why == "" && o.Fewer && len(b.parked) > 0 && len(b.parked) >= len(live.parked) {
		why = "nothing is better: " + b.parked.list()[0].String()
	}
	if why == "" {
		return nil
	}
	return errors.Join(fmt.Errorf("%w: %s; repair the code, or show it all the same with --force", ErrParked, why), m.retire(ctx, b.tables))
}

// retire gives a build up; it is dropped in time.
func (m *maker) retire(ctx context.Context, t *tables) error {
	_, err := m.db.Exec(ctx, `
		UPDATE public.projections SET state = 'retired', retired_at = now()
		WHERE name = $1 AND code_version = $2 AND build = $3 AND state = $4`, t.Name, t.Version, t.build, t.state)
	return err
}

// discard drops the builds of a projection that are in a state.
func (m *maker) discard(ctx context.Context, p Projection, state string) error {
	for {
		found, err := findBuild(ctx, m.db, p, `b.state = $3 ORDER BY b.build`, state)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := m.drop(ctx, p, found.build); err != nil {
			return err
		}
		if err := pause(ctx, time.Millisecond); err != nil {
			return err
		}
	}
}

package projections

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Verdict is what a comparison of the live build with the log has found.
type Verdict struct {
	Projection  string         `json:"projection"`
	Version     int            `json:"version"`
	Build       int            `json:"build"`
	Position    int64          `json:"position"` // at which the two were compared
	Tables      []TableVerdict `json:"tables"`
	Rows        int64          `json:"rows"` // that were compared
	Differences int64          `json:"differences"`
	Parked      []Parked       `json:"parked,omitempty"` // left out from there on
	Seconds     float64        `json:"seconds"`
}

// TableVerdict is the part of a verdict about one table.
type TableVerdict struct {
	Table       string       `json:"table"`
	Rows        int64        `json:"rows"`     // of the live build
	Replayed    int64        `json:"replayed"` // of the log
	Differences int64        `json:"differences"`
	First       []Difference `json:"first,omitempty"` // in the order of the key
}

// Difference is a row that is not what the log makes of it. It holds nothing of
// the row beside its key.
type Difference struct {
	Table   string   `json:"table"`
	Kind    string   `json:"kind"`              // changed, missing or extra, as the live build sees it
	Key     []string `json:"key"`               // column=value
	Columns []string `json:"columns,omitempty"` // that differ; sealed ones with the beginnings of their hashes
}

// ErrReplaced says that the build was replaced while it was verified.
var ErrReplaced = errors.New("the build was replaced meanwhile: verify again")

// ErrVerifying says that a comparison is under way.
var ErrVerifying = errors.New("it is being verified already")

func verifyClaim(p Projection) string { return claimOf(p) + " verify" }

// claimVerify waits a moment for the claim: a comparison that has just ended, or
// a sweep, may hold it for an instant longer.
func (m *maker) claimVerify(ctx context.Context, p Projection) (release func(), err error) {
	for range claimTries {
		release, err = m.claim(ctx, verifyClaim(p))
		if !errors.Is(err, ErrElsewhere) {
			return release, err
		}
		select {
		case <-time.After(claimPause):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return nil, ErrVerifying
}

// How often and how far apart the claim is tried.
const (
	claimTries = 20
	claimPause = 25 * time.Millisecond
)

// verify replays the log beside the live build of a projection and compares
// both, row by row at one position. What is parked in the live build is left
// out of the replay from there on.
func (m *maker) verify(ctx context.Context, o *order) (v Verdict, err error) {
	began := time.Now()
	release, err := m.claimVerify(ctx, o.Projection)
	if err != nil {
		return v, err
	}
	defer release()
	if err := m.discard(ctx, o.Projection, scratch); err != nil {
		return v, err
	}
	live, err := findLive(ctx, m.db, o.Projection)
	if err != nil {
		return v, err
	}
	b, err := m.beginScratch(ctx, o)
	if err != nil {
		return v, err
	}
	defer func() {
		b.close()
		cleaning, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if dropErr := m.drop(cleaning, o.Projection, b.build); err == nil {
			err = dropErr
		}
	}()
	o.progress.begin(b.tables, live.position)
	o.progress.update(func(p *Progress) { p.Build = live.build })
	b.parkAt = live.parked
	if err := b.advance(ctx, live.position); err != nil {
		return v, err
	}
	o.progress.phase(Comparing)
	if err := b.keys(ctx); err != nil {
		return v, err
	}
	v = Verdict{Projection: o.Name, Version: o.Version, Build: live.build}
	err = m.withConn(ctx, func(conn *pgx.Conn) error {
		now, err := m.freeze(ctx, conn, b)
		if err != nil {
			return err
		}
		if now.build != live.build {
			return ErrReplaced
		}
		v.Position, v.Parked = now.position, now.parked.list()
		return v.compare(ctx, conn, o.Schema(live.build), o.Schema(b.build))
	})
	v.Seconds = time.Since(began).Seconds()
	return v, err
}

func (m *maker) beginScratch(ctx context.Context, o *order) (*builder, error) {
	sql, err := schemaOf(o.Projection)
	if err != nil {
		return nil, err
	}
	var build int
	err = pgx.BeginFunc(ctx, m.db, func(tx pgx.Tx) error {
		if err := lockBuilds(ctx, tx); err != nil {
			return err
		}
		build, err = create(ctx, tx, o.Projection, scratch, sql.passing())
		return err
	})
	return m.builder(o, build, scratch), err
}

// freezeTimeout ends a comparison whose process stands still: it holds up the
// projection on every node.
const freezeTimeout = time.Minute

// freeze begins a transaction that sees the live build and the replay at the
// same position: while it takes its snapshot the live one stands.
func (m *maker) freeze(ctx context.Context, conn *pgx.Conn, b *builder) (live liveBuild, err error) {
	err = m.withConn(ctx, func(holding *pgx.Conn) error {
		_, err := holding.Exec(ctx, fmt.Sprintf(`
			BEGIN; SET LOCAL idle_in_transaction_session_timeout = %d;
			SELECT 1 FROM public.projections WHERE name = '%s' AND code_version = %d AND state = 'live' FOR UPDATE`,
			freezeTimeout.Milliseconds(), b.Name, b.Version))
		if err != nil {
			return err
		}
		defer func() {
			_, _ = holding.Exec(context.WithoutCancel(ctx), "ROLLBACK") // a connection that cannot is closed by its owner
		}()
		if live, err = findLive(ctx, holding, b.Projection); err != nil {
			return err
		}
		b.parkAt, b.pace = live.parked, &pace{demand: nobody}
		if err := b.advance(ctx, live.position); err != nil {
			return err
		}
		// Merging two primary keys is the cheapest comparison.
		_, err = conn.Exec(ctx, `
			BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
			SET LOCAL enable_hashjoin = off; SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = on;
			SET LOCAL plan_cache_mode = force_custom_plan;
			SELECT position FROM public.projections LIMIT 1`)
		return err
	})
	return live, err
}

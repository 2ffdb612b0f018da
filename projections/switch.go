package projections

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// lockTimeout is how long a switch may hold up readers who come while it waits
// for those who read: shorter than deadlock_timeout, so a reader who took views
// in another order is never the one to fail.
const lockTimeout = 50 * time.Millisecond

// switchTimeout ends an attempt whose process stands still: it holds up the
// projection on every node.
const switchTimeout = 10 * time.Second

// switched is the channel on which nodes hear that builds have changed.
const switched = "parley_projections"

// replace shows a build instead of the live one, as soon as readers let it.
func (m *maker) replace(ctx context.Context, b *builder) error {
	b.pace = &pace{demand: nobody} // the live build is waiting
	for {
		if err := m.awaitReaders(ctx, b.Projection); err != nil {
			return err
		}
		if err := m.catchUp(ctx, b); err != nil {
			return err
		}
		b.progress.phase(Switching)
		err := m.tryReplace(ctx, b)
		if !isLocked(err) {
			if err != nil {
				err = fmt.Errorf("projection %s: switch to build %d: %w", b.Name, b.build, err)
			}
			return err
		}
		if err := pause(ctx, jitter(lockTimeout)); err != nil {
			return err
		}
	}
}

func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d) }

func isLocked(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "55P03" || pg.Code == "40P01")
}

// tryReplace is one attempt: the live build stands while the new one is brought
// to exactly its position, then the views change, all at once. The gate is the
// first of them: with it taken nobody reads the others.
func (m *maker) tryReplace(ctx context.Context, b *builder) error {
	return m.withConn(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, fmt.Sprintf(`
			BEGIN; SET LOCAL lock_timeout = %d; SET LOCAL idle_in_transaction_session_timeout = %d; SET LOCAL synchronous_commit = off`,
			lockTimeout.Milliseconds(), switchTimeout.Milliseconds()))
		if err != nil {
			return err
		}
		var live int
		var position int64
		err = conn.QueryRow(ctx, `
			SELECT build, position FROM public.projections
			WHERE name = $1 AND code_version = $2 AND state = 'live'
			FOR UPDATE`, b.Name, b.Version).Scan(&live, &position)
		if errors.Is(err, pgx.ErrNoRows) {
			position, err = b.stored, nil
		}
		if err != nil {
			return err
		}
		if err := b.advance(ctx, position); err != nil {
			return err
		}
		_, err = conn.Exec(ctx, b.show(b.build)+fmt.Sprintf(`
			UPDATE public.projections SET state = 'retired', retired_at = now()
			WHERE name = '%[1]s' AND code_version = %[2]d AND build = %[3]d;
			WITH shown AS (
				UPDATE public.projections SET state = 'live'
				WHERE name = '%[1]s' AND code_version = %[2]d AND build = %[4]d AND state = 'building' AND position = %[5]d
				RETURNING 1
			)
			SELECT 1 / count(*) FROM shown;
			NOTIFY %[6]s;
			COMMIT`, b.Name, b.Version, live, b.build, b.stored, switched))
		return err
	})
}

// withConn lends a connection of the pool and ends a transaction that is left.
func (m *maker) withConn(ctx context.Context, f func(*pgx.Conn) error) error {
	c, err := m.db.Acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release() // one with an open transaction is closed
	err = f(c.Conn())
	if err != nil && !c.Conn().IsClosed() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_, _ = c.Conn().Exec(ending, "ROLLBACK")
	}
	return err
}

// awaitReaders waits until nobody has read the projection in a transaction that
// has lasted for long: an attempt would fail, and hold up the others.
func (m *maker) awaitReaders(ctx context.Context, p Projection) error {
	views := []string{p.Gate()}
	for _, table := range p.Tables {
		views = append(views, p.View(table))
	}
	for {
		var long bool
		err := m.db.QueryRow(ctx, `
			SELECT count(*) > 0
			FROM pg_locks l
			JOIN pg_stat_activity a ON a.pid = l.pid
			WHERE l.locktype = 'relation' AND l.granted
				AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
				AND l.relation IN (SELECT to_regclass(v) FROM unnest($1::text[]) AS v)
				AND a.xact_start < clock_timestamp() - $2::interval`, views, lockTimeout/2).Scan(&long)
		if err != nil || !long {
			return err
		}
		if err := pause(ctx, jitter(lockTimeout)); err != nil {
			return err
		}
	}
}

// show are the statements that point the views of the projection at a build.
func (p Projection) show(build int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `
		CREATE OR REPLACE VIEW %s AS SELECT position FROM public.projections
		WHERE name = '%s' AND code_version = %d AND build = %d;`, p.Gate(), p.Name, p.Version, build)
	for _, table := range p.Tables {
		fmt.Fprintf(&b, "CREATE OR REPLACE VIEW %s AS SELECT * FROM %s;\n", p.View(table), pgx.Identifier{p.Schema(build), table}.Sanitize())
	}
	return b.String()
}

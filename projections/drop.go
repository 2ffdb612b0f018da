package projections

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// grace is how long a retired build is kept.
const grace = 10 * time.Second

// sweep drops the builds that are retired for long enough, and what a dead
// process left of a comparison. It tells how many are left: too young, or still
// read by somebody.
func (m *maker) sweep(ctx context.Context, all []Projection, after time.Duration) (left int, err error) {
	var errs []error
	for _, p := range all {
		rows, err := m.db.Query(ctx, `
			SELECT build, retired_at <= now() - $3::interval FROM public.projections
			WHERE name = $1 AND code_version = $2 AND state = 'retired'`, p.Name, p.Version, after)
		if err != nil {
			return left, err
		}
		builds, err := pgx.CollectRows(rows, pgx.RowToStructByPos[retiredBuild])
		if err != nil {
			return left, err
		}
		left += len(builds)
		for _, b := range builds {
			if !b.Due {
				continue
			}
			switch err := m.drop(ctx, p, b.Build); {
			case err == nil:
				left--
			case !isLocked(err):
				errs = append(errs, err)
			}
		}
		errs = append(errs, m.sweepScratch(ctx, p))
	}
	return left, errors.Join(errs...)
}

type retiredBuild struct {
	Build int
	Due   bool
}

// sweepScratch drops comparisons whose process is dead: nobody holds the claim.
func (m *maker) sweepScratch(ctx context.Context, p Projection) error {
	if _, err := findBuild(ctx, m.db, p, `b.state = 'scratch'`); errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	release, err := m.claim(ctx, verifyClaim(p))
	if errors.Is(err, ErrElsewhere) {
		return nil
	}
	if err != nil {
		return err
	}
	defer release()
	return m.discard(ctx, p, scratch)
}

// drop removes a build that no view shows.
func (m *maker) drop(ctx context.Context, p Projection, build int) error {
	schema := p.Schema(build)
	return m.withConn(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, fmt.Sprintf(`BEGIN; SET LOCAL lock_timeout = %d`, lockTimeout.Milliseconds()))
		if err != nil {
			return err
		}
		names, err := tablesIn(ctx, conn, schema)
		if err != nil {
			return err
		}
		var sql strings.Builder
		for _, name := range names {
			fmt.Fprintf(&sql, "DROP TABLE %s;", pgx.Identifier{schema, name}.Sanitize())
		}
		_, err = conn.Exec(ctx, sql.String()+fmt.Sprintf(`
			DROP SCHEMA IF EXISTS %s;
			DELETE FROM public.projections WHERE name = '%s' AND code_version = %d AND build = %d AND state <> 'live';
			COMMIT`, pgx.Identifier{schema}.Sanitize(), p.Name, p.Version, build))
		if err != nil {
			return fmt.Errorf("projection %s: drop build %d: %w", p.Name, build, err)
		}
		return nil
	})
}

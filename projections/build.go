package projections

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/domain"
)

// liveBuild is the build that the views show.
type liveBuild struct {
	build    int
	position int64
	parked   parking
}

// queryer is a connection, a pool or a transaction.
type queryer interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// findLive reads the live build of a projection; pgx.ErrNoRows if it has none.
// It is one statement: the checkpoint and what is parked belong together.
func findLive(ctx context.Context, db queryer, p Projection) (liveBuild, error) {
	return findBuild(ctx, db, p, `b.state = 'live'`)
}

func findBuild(ctx context.Context, db queryer, p Projection, where string, args ...any) (found liveBuild, err error) {
	rows, err := db.Query(ctx, `
		SELECT b.build, b.position, k.app, k.kind, k.id, k.position, k.event, k.type, k.error, k.at
		FROM public.projections b
		LEFT JOIN public.parked k ON k.projection = b.name AND k.code_version = b.code_version AND k.build = b.build
		WHERE b.name = $1 AND b.code_version = $2 AND `+where, append([]any{p.Name, p.Version}, args...)...)
	if err != nil {
		return found, err
	}
	var k struct {
		app, kind, id, typ, err *string
		position, at            *int64
		event                   *uuid.UUID
	}
	tag, err := pgx.ForEachRow(rows, []any{
		&found.build, &found.position, &k.app, &k.kind, &k.id, &k.position, &k.event, &k.typ, &k.err, &k.at,
	}, func() error {
		if k.app != nil {
			found.parked = found.parked.with([]Parked{{
				App: domain.AppID(*k.app), Kind: *k.kind, ID: *k.id, Position: *k.position, Event: *k.event, Type: *k.typ,
				Error: *k.err, At: *k.at,
			}})
		}
		return nil
	})
	if err == nil && tag.RowsAffected() == 0 {
		err = pgx.ErrNoRows
	}
	return found, err
}

// live finds the live build of a projection. Without one it makes an empty
// build and shows it: whoever wants to be shown more makes it before.
func live(ctx context.Context, db *pgxpool.Pool, p Projection) (found liveBuild, err error) {
	err = pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		if err := lockBuilds(ctx, tx); err != nil {
			return err
		}
		if found, err = findLive(ctx, tx, p); !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		sql, err := schemaOf(p)
		if err != nil {
			return err
		}
		if found.build, err = create(ctx, tx, p, isLive, sql.all()); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, p.show(found.build))
		return err
	})
	if err != nil {
		err = fmt.Errorf("projection %s: find or make its tables: %w", p.Name, err)
	}
	return found, err
}

// lockBuilds lets one node at a time make and drop builds.
func lockBuilds(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('parley projections'))`)
	return err
}

// create makes the schema and empty tables of the next build.
func create(ctx context.Context, tx pgx.Tx, p Projection, state, sql string) (build int, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO public.projections (name, code_version, build, state)
		SELECT $1, $2, coalesce(max(build), 0) + 1, $3 FROM public.projections
		WHERE name = $1 AND code_version = $2
		RETURNING build`, p.Name, p.Version, state).Scan(&build)
	if err != nil {
		return 0, err
	}
	schema := pgx.Identifier{p.Schema(build)}.Sanitize()
	_, err = tx.Exec(ctx, "CREATE SCHEMA "+schema+"; SET LOCAL search_path TO "+schema+"; "+sql+"; SET LOCAL search_path TO DEFAULT")
	return build, err
}

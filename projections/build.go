package projections

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/migrations"
)

// live finds the live build of a projection, and makes its first one.
func live(ctx context.Context, db *pgxpool.Pool, p Projection) (build int, position int64, err error) {
	err = pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		// One node at a time makes builds.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('parley projections'))`); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `
			SELECT build, position FROM projections
			WHERE name = $1 AND code_version = $2 AND state = 'live'`, p.Name, p.Version).Scan(&build, &position)
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		build, position = 1, 0
		if err := create(ctx, tx, p, build); err != nil {
			return err
		}
		if err := show(ctx, tx, p, build); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO projections (name, code_version, build, state)
			VALUES ($1, $2, $3, 'live')`, p.Name, p.Version, build)
		return err
	})
	if err != nil {
		err = fmt.Errorf("projection %s: find or make its tables: %w", p.Name, err)
	}
	return build, position, err
}

// create makes the schema and empty tables of a build.
func create(ctx context.Context, tx pgx.Tx, p Projection, build int) error {
	sql, err := migrations.Projection(p.Name)
	if err != nil {
		return err
	}
	schema := pgx.Identifier{p.Schema(build)}.Sanitize()
	_, err = tx.Exec(ctx, "CREATE SCHEMA "+schema+"; SET LOCAL search_path TO "+schema+"; "+sql+"; SET LOCAL search_path TO DEFAULT")
	return err
}

// show points the views of the projection at a build.
func show(ctx context.Context, tx pgx.Tx, p Projection, build int) error {
	for _, table := range p.Tables {
		_, err := tx.Exec(ctx, "CREATE OR REPLACE VIEW "+p.View(table)+" AS SELECT * FROM "+
			pgx.Identifier{p.Schema(build), table}.Sanitize())
		if err != nil {
			return err
		}
	}
	return nil
}

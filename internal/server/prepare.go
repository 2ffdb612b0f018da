package server

import (
	"context"
	"fmt"
	"log/slog"

	"parley/internal/eventstore/postgres"
	"parley/projections"
)

// Prepare builds the read models that this version lacks in a database, beside
// servers of another version, and leaves them for the start of this one.
func Prepare(ctx context.Context, url string, logger *slog.Logger, o projections.PrepareOptions) error {
	conn, err := Look(ctx, url)
	if err != nil {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	steps, err := Migrations(ctx, conn)
	conn.Close(ctx)
	if err != nil {
		return err
	}
	for _, s := range steps {
		if s.Applied.IsZero() {
			return fmt.Errorf("this version needs step %d of the schema, %s, first: stop the servers and run parley migrate, or let parley serve build", s.Version, s.Name)
		}
	}
	pool, err := connect(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	log, err := postgres.Open(ctx, pool, postgres.Config{Shared: true, Unsafe: true, Logger: logger})
	if err != nil {
		return err
	}
	defer log.Close()
	o.Hold = true
	return projections.Prepare(ctx, projections.Config{Log: log, DB: pool, Logger: logger}, o)
}

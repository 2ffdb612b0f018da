package projections

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// index makes the keys and indexes that only queries need, and gathers
// statistics. It may be repeated.
func (b *builder) index(ctx context.Context) error {
	sql, err := schemaOf(b.Projection)
	if err != nil {
		return err
	}
	conn, err := b.connect(ctx)
	if err != nil {
		return err
	}
	keys, err := b.missing(ctx, conn, sql.keys)
	if err == nil {
		err = b.execAll(ctx, append(keys, sql.indexes...))
	}
	if err != nil {
		return b.failed(err)
	}
	statistics, err := analyze(ctx, conn, b.Schema(b.build))
	if err != nil {
		return b.failed(err)
	}
	for _, statement := range append(sql.comments, statistics) {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return b.failed(err)
		}
	}
	return nil
}

// keys makes what a comparison needs.
func (b *builder) keys(ctx context.Context) error {
	sql, err := schemaOf(b.Projection)
	if err != nil {
		return err
	}
	conn, err := b.connect(ctx)
	if err != nil {
		return err
	}
	keys, err := b.missing(ctx, conn, sql.keys)
	if err == nil {
		err = b.execAll(ctx, keys)
	}
	if err != nil {
		return b.failed(err)
	}
	return nil
}

func (b *builder) failed(err error) error {
	return fmt.Errorf("projection %s: build %d: %w", b.Name, b.build, err)
}

// missing are the statements that add keys which are not there yet.
func (b *builder) missing(ctx context.Context, conn *pgx.Conn, keys []string) (statements []string, err error) {
	for _, statement := range keys {
		var there bool
		err := conn.QueryRow(ctx, `
			SELECT count(*) > 0 FROM pg_constraint
			WHERE conname = $1 AND connamespace = (SELECT oid FROM pg_namespace WHERE nspname = $2)`,
			addKey.FindStringSubmatch(statement)[1], b.Schema(b.build)).Scan(&there)
		if err != nil {
			return nil, err
		}
		if !there {
			statements = append(statements, statement)
		}
	}
	return statements, nil
}

// execAll runs statements that do not depend on each other: two at a time
// while nobody reads.
func (b *builder) execAll(ctx context.Context, statements []string) error {
	todo := make(chan string, len(statements))
	for _, statement := range statements {
		todo <- statement
	}
	close(todo)
	first, err := b.connect(ctx)
	if err != nil {
		return err
	}
	g, running := errgroup.WithContext(ctx)
	g.Go(func() error { return exec(running, first, todo) })
	if d := b.pace.demand(); !d.reads && !d.waiting {
		g.Go(func() error {
			second, err := pgx.ConnectConfig(running, b.config)
			if err != nil {
				return err
			}
			defer second.Close(context.WithoutCancel(ctx))
			return exec(running, second, todo)
		})
	}
	return g.Wait()
}

func exec(ctx context.Context, conn *pgx.Conn, todo <-chan string) error {
	for statement := range todo {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// analyze is the statement that gathers statistics of all tables of a schema.
func analyze(ctx context.Context, db queryer, schema string) (string, error) {
	names, err := tablesIn(ctx, db, schema)
	text := "ANALYZE "
	for i, name := range names {
		if i > 0 {
			text += ", "
		}
		text += pgx.Identifier{schema, name}.Sanitize()
	}
	return text, err
}

// tablesIn lists the tables of a schema.
func tablesIn(ctx context.Context, db queryer, schema string) ([]string, error) {
	rows, err := db.Query(ctx, `
		SELECT relname FROM pg_class
		WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) AND relkind = 'r'
		ORDER BY relname`, schema)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

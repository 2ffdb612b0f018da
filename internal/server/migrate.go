package server

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"parley/migrations"
)

const migrationsTable = "schema_migrations"

// Migration is one step of the schema; Applied is zero for one that is
// pending.
type Migration struct {
	Version int64
	Name    string
	Applied time.Time
}

// Migrate brings the schema up to date; of several starting nodes one does it.
// A schema newer than this binary is an error.
func Migrate(ctx context.Context, pool *pgxpool.Pool, logger *slog.Logger) error {
	return migrate(ctx, pool, func(m Migration, took time.Duration) {
		logger.Info("migrated", "version", m.Version, "took", took.String())
	})
}

// MigrateURL migrates a database and reports each step when it is done.
func MigrateURL(ctx context.Context, url string, report func(Migration, time.Duration)) error {
	pool, err := connect(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	return migrate(ctx, pool, report)
}

func migrate(ctx context.Context, pool *pgxpool.Pool, report func(Migration, time.Duration)) error {
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()
	p, err := provider(db)
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migrate: read the schema's version: %w", err)
	}
	if have > want {
		return newerSchema(have, want)
	}
	for {
		r, err := p.UpByOne(ctx)
		if errors.Is(err, goose.ErrNoNextVersion) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		report(Migration{r.Source.Version, nameOf(r.Source.Path), time.Now()}, r.Duration)
	}
}

func provider(db *sql.DB) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS,
		goose.WithSessionLocker(locker), goose.WithTableName(migrationsTable))
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return p, nil
}

func newerSchema(have, want int64) error {
	return fmt.Errorf("the database has schema version %d, this parley knows %d: start a newer parley", have, want)
}

// nameOf is what a migration is about: 0001_log.sql is log.
func nameOf(path string) string {
	_, name, _ := strings.Cut(strings.TrimSuffix(filepath.Base(path), ".sql"), "_")
	return name
}

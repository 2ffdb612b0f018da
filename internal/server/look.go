package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"

	"parley/migrations"
)

// lookName tells connections that only look from those of servers.
const lookName = "parley look"

// Look connects to a database once, to read only.
func Look(ctx context.Context, url string) (*pgx.Conn, error) {
	config, err := parseURL(url)
	if err != nil {
		return nil, err
	}
	config.ConnConfig.ConnectTimeout = 5 * time.Second
	params := config.ConnConfig.RuntimeParams
	params["default_transaction_read_only"], params["application_name"] = "on", lookName
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if err != nil {
		return nil, errors.New(strings.Join(strings.Fields(err.Error()), " "))
	}
	return conn, nil
}

// Holders counts the connections that servers have to the database.
func Holders(ctx context.Context, conn *pgx.Conn) (n int, err error) {
	err = conn.QueryRow(ctx, `
		SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name LIKE 'parley%' AND application_name <> $1`, lookName).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("look for servers on the database: %w", err)
	}
	return n, nil
}

// Migrations tells which steps of the schema a database has, in order. A
// schema newer than this binary is an error.
func Migrations(ctx context.Context, conn *pgx.Conn) ([]Migration, error) {
	applied, err := appliedMigrations(ctx, conn)
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		return nil, err
	}
	var list []Migration
	for _, name := range files {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		list = append(list, Migration{version, nameOf(name), applied[version]})
	}
	newest := list[len(list)-1].Version
	for version := range applied {
		if version > newest {
			return nil, newerSchema(version, newest)
		}
	}
	return list, nil
}

func appliedMigrations(ctx context.Context, conn *pgx.Conn) (map[int64]time.Time, error) {
	applied := map[int64]time.Time{}
	var exists bool
	if err := conn.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, migrationsTable).Scan(&exists); err != nil || !exists {
		return applied, wrapVersion(err)
	}
	rows, _ := conn.Query(ctx, `SELECT version_id, tstamp FROM `+migrationsTable+` WHERE is_applied AND version_id > 0`)
	var version int64
	var at time.Time
	_, err := pgx.ForEachRow(rows, []any{&version, &at}, func() error {
		applied[version] = at
		return nil
	})
	return applied, wrapVersion(err)
}

func wrapVersion(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("read the schema's version: %w", err)
}

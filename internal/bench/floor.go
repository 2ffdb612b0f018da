package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/internal/embeddedpg"
)

// Floor is a server that does the least a durable chat can do.
type Floor struct {
	Addr        string
	DataDir     string
	PgBin       string
	Secret      string // of the tokens
	Connections int    // to PostgreSQL, at most
	Stdout      io.Writer
	Logger      *slog.Logger
}

const floorSchema = `
	CREATE TABLE messages (
		id         bigserial   PRIMARY KEY,
		channel    bigint      NOT NULL,
		sender     text        NOT NULL,
		body       text        NOT NULL,
		created_at timestamptz NOT NULL DEFAULT now()
	);
	CREATE INDEX messages_channel ON messages (channel, id);
	CREATE INDEX messages_created ON messages (channel, created_at);
	CREATE TABLE reactions (
		message bigint NOT NULL,
		emote   text   NOT NULL,
		reactor text   NOT NULL,
		PRIMARY KEY (message, emote, reactor)
	);
	CREATE TABLE cursors (
		channel bigint NOT NULL,
		reader  text   NOT NULL,
		message bigint NOT NULL,
		PRIMARY KEY (reader, channel)
	);
	CREATE TABLE lists (
		member   text   NOT NULL,
		channel  bigint NOT NULL,
		name     text   NOT NULL,
		last_seq bigint NOT NULL,
		read_seq bigint NOT NULL,
		last_at  bigint NOT NULL,
		PRIMARY KEY (member, channel)
	)`

// Run serves until the context ends.
func (f Floor) Run(ctx context.Context) error {
	l, err := net.Listen("tcp", f.Addr)
	if err != nil {
		return err
	}
	defer l.Close()
	pg, err := embeddedpg.Start(ctx, embeddedpg.Config{DataDir: f.DataDir, BinDir: f.PgBin, Logger: f.Logger})
	if err != nil {
		return err
	}
	defer pg.Stop(context.WithoutCancel(ctx))
	config, err := pgxpool.ParseConfig(pg.URL())
	if err != nil {
		return err
	}
	config.MaxConns = int32(f.Connections)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()
	if _, err := pool.Exec(ctx, floorSchema); err != nil {
		return fmt.Errorf("schema of the floor: %w", err)
	}
	h := &http.Server{Handler: (&floorFace{db: pool, secret: []byte(f.Secret)}).handler(), ReadHeaderTimeout: 5 * time.Second}
	serving := make(chan error, 1)
	go func() { serving <- h.Serve(l) }()
	fmt.Fprintf(f.Stdout, "ready on http://%s\n", l.Addr())
	select {
	case <-ctx.Done():
	case err = <-serving:
	case <-pg.Done():
		err = errors.New("the PostgreSQL of the floor has ended")
	}
	h.Close()
	return err
}

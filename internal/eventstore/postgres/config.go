package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

// Config says how a Log works. The zero value is usable.
type Config struct {
	// RowLess are the categories whose streams have no row of their own:
	// <category>-<anything>.<id>, the id a positive 63-bit decimal. Their
	// names are derived from the prefix and the id. Default: message.
	RowLess []string
	// Shared says that other processes may append to the same log.
	Shared bool
	// Unsafe allows a server that may lose acknowledged events (fsync or
	// full_page_writes off). For tests only.
	Unsafe bool
	// Now is the clock; default time.Now.
	Now func() time.Time
	// TailEvents and TailBytes bound the newest events kept in memory for
	// subscribers; default 65,536 and 64 MiB.
	TailEvents int
	TailBytes  int
	// CachedStreams is how many streams the writer remembers the last
	// revision of, in each of two generations; default 200,000.
	CachedStreams int
	// Poll is how often a shared log looks for foreign events while
	// somebody subscribes; default 10 ms.
	Poll time.Duration
	// Queue is how many appends wait at most; more are refused with
	// eventstore.ErrBusy. Default 16,384.
	Queue int
	// Appended hears of every batch that was written: how many appends and
	// events it held and how long it took. It must not block. May be nil.
	Appended func(appends, events int, took time.Duration)
	// Logger hears of lost connections and of other exceptional things.
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.RowLess == nil {
		c.RowLess = []string{"message"}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.TailEvents <= 0 {
		c.TailEvents = 64 << 10
	}
	if c.TailBytes <= 0 {
		c.TailBytes = 64 << 20
	}
	if c.CachedStreams <= 0 {
		c.CachedStreams = 200_000
	}
	if c.Queue <= 0 {
		c.Queue = 16 << 10
	}
	if c.Poll <= 0 {
		c.Poll = 10 * time.Millisecond
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// checkDurable refuses a server that may forget what it has acknowledged.
func checkDurable(ctx context.Context, conn *pgx.Conn) error {
	for _, setting := range []string{"fsync", "full_page_writes"} {
		var value string
		if err := conn.QueryRow(ctx, "SELECT current_setting($1)", setting).Scan(&value); err != nil {
			return fmt.Errorf("read setting %s: %w", setting, err)
		}
		if value != "on" {
			return fmt.Errorf("the server runs with %s=%s and may lose acknowledged events; set it to on", setting, value)
		}
	}
	return nil
}

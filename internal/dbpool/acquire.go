// Package dbpool bounds how long a request waits for a connection of the pool.
package dbpool

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Wait is how long a request waits for a connection at most.
const Wait = 500 * time.Millisecond

// ErrBusy says that no connection became free in time: others are served, and
// trying again later may help.
var ErrBusy = errors.New("no connection to the database became free in time")

// Acquire takes a connection out of a pool; Release gives it back. ErrBusy
// after Wait, or the error of the context if that ends before.
func Acquire(ctx context.Context, pool *pgxpool.Pool) (*pgxpool.Conn, error) {
	short, cancel := context.WithTimeout(ctx, Wait)
	defer cancel()
	conn, err := pool.Acquire(short)
	if err != nil && short.Err() != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return conn, err
}

// SendBatch sends a batch over a connection of a pool and waits for its end.
func SendBatch(ctx context.Context, pool *pgxpool.Pool, b *pgx.Batch) error {
	conn, err := Acquire(ctx, pool)
	if err != nil {
		return err
	}
	defer conn.Release()
	return conn.SendBatch(ctx, b).Close()
}

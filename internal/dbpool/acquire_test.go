package dbpool_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"parley/internal/dbpool"
	"parley/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestABusyPool(t *testing.T) {
	config, err := pgxpool.ParseConfig(pgtest.URL(t))
	require.NoError(t, err)
	config.MaxConns = 1
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	defer pool.Close()
	send := func(ctx context.Context) error {
		b := &pgx.Batch{}
		b.Queue("SELECT 1")
		return dbpool.SendBatch(ctx, pool, b)
	}
	require.NoError(t, send(t.Context()))
	conn, err := dbpool.Acquire(t.Context(), pool)
	require.NoError(t, err)
	require.ErrorIs(t, send(t.Context()), dbpool.ErrBusy)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, send(gone), context.Canceled)
	require.NotErrorIs(t, send(gone), dbpool.ErrBusy, "the caller did not wait")
	conn.Release()
	require.NoError(t, send(t.Context()))
}

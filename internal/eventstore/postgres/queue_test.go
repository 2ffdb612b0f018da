package postgres_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/eventstore"
	"parley/internal/eventstore/postgres"
)

func TestAQueueOfAppendsHasAnEnd(t *testing.T) {
	// Given a writer that is held up, with one append under way and one that
	// waits.
	pool := migrated(t)
	var batches, events atomic.Int64
	log := open(t, pool, postgres.Config{Unsafe: true, Queue: 1, Appended: func(_, n int, _ time.Duration) {
		batches.Add(1)
		events.Add(int64(n))
	}})
	tx := begin(t, pool)
	_, err := tx.Exec(soon(t), `SELECT position FROM es_head WHERE id = 1 FOR UPDATE`)
	require.NoError(t, err)
	var appending sync.WaitGroup
	for i, stream := range []string{"channel-a.1", "channel-a.2"} {
		appending.Go(func() {
			_, err := log.Append(soon(t), write(stream, eventstore.Any, "Happened"))
			require.NoError(t, err)
		})
		require.Eventually(t, func() bool {
			var held bool
			err := pool.QueryRow(t.Context(), `
				SELECT EXISTS (SELECT 1 FROM pg_stat_activity
				WHERE application_name = 'parley-log-writer' AND wait_event_type = 'Lock' AND datname = current_database())`).Scan(&held)
			return err == nil && held && log.Stats().Waiting == i
		}, 30*time.Second, time.Millisecond)
	}
	require.ErrorContains(t, log.Accepting(), "too many")

	// When another one comes, it is refused, and the others are not harmed.
	_, err = log.Append(soon(t), write("channel-a.3", eventstore.Any, "Happened"))
	require.ErrorIs(t, err, eventstore.ErrBusy)
	require.ErrorIs(t, err, eventstore.ErrUnavailable)
	require.EqualValues(t, 1, log.Stats().Refused)
	require.NoError(t, tx.Rollback(soon(t)))
	appending.Wait()
	require.NoError(t, log.Accepting())
	_, err = log.Append(soon(t), write("channel-a.3", eventstore.Any, "Happened"))
	require.NoError(t, err)
	require.Equal(t, postgres.Stats{Position: 3, Refused: 1}, log.Stats())
	require.EqualValues(t, 3, events.Load())
	require.EqualValues(t, 3, batches.Load())
	at, err := log.RecordedAt(soon(t), 2)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), at, time.Hour)
}

package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"parley/internal/eventstore"
	"parley/internal/eventstore/postgres"
	"parley/internal/eventstore/storetest"
)

// alone is a log that nobody else appends to.
var alone = postgres.Config{Unsafe: true}

func TestLogOfOneProcess(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Store {
		pool := migrated(t)
		log := open(t, pool, alone)
		return storetest.Store{
			Log: log,
			Reopen: func(t *testing.T) eventstore.Log {
				require.NoError(t, log.Close())
				log = open(t, pool, alone)
				return log
			},
			Disconnect: func(t *testing.T) { disconnect(t, pool) },
			Away:       func(t *testing.T) func() { return away(t, pool) },
		}
	}, storetest.Guards, storetest.CommitOrderIDs, storetest.GapFree, storetest.Restart, storetest.Disconnects, storetest.Outages)
}

func write(stream string, expected eventstore.Expected, types ...string) eventstore.Write {
	w := eventstore.Write{Stream: stream, Expected: expected}
	for _, name := range types {
		w.Events = append(w.Events, eventstore.NewEvent{ID: uuid.Must(uuid.NewV7()), Type: name, V: 1, Data: []byte(`{"a":1}`)})
	}
	return w
}

func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func begin(t *testing.T, pool *pgxpool.Pool) pgx.Tx {
	t.Helper()
	tx, err := pool.Begin(context.Background())
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
	return tx
}

func TestAnOpenForeignTransactionStallsNobody(t *testing.T) {
	pool := migrated(t)
	tx := begin(t, pool)
	_, err := tx.Exec(soon(t), `CREATE TABLE elsewhere (n int); INSERT INTO elsewhere VALUES (1); SELECT count(*) FROM es_events`)
	require.NoError(t, err)
	log := open(t, pool, postgres.Config{Unsafe: true, Shared: true})
	sub, err := log.Subscribe(t.Context(), 0)
	require.NoError(t, err)
	for i := range 10 {
		r, err := log.Append(soon(t), write("channel-a.1", eventstore.Expected(i-1), "Happened"))
		require.NoError(t, err)
		batch, err := sub.Next(soon(t), 10)
		require.NoError(t, err)
		require.Equal(t, r.Position, batch.Events[0].Position)
	}
	events := 0
	for _, err := range log.ReadAll(soon(t), 0, 0) {
		require.NoError(t, err)
		events++
	}
	require.Equal(t, 10, events)
}

func TestACallerThatGivesUpStopsWaiting(t *testing.T) {
	pool := migrated(t)
	log := open(t, pool, alone)
	tx := begin(t, pool)
	_, err := tx.Exec(soon(t), `SELECT * FROM es_head FOR UPDATE`)
	require.NoError(t, err)

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	abandoned := write("channel-a.1", eventstore.NoStream, "Happened")
	_, err = log.Append(ctx, abandoned)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = log.Append(ctx, write("channel-a.2", eventstore.NoStream, "Happened"))
	require.ErrorIs(t, err, context.DeadlineExceeded)

	require.NoError(t, tx.Rollback(soon(t)))
	r, err := log.Append(soon(t), abandoned)
	require.NoError(t, err)
	require.True(t, r.Repeated)
	require.Equal(t, eventstore.Position(1), r.Position)
}

func TestAHoleInTheLogIsAnError(t *testing.T) {
	pool := migrated(t)
	log := open(t, pool, alone)
	for range 10 {
		_, err := log.Append(soon(t), write("channel-a.1", eventstore.Any, "Happened"))
		require.NoError(t, err)
	}
	require.NoError(t, log.Close())
	_, err := pool.Exec(soon(t), `DELETE FROM es_events WHERE position = 4`)
	require.NoError(t, err)
	log = open(t, pool, alone)
	var last eventstore.Position
	for e, err := range log.ReadAll(soon(t), 0, 3) {
		require.NoError(t, err)
		last = e.Position
	}
	require.Equal(t, eventstore.Position(3), last)
	for _, err = range log.ReadAll(soon(t), 1, 0) {
	}
	require.ErrorContains(t, err, "position 4 is missing")
	sub, err := log.Subscribe(t.Context(), 0)
	require.NoError(t, err)
	_, err = sub.Next(soon(t), 100)
	require.ErrorContains(t, err, "hole in the log")
}

func TestScavengedEventsKeepTheirPlace(t *testing.T) {
	pool := migrated(t)
	log := open(t, pool, alone)
	_, err := log.Append(soon(t), write("reads-a.1.ann", eventstore.NoStream, "Read", "Read", "Read"))
	require.NoError(t, err)
	require.NoError(t, log.Close())
	_, err = pool.Exec(soon(t), `UPDATE es_events SET type_no = 0, data = '' WHERE position < 3`)
	require.NoError(t, err)
	var types []string
	for e, err := range open(t, pool, alone).ReadStream(soon(t), "reads-a.1.ann", 0) {
		require.NoError(t, err)
		types = append(types, e.Type)
	}
	require.Equal(t, []string{eventstore.Scavenged, eventstore.Scavenged, "Read"}, types)
}

func TestATruncatedStreamStartsAtItsMark(t *testing.T) {
	pool := migrated(t)
	log := open(t, pool, alone)
	_, err := log.Append(soon(t), write("message-a.1.7", eventstore.NoStream, "A", "B", "C"))
	require.NoError(t, err)
	_, err = pool.Exec(soon(t), `INSERT INTO es_marks (stream_key, truncate_before) SELECT stream_key, 2 FROM es_events WHERE revision = 0`)
	require.NoError(t, err)
	var types []string
	for e, err := range log.ReadStream(soon(t), "message-a.1.7", 0) {
		require.NoError(t, err)
		types = append(types, e.Type)
	}
	require.Equal(t, []string{"C"}, types)
}

func TestThePeoplesViewNamesStreams(t *testing.T) {
	pool := migrated(t)
	log := open(t, pool, alone)
	for _, name := range []string{"message-a.1.9223372036854775807", "channel-a.1"} {
		_, err := log.Append(soon(t), write(name, eventstore.NoStream, "Happened"))
		require.NoError(t, err)
		var stream, kind string
		var a int
		err = pool.QueryRow(soon(t), `SELECT stream, type, (data->>'a')::int FROM es_events_json ORDER BY position DESC LIMIT 1`).Scan(&stream, &kind, &a)
		require.NoError(t, err)
		require.Equal(t, name, stream)
		require.Equal(t, "Happened", kind)
		require.Equal(t, 1, a)
	}
}

func TestOneRefusedAppendHarmsNoNeighbour(t *testing.T) {
	pool := migrated(t)
	_, err := pool.Exec(soon(t), `ALTER TABLE es_events ADD CONSTRAINT no_poison CHECK (data <> 'poison')`)
	require.NoError(t, err)
	log := open(t, pool, alone)
	tx := begin(t, pool)
	_, err = tx.Exec(soon(t), `SELECT * FROM es_head FOR UPDATE`)
	require.NoError(t, err)
	results := make(chan error, 21)
	for i := range 21 {
		w := write("message-a.1.", eventstore.Any, "Happened")
		w.Draw = true
		if i == 7 {
			w.Events[0].Data = []byte("poison")
		}
		go func() {
			_, err := log.Append(soon(t), w)
			results <- err
		}()
	}
	require.NoError(t, tx.Rollback(soon(t)))
	refused := 0
	for range 21 {
		if err := <-results; err != nil {
			require.ErrorIs(t, err, eventstore.ErrUnavailable)
			refused++
		}
	}
	require.Equal(t, 1, refused)
	head, err := log.Head(soon(t))
	require.NoError(t, err)
	require.Equal(t, eventstore.Position(20), head)
}

func TestAServerThatMayForgetIsRefused(t *testing.T) {
	pool := migrated(t)
	var fsync string
	require.NoError(t, pool.QueryRow(soon(t), `SELECT current_setting('fsync')`).Scan(&fsync))
	if fsync == "on" {
		t.Skip("this server is durable")
	}
	_, err := postgres.Open(soon(t), pool, postgres.Config{})
	require.ErrorContains(t, err, "fsync=off")
}

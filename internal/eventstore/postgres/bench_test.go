package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"parley/internal/eventstore"
	"parley/internal/eventstore/postgres"
	"parley/internal/pgtest"
)

// payload is as long as a short chat message in JSON.
var payload = []byte(`{"kind":"text","sealed":"` + strings.Repeat("c2VhbGVk", 24) + `","refs":[],"mentions":[],"digest":"0123456789abcdef0123"}`)

const users = 100_000

// BenchmarkAppend compares the log with one transaction per append, at several
// numbers of callers. x-transaction is the ratio.
func BenchmarkAppend(b *testing.B) {
	rates := make(map[string]float64)
	for _, callers := range []int{1, 8, 64, 256} {
		for _, way := range []string{"transaction", "log", "log+once", "log+guards", "log+once+guards"} {
			name := fmt.Sprintf("%s/%d", way, callers)
			b.Run(name, func(b *testing.B) {
				send, pool := sender(b, way, callers)
				before := measure(b, pool)
				run(b, callers, send)
				after := measure(b, pool)
				rate := float64(b.N) / b.Elapsed().Seconds()
				rates[name] = rate
				b.ReportMetric(rate, "events/s")
				if base := rates[fmt.Sprintf("transaction/%d", callers)]; base > 0 {
					b.ReportMetric(rate/base, "x-transaction")
				}
				b.ReportMetric(float64((after.self-before.self).Microseconds())/float64(b.N), "go-µs/op")
				b.ReportMetric(float64((after.server-before.server).Microseconds())/float64(b.N), "pg-µs/op")
			})
		}
	}
}

// run spreads b.N sends over the callers.
func run(b *testing.B, callers int, send func(n int64) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range callers {
		wg.Go(func() {
			for {
				n := next.Add(1)
				if n > int64(b.N) {
					return
				}
				if err := send(n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
}

func sender(b *testing.B, way string, callers int) (func(int64) error, *pgxpool.Pool) {
	pool := durable(b)
	if way == "transaction" {
		return transactions(b, pool, callers), pool
	}
	log := open(b, pool, postgres.Config{})
	keyed, guarded := strings.Contains(way, "once"), strings.Contains(way, "guards")
	if guarded {
		register(b, log)
	}
	read, err := log.Head(context.Background())
	require.NoError(b, err)
	return func(n int64) error {
		w := eventstore.Write{Stream: "message-demo.123.", Draw: true, Once: keyed, Events: []eventstore.NewEvent{message()}}
		if guarded {
			w.Stream = fmt.Sprintf("message-demo.%d.", n%1000+1)
			w.Guards = []eventstore.Guard{
				{Stream: user(n * 7919), Position: read},
				{Stream: user(n * 104729), Position: read},
			}
		}
		_, err := log.Append(context.Background(), w)
		return err
	}, pool
}

// durable is a pool on a server with fsync on.
func durable(b *testing.B) *pgxpool.Pool {
	b.Helper()
	pool, err := pgxpool.New(context.Background(), pgtest.DurableURL(b))
	require.NoError(b, err)
	b.Cleanup(pool.Close)
	migrate(b, pool)
	return pool
}

func user(n int64) string { return fmt.Sprintf("user-demo.u%d", n%users) }

func message() eventstore.NewEvent {
	return eventstore.NewEvent{
		ID: uuid.Must(uuid.NewV7()), Type: "MessageSent", V: 1, Data: payload,
		Meta: map[string]string{"app": "demo", "actor": "ann", "time": "1700000000000"},
	}
}

// register gives every user a stream.
func register(b *testing.B, log *postgres.Log) {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			for n := next.Add(1); n <= users; n = next.Add(1) {
				_, err := log.Append(context.Background(), eventstore.Write{
					Stream: user(n), Expected: eventstore.NoStream,
					Events: []eventstore.NewEvent{{ID: uuid.Must(uuid.NewV7()), Type: "UserNamed", V: 1, Data: []byte(`{}`)}},
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// transactions appends the usual way: a sequence gives the positions and every
// append is a transaction of its own.
func transactions(b *testing.B, pool *pgxpool.Pool, callers int) func(int64) error {
	ctx := context.Background()
	_, err := pool.Exec(ctx, `
		CREATE TABLE plain_events (LIKE es_events INCLUDING ALL);
		CREATE SEQUENCE plain_position;
		ALTER TABLE plain_events ALTER position SET DEFAULT nextval('plain_position')`)
	require.NoError(b, err)
	config := pool.Config()
	config.MaxConns, config.MinConns = int32(min(callers, 80)), int32(min(callers, 80))
	own, err := pgxpool.NewWithConfig(ctx, config)
	require.NoError(b, err)
	b.Cleanup(own.Close)
	meta := []byte(`{"actor":"ann","app":"demo","time":"1700000000000"}`)
	return func(n int64) error {
		id := uuid.Must(uuid.NewV7())
		_, err := own.Exec(ctx, `
			INSERT INTO plain_events (stream_key, revision, stream_no, recorded_at, event_id, type_no, rest, data, meta)
			VALUES ($1, 0, 1, now(), $2, 1, 0, $3, $4)`, id, id, payload, meta)
		return err
	}
}

// usage is processor time of this process and of the server's processes for
// the database.
type usage struct{ self, server time.Duration }

func measure(b *testing.B, pool *pgxpool.Pool) usage {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	self := time.Duration(u.Utime.Nano() + u.Stime.Nano())
	rows, err := pool.Query(context.Background(), `SELECT pid FROM pg_stat_activity WHERE datname = current_database()`)
	require.NoError(b, err)
	defer rows.Close()
	var server time.Duration
	for rows.Next() {
		var pid int
		require.NoError(b, rows.Scan(&pid))
		server += processorTime(pid)
	}
	require.NoError(b, rows.Err())
	return usage{self, server}
}

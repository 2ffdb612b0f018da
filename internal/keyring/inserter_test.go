package keyring_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/keyring"
	"parley/internal/pgtest"
)

const patience = 10 * time.Second

// countingPool is a pool over an empty keyring that counts its queries.
func countingPool(t *testing.T) (*pgxpool.Pool, *tracer) {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(pgtest.URL(t))
	require.NoError(t, err)
	queries := &tracer{}
	cfg.ConnConfig.Tracer = queries
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	migrate(t, pool)
	return pool, queries
}

type tracer struct{ atomic.Int64 }

func (n *tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	n.Add(1)
	return ctx
}

func (*tracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func TestFirstSealsOfManyUsersMakeEachKeyOnce(t *testing.T) {
	pool, file := database(t), rootFile(t)
	rings := []*keyring.Ring{open(t, pool, file), open(t, pool, file)}
	const users = 64
	blobs := make([][]byte, users*len(rings))
	var wg sync.WaitGroup
	for i := range blobs {
		wg.Go(func() {
			s := user(fmt.Sprintf("user%d", i%users))
			var err error
			blobs[i], err = rings[i/users].Seal(t.Context(), app, s, event, []byte(s.ID))
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	require.Equal(t, users, count(t, pool, `SELECT count(*) FROM keyring`))
	fresh := open(t, pool, file)
	for i, blob := range blobs {
		s := user(fmt.Sprintf("user%d", i%users))
		for _, r := range []*keyring.Ring{rings[0], rings[1], fresh} {
			plain, err := r.Open(t.Context(), app, s, event, blob)
			require.NoError(t, err)
			require.Equal(t, s.ID, string(plain))
		}
	}
}

// hold keeps inserts into the keyring waiting until release is called.
func hold(t *testing.T, pool *pgxpool.Pool) (release func()) {
	t.Helper()
	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), `LOCK TABLE keyring IN SHARE MODE`)
	require.NoError(t, err)
	var once sync.Once
	release = func() { once.Do(func() { assert.NoError(t, tx.Rollback(context.Background())) }) }
	t.Cleanup(release)
	return release
}

// awaitQueue waits until a round runs and so many keys wait for the next.
func awaitQueue(t *testing.T, r *keyring.Ring, queued int) {
	t.Helper()
	require.Eventually(t, func() bool {
		running, n := r.Inserting()
		return running && n == queued
	}, patience, time.Millisecond)
}

func TestKeysMissedDuringARoundGatherInTheNext(t *testing.T) {
	r, pool := newRing(t)
	release := hold(t, pool)
	var wg sync.WaitGroup
	seal := func(id string) {
		wg.Go(func() {
			_, err := r.Seal(t.Context(), app, user(id), event, nil)
			assert.NoError(t, err)
		})
	}
	seal("first")
	awaitQueue(t, r, 0)
	for i := range 63 {
		seal(fmt.Sprintf("user%d", i))
		seal(fmt.Sprintf("user%d", i)) // shares the key on its way
	}
	awaitQueue(t, r, 63)
	release()
	wg.Wait()
	require.Equal(t, 64, count(t, pool, `SELECT count(*) FROM keyring`))
	require.Equal(t, 2, count(t, pool, `SELECT count(DISTINCT xmin::text) FROM keyring`), "transactions that inserted")
}

func TestKeyIsMadeAlthoughItsCallerLeft(t *testing.T) {
	r, pool := newRing(t)
	release := hold(t, pool)
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := r.Seal(ctx, app, user("ann"), event, nil)
		left <- err
	}()
	awaitQueue(t, r, 0)
	leave()
	require.ErrorIs(t, <-left, context.Canceled)
	release()
	_, err := r.Seal(t.Context(), app, user("ann"), event, nil)
	require.NoError(t, err)
	require.Equal(t, 1, count(t, pool, `SELECT count(*) FROM keyring`))
}

func TestCloseReleasesWhoWaits(t *testing.T) {
	r, pool := newRing(t)
	hold(t, pool)
	failed := make(chan error)
	go func() { failed <- r.Ensure(t.Context(), app, user("ann"), user("bob")) }()
	awaitQueue(t, r, 0)
	go r.Close()
	require.ErrorIs(t, <-failed, context.Canceled)
	r.Close()
	_, err := r.Seal(t.Context(), app, user("ann"), event, nil)
	require.ErrorIs(t, err, keyring.ErrClosed)
}

func TestFaultReachesTheCallersOfItsRoundOnly(t *testing.T) {
	r, pool := newRing(t)
	_, err := pool.Exec(t.Context(), `ALTER TABLE keyring RENAME TO elsewhere`)
	require.NoError(t, err)
	_, err = r.Seal(t.Context(), app, user("ann"), event, nil)
	require.ErrorContains(t, err, "insert into keyring")
	_, err = pool.Exec(t.Context(), `ALTER TABLE elsewhere RENAME TO keyring`)
	require.NoError(t, err)
	_, err = r.Seal(t.Context(), app, user("ann"), event, nil)
	require.NoError(t, err)
}

func TestKeysAreCommittedDurably(t *testing.T) {
	pool := database(t)
	_, err := pool.Exec(t.Context(), `
		CREATE FUNCTION durable() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			IF current_setting('synchronous_commit') <> 'on' THEN RAISE 'not durable'; END IF;
			RETURN NEW;
		END $$;
		CREATE TRIGGER durable BEFORE INSERT ON keyring FOR EACH ROW EXECUTE FUNCTION durable();
		CREATE TRIGGER durable BEFORE INSERT ON keyring_generations FOR EACH ROW EXECUTE FUNCTION durable();
		DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$`)
	require.NoError(t, err)
	pool.Reset()
	var setting string
	require.NoError(t, pool.QueryRow(t.Context(), `SHOW synchronous_commit`).Scan(&setting))
	require.Equal(t, "off", setting)

	r := open(t, pool, rootFile(t))
	_, err = r.Seal(t.Context(), app, user("ann"), event, nil)
	require.NoError(t, err)
	require.NoError(t, r.PutSecret(t.Context(), app, "main", 1, "secret"))
}

func TestEnsureMakesKeysTogether(t *testing.T) {
	pool, queries := countingPool(t)
	r := open(t, pool, rootFile(t))
	channel := domain.ChannelSubject(42)
	require.NoError(t, r.Ensure(t.Context(), app, user("ann"), user("bob"), channel, user("ann")))
	require.Equal(t, 3, count(t, pool, `SELECT count(*) FROM keyring`))
	require.Equal(t, 1, count(t, pool, `SELECT count(DISTINCT xmin::text) FROM keyring`))

	before := queries.Load()
	require.NoError(t, r.Ensure(t.Context(), app, user("ann"), channel))
	_, err := r.Seal(t.Context(), app, channel, event, nil)
	require.NoError(t, err)
	require.Equal(t, before, queries.Load(), "cached keys need no query")
}

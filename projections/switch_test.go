package projections_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/projections"
	"parley/queries"
)

// branded is the timeline whose rows name the build that they are of, in two
// tables.
func branded() []projections.Projection {
	p := projections.Timeline
	apply := p.Apply
	p.Apply = func(ctx context.Context, tx projections.Tx, events []domain.Recorded) error {
		if err := apply(ctx, tx, events); err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(`UPDATE messages SET kind = current_schema() WHERE kind <> current_schema()`)
		b.Queue(`UPDATE channel_log SET type = current_schema() WHERE type <> current_schema()`)
		tx.Store(b)
		return nil
	}
	return []projections.Projection{projections.Directory, p}
}

const (
	brandsOfMessages = `SELECT array_agg(DISTINCT kind) FROM rm.messages_v3 WHERE app = 'shop' AND channel = 7`
	brandsOfLog      = `SELECT array_agg(DISTINCT type) FROM rm.channel_log_v3 WHERE app = 'shop' AND channel = 7`
)

// look reads two views in one transaction, with something in between, and
// demands that both are of one build.
func look(ctx context.Context, pool *pgxpool.Pool, first, between, second string) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		var a, b []string
		if err := tx.QueryRow(ctx, first).Scan(&a); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, between); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, second).Scan(&b); err != nil {
			return err
		}
		if len(a) != 1 || len(b) != 1 || a[0] != b[0] {
			return fmt.Errorf("a mixture: %v and %v", a, b)
		}
		return nil
	})
}

// TestReadersNeverFailAndNeverSeeAMixture switches builds while 8 readers read
// through prepared statements, some two views in either order, some through
// queries, and one holds its transaction for four seconds.
func TestReadersNeverFailAndNeverSeeAMixture(t *testing.T) {
	switches, holds := 20, map[int]bool{4: true, 11: true}
	if testing.Short() {
		switches, holds = 4, map[int]bool{}
	}
	pool := database(t)
	j := chatter(t, 60)
	c := quick(j.log, pool)
	c.Projections = branded()
	run := start(t, c)
	run.reach()
	service := queries.New(pool, uncovering{}, run.Runtime)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	readers := map[string]func() error{
		"the log last":  func() error { return look(ctx, pool, brandsOfMessages, "SELECT 1", brandsOfLog) },
		"the log first": func() error { return look(ctx, pool, brandsOfLog, "SELECT 1", brandsOfMessages) },
		"history": func() error {
			page, _, err := service.History(ctx, 1, queries.History{App: "shop", Channel: 7, User: "ann", Limit: 50})
			if err == nil && len(page.Messages) != 50 {
				err = fmt.Errorf("%d messages", len(page.Messages))
			}
			for _, m := range page.Messages {
				if err == nil && m.Kind != page.Messages[0].Kind {
					err = fmt.Errorf("a mixture: %s and %s", m.Kind, page.Messages[0].Kind)
				}
			}
			return err
		},
		"channel": func() error {
			_, found, err := service.Channel(ctx, 1, "shop", "ann", 7)
			if err == nil && !found {
				err = fmt.Errorf("no channel")
			}
			return err
		},
	}
	var reading sync.WaitGroup
	var reads atomic.Int64
	stop := make(chan struct{})
	for name, read := range readers {
		for range 2 {
			reading.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					if err := read(); !assert.NoError(t, err, name) {
						return
					}
					reads.Add(1)
				}
			})
		}
	}
	var holding sync.WaitGroup
	for n := range switches {
		if holds[n] {
			taken := make(chan struct{})
			holding.Go(func() {
				close(taken)
				assert.NoError(t, look(ctx, pool, brandsOfMessages, "SELECT pg_sleep(4)", brandsOfLog), "a long reader")
			})
			<-taken
		}
		name := []string{inTimeline, inDirectory}[n%2]
		require.NoError(t, run.rebuild(name, projections.RebuildOptions{}))
		j.chat(1)
	}
	holding.Wait()
	close(stop)
	reading.Wait()
	t.Logf("%d reads during %d switches", reads.Load(), switches)
	require.Greater(t, reads.Load(), int64(switches))
	run.reach()
}

package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/internal/eventstore"
)

// Log is the event log in a PostgreSQL database whose schema has been migrated.
type Log struct {
	config     Config
	pool       *pgxpool.Pool
	layout     layout
	ring       *ring
	dictionary *dictionary
	queue      *queue
	writer     *writer

	closeOnce   sync.Once
	ctx         context.Context // ends with Close
	cancel      context.CancelFunc
	background  sync.WaitGroup
	subscribers atomic.Int64
}

var _ eventstore.Log = (*Log)(nil)

// Open starts the log. Readers use the pool; the writer keeps a connection of
// its own, made with the pool's configuration. The pool stays the caller's.
func Open(ctx context.Context, pool *pgxpool.Pool, config Config) (*Log, error) {
	config = config.withDefaults()
	l := &Log{
		config:     config,
		pool:       pool,
		layout:     newLayout(config.RowLess),
		ring:       newRing(config.TailEvents, config.TailBytes),
		dictionary: newDictionary(),
		queue:      newQueue(config.Queue),
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.writer = l.newWriter()
	if err := l.writer.connect(ctx); err != nil {
		l.cancel()
		return nil, fmt.Errorf("open the event log: %w", err)
	}
	if config.Shared {
		l.background.Go(l.poll)
	}
	return l, nil
}

func (l *Log) newWriter() *writer {
	return &writer{
		dial:       l.connConfig,
		now:        l.config.Now,
		unsafe:     l.config.Unsafe,
		ring:       l.ring,
		dictionary: l.dictionary,
		queue:      l.queue,
		closing:    l.ctx.Done(),
		logger:     l.config.Logger,
		appended:   l.config.Appended,
		types:      make(map[eventType]int16),
		rows:       newGenerations[key, int32](l.config.CachedStreams),
		recent:     newGenerations[uuid.UUID, recentEvent](recentIDs),
		heads:      newGenerations[key, head](l.config.CachedStreams),
		plan:       newPlan(),
		insert:     newInsertion(),
	}
}

func (l *Log) connConfig() (*pgx.ConnConfig, error) {
	config := l.pool.Config()
	if config.BeforeConnect != nil {
		if err := config.BeforeConnect(context.Background(), config.ConnConfig); err != nil {
			return nil, err
		}
	}
	config.ConnConfig.RuntimeParams["application_name"] = "parley-log-writer"
	return config.ConnConfig, nil
}

// Close finishes the appends under way, ends the subscriptions and gives the
// writer's connection back.
func (l *Log) Close() error {
	l.closeOnce.Do(func() {
		l.cancel()
		l.queue.close()
		l.background.Wait()
		if l.writer.conn != nil {
			closeSoon(l.writer.conn)
		}
	})
	return nil
}

// Append implements eventstore.Log.
func (l *Log) Append(ctx context.Context, w eventstore.Write) (eventstore.Result, error) {
	if err := ctx.Err(); err != nil {
		return eventstore.Result{}, err
	}
	if err := w.Validate(); err != nil {
		return eventstore.Result{}, fmt.Errorf("append to %s: %w", w.Stream, err)
	}
	result, err := l.submit(ctx, newRequest(w, l.layout, time.Now()))
	if err != nil {
		var wrong *eventstore.WrongRevision
		if errors.As(err, &wrong) {
			return eventstore.Result{}, err
		}
		return eventstore.Result{}, fmt.Errorf("append to %s: %w", w.Stream, err)
	}
	return result, nil
}

// AppendMany implements eventstore.Log.
func (l *Log) AppendMany(ctx context.Context, writes []eventstore.Write) ([]eventstore.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	requests := make([]*request, 0, len(writes))
	c, now := &chain{}, time.Now()
	var invalid error
	for _, w := range writes {
		if err := w.Validate(); err != nil {
			invalid = fmt.Errorf("append to %s: %w", w.Stream, err)
			break
		}
		r := newRequest(w, l.layout, now)
		r.chain = c
		requests = append(requests, r)
	}
	if len(requests) == 0 {
		return nil, invalid
	}
	if err := l.enqueue(ctx, requests...); err != nil {
		return nil, fmt.Errorf("append to %s: %w", writes[0].Stream, err)
	}
	results := make([]eventstore.Result, 0, len(requests))
	for i, r := range requests {
		result, err := r.wait(ctx)
		if err != nil {
			return results, fmt.Errorf("append to %s: %w", writes[i].Stream, err)
		}
		if results = append(results, result); result.Repeated {
			return results, nil
		}
	}
	return results, invalid
}

// submit puts a request in line and waits for its outcome.
func (l *Log) submit(ctx context.Context, r *request) (eventstore.Result, error) {
	if err := l.enqueue(ctx, r); err != nil {
		return eventstore.Result{}, err
	}
	return r.wait(ctx)
}

// enqueue puts requests in line. A caller who finds nobody leading leads: for
// one batch by itself if nothing could make it leave early, through a goroutine
// otherwise.
func (l *Log) enqueue(ctx context.Context, requests ...*request) error {
	lead, err := l.queue.add(requests...)
	if err != nil {
		return err
	}
	switch {
	case lead && ctx.Done() == nil:
		l.leadOnce()
	case lead:
		go l.lead()
	}
	return nil
}

// leadOnce runs the batch that the caller is part of and leaves the others to a
// goroutine.
func (l *Log) leadOnce() {
	if l.writer.conn == nil {
		go l.lead()
		return
	}
	if batch := l.queue.take(); batch != nil {
		l.writer.run(batch)
	}
	if l.writer.conn == nil || !l.queue.resign() {
		go l.lead()
	}
}

// lead runs batches until the queue is empty. While the database is away it
// waits for it to come back.
func (l *Log) lead() {
	for {
		if l.writer.conn == nil {
			l.writer.revive()
		}
		l.queue.gather()
		batch := l.queue.take()
		if batch == nil {
			return
		}
		l.writer.run(batch)
	}
}

// Find implements eventstore.Log.
func (l *Log) Find(ctx context.Context, ids ...uuid.UUID) (map[uuid.UUID]eventstore.Result, error) {
	found := make(map[uuid.UUID]eventstore.Result, len(ids))
	for some := range slices.Chunk(ids, pageSize) {
		rows, err := l.readRows(ctx, `
			SELECT `+placeColumns+`
			FROM es_events e
			WHERE e.event_id = ANY ($1)`, some)
		var events []eventstore.Recorded
		if err == nil {
			events, err = l.dictionary.recorded(ctx, l.pool, rows)
		}
		if err != nil {
			return nil, fmt.Errorf("find events: %w", err)
		}
		for i, e := range events {
			found[e.ID] = firstResult(e, rows[i].rest)
		}
	}
	return found, nil
}

// Head implements eventstore.Log.
func (l *Log) Head(ctx context.Context) (eventstore.Position, error) {
	if !l.config.Shared {
		return l.ring.position(), nil
	}
	head, err := l.readHead(ctx)
	if err != nil {
		return 0, err
	}
	if head > l.ring.position() {
		l.requestSync()
	}
	return head, nil
}

package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/internal/eventstore"
)

// How long requests wait for a lost database: those that were sent until their
// outcome is called unknown, the others until they are refused.
const (
	sentBound   = 2 * time.Second
	unsentBound = 800 * time.Millisecond
	dialTimeout = 500 * time.Millisecond
)

var errAway = errors.New("no connection to the database")

// connect opens the writer's own connection. Taking the head row makes it wait
// for a transaction of the connection before, so that what was lost with that
// one is decided when connect returns.
func (w *writer) connect(ctx context.Context) error {
	config, err := w.dial()
	if err != nil {
		return fmt.Errorf("configure the writer's connection: %w", err)
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("connect the writer: %w", err)
	}
	if err := w.prepare(ctx, conn); err != nil {
		closeSoon(conn)
		return err
	}
	w.conn = conn
	if err := w.catchUp(); err != nil {
		closeSoon(conn)
		w.conn = nil
		return err
	}
	return nil
}

func (w *writer) prepare(ctx context.Context, conn *pgx.Conn) error {
	if !w.unsafe {
		if err := checkDurable(ctx, conn); err != nil {
			return err
		}
	}
	if _, err := conn.Exec(ctx, session); err != nil {
		return fmt.Errorf("set up the writer's connection: %w", err)
	}
	var position int64
	err := conn.QueryRow(ctx, `SELECT position FROM es_head WHERE id = 1 FOR UPDATE`).Scan(&position)
	if err != nil {
		return fmt.Errorf("lock the head of the log: %w", err)
	}
	return prepareAll(ctx, conn)
}

// recover brings the connection back for a batch. If it does not come back in
// time it answers the batch and returns false.
func (w *writer) recover(batch []*request) bool {
	bound := unsentBound
	for _, r := range batch {
		if r.sent {
			bound = sentBound
		}
	}
	until := time.Now().Add(bound)
	var err error
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		if err = w.dialOnce(); err == nil {
			return true
		}
		w.queue.refuse(time.Now(), unsentBound, unavailable(err))
		if time.Now().Add(pause).After(until) || !w.wait(pause) {
			break
		}
	}
	w.queue.setDown(true)
	for _, r := range batch {
		if r.sent {
			r.answer(eventstore.Result{}, fmt.Errorf("%w: %w", eventstore.ErrAmbiguous, err))
			continue
		}
		r.answer(eventstore.Result{}, unavailable(err))
	}
	w.queue.refuse(time.Now(), 0, unavailable(err))
	return false
}

// revive waits for the database to come back, or for the log to be closed.
func (w *writer) revive() {
	for pause := 20 * time.Millisecond; w.conn == nil; pause = min(2*pause, 250*time.Millisecond) {
		if err := w.dialOnce(); err == nil {
			w.logger.Info("connection of the log's writer restored")
			break
		}
		if !w.wait(pause) {
			w.queue.refuse(time.Now(), 0, eventstore.ErrClosed)
			return
		}
	}
	w.queue.setDown(false)
}

func (w *writer) dialOnce() error {
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	return w.connect(ctx)
}

// wait pauses; it returns false when the log is being closed.
func (w *writer) wait(pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-w.closing:
		return false
	}
}

func unavailable(err error) error {
	if err == nil {
		err = errAway
	}
	return fmt.Errorf("%w: %w", eventstore.ErrUnavailable, err)
}

// closeSoon ends a connection without waiting for a server that may be gone.
func closeSoon(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_ = conn.Close(ctx) // nothing depends on how it ended
}

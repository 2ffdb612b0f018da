package postgres

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/internal/eventstore"
)

// writer appends batches. Its state belongs to the goroutine that leads the
// queue.
type writer struct {
	dial       func() (*pgx.ConnConfig, error)
	now        func() time.Time
	unsafe     bool
	ring       *ring
	dictionary *dictionary
	queue      *queue
	closing    <-chan struct{}
	logger     *slog.Logger
	appended   func(appends, events int, took time.Duration)

	conn *pgx.Conn // nil while the database is away

	// The head of the log as this process knows it, and the fence of its
	// next append.
	loaded     bool
	known      int64
	epoch      int64
	lastID     int64
	lastAt     time.Time
	lastStream int32

	types  map[eventType]int16
	rows   generations[key, int32]             // rows of prefixes
	recent generations[uuid.UUID, recentEvent] // ids of the newest events
	heads  generations[key, head]              // last revisions
	// Every stream with an event after headsSince is in heads, and every
	// one after youngSince in its young generation.
	headsSince, youngSince int64

	plan   plan
	insert insertion
}

// recentEvent tells where an event is and how many of its append follow.
type recentEvent struct {
	position int64
	rest     int16
}

// recentIDs is how many ids of events a generation holds.
const recentIDs = 64 << 10

// patience bounds how long a batch tries against other writers, maxViolations
// how often it may meet what is there already: a draw passes over one existing
// stream each time.
const (
	patience      = 10 * time.Second
	maxViolations = 20
)

// run appends a batch and answers every request in it.
func (w *writer) run(batch []*request) {
	began := time.Now()
	until := began.Add(patience)
	careful, violations := false, 0
	for {
		if w.conn == nil {
			if !w.recover(batch) {
				return
			}
			careful = true
		}
		done, err := w.attempt(batch, careful)
		switch {
		case done:
			if w.appended != nil && len(w.plan.entries) > 0 {
				w.appended(len(batch), len(w.plan.entries), time.Since(began))
			}
			return
		case w.lost(err):
			continue
		case time.Now().After(until):
			answerAll(batch, unavailable(fmt.Errorf("too many other writers: %w", err)))
			return
		case errors.Is(err, errUnsure):
			careful = true
		case isUnique(err) && violations < maxViolations:
			careful = true
			violations++
		case err != nil && !errors.Is(err, errMoved):
			w.isolate(batch, err)
			return
		}
	}
}

// attempt decides a batch and writes it. It is done when all were answered;
// otherwise nothing was written and the batch is to be decided again.
func (w *writer) attempt(batch []*request, careful bool) (done bool, err error) {
	for _, r := range batch {
		if r.sync {
			if err := w.catchUp(); err != nil {
				return false, err
			}
			break
		}
	}
	if err := w.learnTypes(batch); err != nil {
		return false, err
	}
	f, err := w.lookup(batch, careful)
	if err != nil {
		return false, err
	}
	if err := w.decide(batch, f); err != nil {
		return false, err
	}
	if len(w.plan.entries) > 0 {
		written, err := w.write()
		if err != nil {
			return false, err
		}
		if !written {
			return false, w.whyRefused()
		}
		w.absorbOwn()
	}
	for i, r := range batch {
		a := w.plan.answers[i]
		r.answer(a.result, a.err)
	}
	return true, nil
}

// errMoved says that others have written, so that the batch must be decided
// again.
var errMoved = errors.New("the head has moved")

// whyRefused finds out why the head did not move for a batch: others have
// written, whose events are now known, or a precondition does not hold.
func (w *writer) whyRefused() error {
	known, epoch := w.known, w.epoch
	if err := w.catchUp(); err != nil {
		return err
	}
	if w.known == known && w.epoch == epoch {
		return errUnsure
	}
	return errMoved
}

// isolate keeps one request that the database refuses from failing its
// neighbours: each is tried alone, unless the refusal has nothing to do with
// what they contain.
func (w *writer) isolate(batch []*request, err error) {
	if len(batch) == 1 || !isDataError(err) {
		answerAll(batch, unavailable(err))
		return
	}
	w.logger.Warn("batch refused, trying its appends one by one", "size", len(batch), "err", err)
	for i := range batch {
		if w.conn == nil {
			answerAll(batch[i:], unavailable(nil))
			return
		}
		w.run(batch[i : i+1])
	}
}

// lost tells whether an error has cost the connection. What the batch sent may
// or may not have happened.
func (w *writer) lost(err error) bool {
	if err == nil || !w.conn.PgConn().IsClosed() {
		return false
	}
	w.logger.Warn("connection of the log's writer lost", "err", err)
	w.conn = nil
	return true
}

func answerAll(batch []*request, err error) {
	for _, r := range batch {
		r.answer(eventstore.Result{}, err)
	}
}

func isUnique(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "23505"
}

// isDataError tells whether PostgreSQL refused what a statement contained: the
// classes data exception, integrity violation and program limit.
func isDataError(err error) bool {
	var e *pgconn.PgError
	if !errors.As(err, &e) || len(e.Code) != 5 {
		return false
	}
	switch e.Code[:2] {
	case "22", "23", "54":
		return true
	}
	return false
}

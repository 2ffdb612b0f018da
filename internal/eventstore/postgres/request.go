package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"parley/internal/eventstore"
)

// request is one append on its way through the writer. What can be computed
// without the writer's state was computed by the caller.
type request struct {
	write     eventstore.Write
	place     place // of the stream; the prefixPlace of a draw
	metas     [][]byte
	guardKeys []key
	size      int
	queued    time.Time
	done      chan outcome // receives exactly one outcome
	chain     *chain       // of AppendMany; nil for an append of its own

	sync      bool  // asks only for the writer to read what others wrote
	drawnID   int64 // of the last attempt
	drawnKey  key
	sent      bool  // an attempt was lost: its outcome was unknown
	attempted int64 // the position of the first event in that attempt
}

// chain ties the requests of one AppendMany, which follow each other in the
// queue. It belongs to the leader.
type chain struct {
	ended  bool // by an outcome that was answered
	ending bool // by an outcome of the batch that is being decided
}

// errEnded answers what is behind the end of its chain.
var errEnded = errors.New("an append before it was not carried out")

// ends tells whether an outcome ends a chain: what follows was decided as if
// this had been appended now.
func ends(result eventstore.Result, err error) bool { return err != nil || result.Repeated }

type outcome struct {
	result eventstore.Result
	err    error
}

func newRequest(w eventstore.Write, l layout, now time.Time) *request {
	r := &request{write: w, queued: now, done: make(chan outcome, 1), metas: make([][]byte, len(w.Events))}
	for i, e := range w.Events {
		r.metas[i] = encodeMeta(e.Meta)
		r.size += len(e.Data) + len(r.metas[i])
	}
	if w.Draw {
		r.place = l.prefixPlace(w.Stream)
	} else {
		r.place = l.place(w.Stream)
	}
	if len(w.Guards) > 0 {
		r.guardKeys = make([]key, len(w.Guards))
		for i, g := range w.Guards {
			r.guardKeys[i] = l.place(g.Stream).key
		}
	}
	return r
}

// first is the id by which the append is recognised.
func (r *request) first() uuid.UUID { return r.write.Events[0].ID }

func (r *request) answer(result eventstore.Result, err error) {
	if r.chain != nil && ends(result, err) {
		r.chain.ended = true
	}
	r.done <- outcome{result, err}
}

// wait returns the outcome, or the end of the caller's patience: the request
// goes on.
func (r *request) wait(ctx context.Context) (eventstore.Result, error) {
	select {
	case o := <-r.done:
		return o.result, o.err
	case <-ctx.Done():
	}
	select {
	case o := <-r.done:
		return o.result, o.err
	default:
		return eventstore.Result{}, ctx.Err()
	}
}

package postgres

import (
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

	sync      bool  // asks only for the writer to read what others wrote
	drawnID   int64 // of the last attempt
	drawnKey  key
	sent      bool  // an attempt was lost: its outcome was unknown
	attempted int64 // the position of the first event in that attempt
}

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
	r.done <- outcome{result, err}
}

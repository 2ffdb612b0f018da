package postgres

import (
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/google/uuid"

	"parley/internal/eventstore"
)

// errUnsure says that the caches do not suffice to decide: ask the database
// about everything in the batch.
var errUnsure = errors.New("look everything up")

// idEpoch is where the milliseconds of drawn ids begin: 2020-01-01 UTC.
const (
	idEpoch       = 1_577_836_800_000
	idCounterBits = 22
)

// decide settles every request of a batch in the order of arrival, as if the
// earlier ones had been written. It changes nothing but the plan.
func (w *writer) decide(batch []*request, f facts) error {
	p := &w.plan
	now := w.now()
	at := now.Truncate(time.Microsecond).UTC()
	if at.Before(w.lastAt) {
		at = w.lastAt
	}
	p.reset(at, w.lastID)
	maps.Copy(p.rows, f.rows)
	for _, r := range batch {
		if _, exists := f.heads[r.drawnKey]; exists && r.drawnID > p.lastID {
			p.lastID = r.drawnID
		}
	}
	for _, r := range batch {
		if r.chain != nil {
			r.chain.ending = r.chain.ended
		}
	}
	clock := max(0, now.UnixMilli()-idEpoch) << idCounterBits
	for i, r := range batch {
		if r.chain != nil && r.chain.ending {
			p.answers = append(p.answers, answer{err: errEnded})
			continue
		}
		result, err := w.decideOne(i, r, f, clock)
		if errors.Is(err, errUnsure) {
			return err
		}
		if r.chain != nil {
			r.chain.ending = ends(result, err)
		}
		p.answers = append(p.answers, answer{result, err})
	}
	return nil
}

func (w *writer) decideOne(i int, r *request, f facts, clock int64) (eventstore.Result, error) {
	if r.sync {
		return eventstore.Result{}, nil
	}
	if result, found, err := w.repeated(r, f); found || err != nil {
		return result, err
	}
	if err := w.checkGuards(r, f); err != nil {
		return eventstore.Result{}, err
	}
	stream, at, last, err := w.checkStream(r, f, clock)
	if err != nil {
		return eventstore.Result{}, err
	}
	for _, e := range r.write.Events[1:] {
		if _, taken := w.plan.ids[e.ID]; taken {
			return eventstore.Result{}, idTaken(e.ID)
		}
		if _, taken := f.results[e.ID]; taken {
			return eventstore.Result{}, idTaken(e.ID)
		}
	}
	if r.write.Once && !f.careful {
		w.plan.once.bytes(r.write.Events[0].ID[:])
	}
	return w.accept(i, r, stream, at, last), nil
}

// repeated finds out whether the log, or the batch, holds the append already.
func (w *writer) repeated(r *request, f facts) (eventstore.Result, bool, error) {
	var result eventstore.Result
	id := r.first()
	if other, ok := w.plan.ids[id]; ok {
		result = w.plan.answers[other].result
		result.Repeated = true
	} else if known, ok := f.results[id]; ok {
		result = known
	} else if e, ok := w.recent.get(id); ok && !f.careful {
		event, ok := w.ring.at(eventstore.Position(e.position))
		if !ok {
			return result, false, errUnsure
		}
		result = firstResult(event, e.rest)
	} else {
		return result, false, nil
	}
	same := result.Stream == r.write.Stream || r.write.Draw && result.Stream == r.write.Stream+strconv.FormatInt(result.ID, 10)
	if !same && !r.write.Once {
		return eventstore.Result{}, false, idTaken(id)
	}
	if first := int64(result.Position) - int64(len(r.write.Events)) + 1; r.sent && first == r.attempted {
		result.Repeated = false // its own append, whose acknowledgement was lost
	}
	return result, true, nil
}

func idTaken(id uuid.UUID) error {
	return fmt.Errorf("%w: event id %s belongs to another append", eventstore.ErrInvalid, id)
}

// checkGuards compares the guarded streams with what the writer knows. A stream
// that did not change since the guard's position, or about which only the
// database knows, becomes a precondition of the batch at most.
func (w *writer) checkGuards(r *request, f facts) error {
	for i, g := range r.write.Guards {
		k := r.guardKeys[i]
		h, known := w.head(k, f)
		switch {
		case known && !f.careful && eventstore.Revision(h.revision) > g.Revision:
			return errUnsure // a refusal comes from the database only
		case known && eventstore.Revision(h.revision) > g.Revision:
			return fmt.Errorf("%w: %s is at revision %d, the decision at %d", eventstore.ErrGuard, g.Stream, h.revision, g.Revision)
		case known || f.careful || int64(g.Position) >= w.headsSince:
		default:
			w.plan.guards.bytes(k[:])
			w.plan.beyond.int4(int32(g.Revision) + 1)
		}
	}
	return nil
}

// head is the last revision of a stream as the batch stands, if it is known.
func (w *writer) head(k key, f facts) (head, bool) {
	if h, ok := w.plan.heads[k]; ok {
		return h, true
	}
	if h, ok := f.heads[k]; ok || f.careful {
		return h, ok
	}
	return w.heads.get(k)
}

// checkStream finds the place of an append and compares the revision of its
// stream with the expected one.
func (w *writer) checkStream(r *request, f facts, clock int64) (string, place, head, error) {
	if r.write.Draw {
		return w.draw(r, f, clock)
	}
	h, exists := w.head(r.place.key, f)
	current := eventstore.None
	if exists {
		current = eventstore.Revision(h.revision)
	} else {
		h.revision = -1
	}
	expected := r.write.Expected
	if expected == eventstore.Any || int64(expected) == int64(current) {
		return r.write.Stream, r.place, h, nil
	}
	if !f.careful {
		return "", place{}, head{}, errUnsure // a repeat, or other writers were here
	}
	return "", place{}, head{}, &eventstore.WrongRevision{Stream: r.write.Stream, Expected: expected, Current: current}
}

// draw names a new stream. An id whose stream exists is passed over.
func (w *writer) draw(r *request, f facts, clock int64) (string, place, head, error) {
	for {
		w.plan.lastID = max(w.plan.lastID+1, clock)
		stream := r.write.Stream + strconv.FormatInt(w.plan.lastID, 10)
		at := r.place.drawn(stream, w.plan.lastID)
		r.drawnID, r.drawnKey = w.plan.lastID, at.key
		_, exists := w.head(at.key, f)
		if _, remembered := w.heads.get(at.key); !exists && !remembered {
			return stream, at, head{revision: -1}, nil
		}
	}
}

// accept adds the events of a request to the plan and returns its result.
func (w *writer) accept(i int, r *request, stream string, at place, last head) eventstore.Result {
	p := &w.plan
	if at.prefix || last.revision < 0 {
		last.streamNo = w.ownerNo(at)
	}
	for j, e := range r.write.Events {
		last.revision++
		p.ids[e.ID] = i
		p.entries = append(p.entries, entry{r, j, stream, at, last, w.types[eventType{e.Type, e.V}]})
	}
	p.heads[at.key] = last
	result := eventstore.Result{
		Stream:   stream,
		ID:       eventstore.StreamID(stream),
		Revision: eventstore.Revision(last.revision),
		Position: eventstore.Position(w.known) + eventstore.Position(len(p.entries)),
		At:       p.at,
		Digest:   r.write.Events[0].Meta[eventstore.MetaOnce],
	}
	return result
}

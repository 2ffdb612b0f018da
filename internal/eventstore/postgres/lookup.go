package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/internal/eventstore"
)

// head is the last revision of a stream and the row that holds its name.
type head struct {
	revision int32
	streamNo int32
}

// facts are what the database said about a batch, at a moment that is not
// before the writer's position.
type facts struct {
	careful bool // everything was asked, not only what the caches lack
	results map[uuid.UUID]eventstore.Result
	heads   map[key]head
	rows    map[key]int32
}

// lookup asks for what the caches do not know about a batch, in one round trip;
// when careful, for all that could stand in the way of any of its requests.
func (w *writer) lookup(batch []*request, careful bool) (facts, error) {
	f := facts{careful: careful}
	ids, heads, rows := newArray(oidUUID), newArray(oidUUID), newArray(oidUUID)
	for _, r := range batch {
		w.questions(r, careful, &ids, &heads, &rows)
	}
	if ids.count+heads.count+rows.count == 0 {
		return f, nil
	}
	b := &pgconn.Batch{}
	for _, q := range []struct {
		name string
		arg  *array
	}{{stmtIDs, &ids}, {stmtHeads, &heads}, {stmtRows, &rows}} {
		b.ExecPrepared(q.name, [][]byte{q.arg.param()}, binaryFormat, binaryFormat)
	}
	w.extendDeadline()
	results, err := w.conn.PgConn().ExecBatch(context.Background(), b).ReadAll()
	if err != nil {
		return f, fmt.Errorf("look up: %w", err)
	}
	f.heads = make(map[key]head, len(results[1].Rows))
	for _, v := range results[1].Rows {
		f.heads[key(v[0])] = head{decodeInt4(v[1]), decodeInt4(v[2])}
	}
	f.rows = make(map[key]int32, len(results[2].Rows))
	for _, v := range results[2].Rows {
		f.rows[key(v[0])] = decodeInt4(v[1])
	}
	f.results, err = w.firstResults(results[0].Rows)
	return f, err
}

// questions adds what must be asked about one request.
func (w *writer) questions(r *request, careful bool, ids, heads, rows *array) {
	if r.sync {
		return
	}
	if careful {
		for _, e := range r.write.Events {
			ids.bytes(e.ID[:])
		}
		for _, k := range r.guardKeys {
			heads.bytes(k[:])
		}
	}
	p := r.place
	if r.write.Draw {
		if careful && r.drawnID > 0 {
			heads.bytes(r.drawnKey[:])
		}
	} else if careful {
		heads.bytes(p.key[:])
	} else if _, ok := w.heads.get(p.key); !ok && r.write.Expected != eventstore.NoStream {
		heads.bytes(p.key[:])
	}
	if p.prefix {
		if _, ok := w.rows.get(p.rowKey); careful || !ok {
			rows.bytes(p.rowKey[:])
		}
	}
}

// firstResults reads the events that exist already, as results of the appends
// that they were the first event of.
func (w *writer) firstResults(values [][][]byte) (map[uuid.UUID]eventstore.Result, error) {
	if len(values) == 0 {
		return nil, nil
	}
	rows := make([]row, len(values))
	for i, v := range values {
		rows[i] = decodeRow(v)
	}
	w.extendDeadline()
	events, err := w.dictionary.recorded(context.Background(), w.conn, rows)
	if err != nil {
		return nil, err
	}
	found := make(map[uuid.UUID]eventstore.Result, len(rows))
	for i, e := range events {
		found[e.ID] = firstResult(e, rows[i].rest)
	}
	return found, nil
}

// firstResult describes the append whose first event is e and which has rest
// more.
func firstResult(e eventstore.Recorded, rest int16) eventstore.Result {
	return eventstore.Result{
		Stream:   e.Stream,
		ID:       eventstore.StreamID(e.Stream),
		Revision: e.Revision + eventstore.Revision(rest),
		Position: e.Position + eventstore.Position(rest),
		At:       e.At,
		Repeated: true,
		Digest:   e.Meta[eventstore.MetaOnce],
	}
}

package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"parley/internal/eventstore"
)

// insertion holds the columns of a batch, as arrays that are reused.
type insertion struct {
	keys, revisions, streams, ids, types, rests, datas, metas array
	ownerNos, ownerKeys, ownerPrefixes, ownerNames            array
	params                                                    [][]byte
}

func newInsertion() insertion {
	return insertion{
		keys: newArray(oidUUID), revisions: newArray(oidInt4), streams: newArray(oidInt4), ids: newArray(oidUUID),
		types: newArray(oidInt2), rests: newArray(oidInt2), datas: newArray(oidBytea), metas: newArray(oidBytea),
		ownerNos: newArray(oidInt4), ownerKeys: newArray(oidUUID), ownerPrefixes: newArray(oidBool), ownerNames: newArray(oidText),
	}
}

func (in *insertion) reset() {
	for _, a := range []*array{
		&in.keys, &in.revisions, &in.streams, &in.ids, &in.types, &in.rests, &in.datas, &in.metas,
		&in.ownerNos, &in.ownerKeys, &in.ownerPrefixes, &in.ownerNames,
	} {
		a.reset()
	}
	in.params = in.params[:0]
}

// write sends the plan. It reports false if the head did not move, so that
// nothing was written.
func (w *writer) write() (bool, error) {
	p, in := &w.plan, &w.insert
	in.reset()
	for i := range p.entries {
		in.add(&p.entries[i])
	}
	for i, o := range p.owners {
		in.ownerNos.int4(w.lastStream + 1 + int32(i))
		in.ownerKeys.bytes(o.key[:])
		in.ownerPrefixes.bool(o.prefix)
		in.ownerNames.text(o.name)
	}
	preconditions, streams := p.once.count+p.guards.count > 0, len(p.owners) > 0
	in.params = append(in.params, int8Param(int64(len(p.entries))), int8Param(w.known), int8Param(w.epoch),
		int8Param(p.lastID), timeParam(p.at))
	if preconditions {
		in.params = append(in.params, p.once.param(), p.guards.param(), p.beyond.param())
	}
	if streams {
		in.params = append(in.params, in.ownerNos.param(), in.ownerKeys.param(), in.ownerPrefixes.param(), in.ownerNames.param())
	}
	in.params = append(in.params, in.keys.param(), in.revisions.param(), in.streams.param(), in.ids.param(),
		in.types.param(), in.rests.param(), in.datas.param(), in.metas.param())

	w.extendDeadline()
	for i := range p.entries {
		if e := &p.entries[i]; e.index == 0 {
			e.request.sent, e.request.attempted = true, w.known+1+int64(i)
		}
	}
	result := w.conn.PgConn().ExecPrepared(context.Background(), stmtAppend(preconditions, streams), in.params, binaryFormat, nil).Read()
	if result.Err != nil {
		return false, fmt.Errorf("insert batch: %w", result.Err)
	}
	for _, e := range p.entries {
		e.request.sent = false
	}
	return result.CommandTag.RowsAffected() > 0, nil
}

func (in *insertion) add(e *entry) {
	event := &e.request.write.Events[e.index]
	in.keys.bytes(e.place.key[:])
	in.revisions.int4(e.head.revision)
	in.streams.int4(e.head.streamNo)
	in.ids.bytes(event.ID[:])
	in.types.int2(e.typeNo)
	in.rests.int2(e.rest())
	in.datas.bytes(event.Data)
	if meta := e.request.metas[e.index]; meta != nil {
		in.metas.bytes(meta)
	} else {
		in.metas.null()
	}
}

func (e *entry) rest() int16 { return int16(len(e.request.write.Events) - 1 - e.index) }

// ownerNo is the number of the row that names a stream, one that the batch adds
// if there is none yet.
func (w *writer) ownerNo(at place) int32 {
	if at.prefix {
		if no, ok := w.rows.get(at.rowKey); ok {
			return no
		}
	}
	if no, ok := w.plan.rows[at.rowKey]; ok {
		return no
	}
	w.plan.owners = append(w.plan.owners, newOwner{at.rowKey, owner{at.owner, at.prefix}})
	no := w.lastStream + int32(len(w.plan.owners))
	w.plan.rows[at.rowKey] = no
	return no
}

// absorbOwn takes the batch that has just become durable into memory and shows
// it to subscribers.
func (w *writer) absorbOwn() {
	p := &w.plan
	events := make([]eventstore.Recorded, len(p.entries))
	for i := range p.entries {
		e := &p.entries[i]
		w.known++
		w.remember(w.known, e.place.key, e.head, e.request.write.Events[e.index].ID, e.rest())
		if e.place.prefix {
			w.rows.set(e.place.rowKey, e.head.streamNo)
		}
		events[i] = eventstore.Recorded{
			NewEvent: e.request.write.Events[e.index],
			Stream:   e.stream,
			Revision: eventstore.Revision(e.head.revision),
			Position: eventstore.Position(w.known),
			At:       p.at,
		}
		if events[i].Data == nil {
			events[i].Data = []byte{}
		}
		if len(events[i].Meta) == 0 {
			events[i].Meta = nil
		}
	}
	w.lastID, w.lastAt = p.lastID, p.at
	w.lastStream += int32(len(p.owners))
	w.ring.publish(events)
}

// remember keeps what the writer must know of an event of the log.
func (w *writer) remember(position int64, k key, h head, id uuid.UUID, rest int16) {
	if w.heads.set(k, h) {
		w.headsSince, w.youngSince = w.youngSince, position-1
	}
	w.recent.set(id, recentEvent{position, rest})
}

// operationTimeout bounds one exchange with the server; the server's own
// statement_timeout comes first unless it is frozen or cut off.
const operationTimeout = 12 * time.Second

// extendDeadline gives the next exchange its time. It is a deadline of the
// socket because a context would cost a timer for each batch.
func (w *writer) extendDeadline() {
	_ = w.conn.PgConn().Conn().SetDeadline(time.Now().Add(operationTimeout)) // a dead socket shows in the exchange itself
}

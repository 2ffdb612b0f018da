package postgres

import (
	"time"

	"github.com/google/uuid"
)

// row is one row of es_events.
type row struct {
	position int64
	key      key
	revision int32
	streamNo int32
	at       time.Time
	id       uuid.UUID
	typeNo   int16
	rest     int16
	data     []byte
	meta     string
}

// eventColumns are the columns of a row, in the order of decodeRow.
const eventColumns = `e.position, e.stream_key, e.revision, e.stream_no, e.recorded_at,
	e.event_id, e.type_no, e.rest, e.data, e.meta`

// placeColumns are the same without the data, which is left empty.
const placeColumns = `e.position, e.stream_key, e.revision, e.stream_no, e.recorded_at,
	e.event_id, e.type_no, e.rest, ''::bytea, e.meta`

// decodeRow copies a row out of its binary columns.
func decodeRow(v [][]byte) row {
	r := row{
		position: decodeInt8(v[0]),
		key:      key(v[1]),
		revision: decodeInt4(v[2]),
		streamNo: decodeInt4(v[3]),
		at:       decodeTime(v[4]),
		id:       uuid.UUID(v[5]),
		typeNo:   decodeInt2(v[6]),
		rest:     decodeInt2(v[7]),
		data:     make([]byte, len(v[8])),
		meta:     string(v[9]),
	}
	copy(r.data, v[8])
	return r
}

package postgres

import (
	"encoding/binary"
	"time"
)

// Object identifiers of the element types that the writer sends.
const (
	oidBool  = 16
	oidBytea = 17
	oidInt2  = 21
	oidInt4  = 23
	oidText  = 25
	oidUUID  = 2950
)

// binaryFormat asks for every parameter and column in binary form.
var binaryFormat = []int16{1}

// array builds a one-dimensional array in PostgreSQL's binary form. Writing it
// by hand instead of through the type map halves the cost of a batch; buffers
// are reused from one batch to the next.
type array struct {
	oid   uint32
	count int
	buf   []byte
}

const arrayHeader = 20

func newArray(oid uint32) array { return array{oid: oid, buf: make([]byte, arrayHeader, 512)} }

func (a *array) reset() {
	a.count = 0
	a.buf = a.buf[:arrayHeader]
}

func (a *array) bytes(b []byte) {
	a.count++
	a.buf = binary.BigEndian.AppendUint32(a.buf, uint32(len(b)))
	a.buf = append(a.buf, b...)
}

func (a *array) null() {
	a.count++
	a.buf = append(a.buf, 0xff, 0xff, 0xff, 0xff)
}

func (a *array) text(s string) {
	a.count++
	a.buf = binary.BigEndian.AppendUint32(a.buf, uint32(len(s)))
	a.buf = append(a.buf, s...)
}

func (a *array) int4(n int32) {
	a.count++
	a.buf = append(a.buf, 0, 0, 0, 4)
	a.buf = binary.BigEndian.AppendUint32(a.buf, uint32(n))
}

func (a *array) int2(n int16) {
	a.count++
	a.buf = append(a.buf, 0, 0, 0, 2)
	a.buf = binary.BigEndian.AppendUint16(a.buf, uint16(n))
}

func (a *array) bool(v bool) {
	a.count++
	b := byte(0)
	if v {
		b = 1
	}
	a.buf = append(a.buf, 0, 0, 0, 1, b)
}

// param finishes the array and returns it as the value of a parameter, valid
// until the next reset.
func (a *array) param() []byte {
	if a.count == 0 {
		binary.BigEndian.PutUint32(a.buf[0:], 0)
		binary.BigEndian.PutUint32(a.buf[4:], 0)
		binary.BigEndian.PutUint32(a.buf[8:], a.oid)
		return a.buf[:12]
	}
	binary.BigEndian.PutUint32(a.buf[0:], 1)
	binary.BigEndian.PutUint32(a.buf[4:], 1)
	binary.BigEndian.PutUint32(a.buf[8:], a.oid)
	binary.BigEndian.PutUint32(a.buf[12:], uint32(a.count))
	binary.BigEndian.PutUint32(a.buf[16:], 1)
	return a.buf
}

func int8Param(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// epochMicros is 2000-01-01 UTC, from which PostgreSQL counts microseconds.
const epochMicros = 946_684_800_000_000

func timeParam(t time.Time) []byte { return int8Param(t.UnixMicro() - epochMicros) }

func decodeInt8(b []byte) int64 { return int64(binary.BigEndian.Uint64(b)) }
func decodeInt4(b []byte) int32 { return int32(binary.BigEndian.Uint32(b)) }
func decodeInt2(b []byte) int16 { return int16(binary.BigEndian.Uint16(b)) }

func decodeTime(b []byte) time.Time {
	return time.UnixMicro(decodeInt8(b) + epochMicros).UTC()
}

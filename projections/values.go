package projections

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// Values are those of one column of new rows, in one of the types of this file.
type Values interface {
	Len() int
	// types are the type under which a statement takes the values in an
	// array, and the type to make of that, "" for the same.
	types() (param, cast string)
	// arg is that array.
	arg() any
	// encode appends a value as COPY reads it: its length, its bytes.
	encode(b []byte, i int) []byte
}

// Types of values. Pointers may be nil, for null.
type (
	texts        []string
	textPointers []*string
	jsonPointers []*string
	ints         []int64
	intPointers  []*int64
	uuids        []uuid.UUID
	uuidPointers []*uuid.UUID
	blobs        [][]byte   // null where nil
	intLists     [][]int64  // null where empty
	textLists    [][]string // null where empty
)

// Len implements Values.
func (v texts) Len() int        { return len(v) }
func (v textPointers) Len() int { return len(v) }
func (v jsonPointers) Len() int { return len(v) }
func (v ints) Len() int         { return len(v) }
func (v intPointers) Len() int  { return len(v) }
func (v uuids) Len() int        { return len(v) }
func (v uuidPointers) Len() int { return len(v) }
func (v blobs) Len() int        { return len(v) }
func (v intLists) Len() int     { return len(v) }
func (v textLists) Len() int    { return len(v) }

func (texts) types() (string, string)        { return "text", "" }
func (textPointers) types() (string, string) { return "text", "" }
func (jsonPointers) types() (string, string) { return "text", "jsonb" }
func (ints) types() (string, string)         { return "bigint", "" }
func (intPointers) types() (string, string)  { return "bigint", "" }
func (uuids) types() (string, string)        { return "uuid", "" }
func (uuidPointers) types() (string, string) { return "uuid", "" }
func (blobs) types() (string, string)        { return "bytea", "" }
func (intLists) types() (string, string)     { return "text", "bigint[]" }
func (textLists) types() (string, string)    { return "text", "text[]" }

func (v texts) arg() any        { return []string(v) }
func (v textPointers) arg() any { return []*string(v) }
func (v jsonPointers) arg() any { return []*string(v) }
func (v ints) arg() any         { return []int64(v) }
func (v intPointers) arg() any  { return []*int64(v) }
func (v blobs) arg() any        { return [][]byte(v) }
func (v intLists) arg() any     { return arrayTexts(v) }
func (v textLists) arg() any    { return arrayTexts(v) }

func (v uuids) arg() any {
	list := make(pgtype.FlatArray[pgtype.UUID], len(v))
	for i, id := range v {
		list[i] = pgtype.UUID{Bytes: id, Valid: true}
	}
	return list
}

func (v uuidPointers) arg() any {
	list := make(pgtype.FlatArray[pgtype.UUID], len(v))
	for i, id := range v {
		if id != nil {
			list[i] = pgtype.UUID{Bytes: *id, Valid: true}
		}
	}
	return list
}

func (v texts) encode(b []byte, i int) []byte { return appendText(b, v[i]) }

func (v textPointers) encode(b []byte, i int) []byte {
	if v[i] == nil {
		return appendNull(b)
	}
	return appendText(b, *v[i])
}

func (v jsonPointers) encode(b []byte, i int) []byte {
	if v[i] == nil {
		return appendNull(b)
	}
	const version = 1
	b = append(appendInt(b, 4, int64(len(*v[i])+1)), version)
	return append(b, *v[i]...)
}

func (v ints) encode(b []byte, i int) []byte { return appendInt(appendInt(b, 4, 8), 8, v[i]) }

func (v intPointers) encode(b []byte, i int) []byte {
	if v[i] == nil {
		return appendNull(b)
	}
	return appendInt(appendInt(b, 4, 8), 8, *v[i])
}

func (v uuids) encode(b []byte, i int) []byte { return append(appendInt(b, 4, 16), v[i][:]...) }

func (v uuidPointers) encode(b []byte, i int) []byte {
	if v[i] == nil {
		return appendNull(b)
	}
	return append(appendInt(b, 4, 16), v[i][:]...)
}

func (v blobs) encode(b []byte, i int) []byte {
	if v[i] == nil {
		return appendNull(b)
	}
	return append(appendInt(b, 4, int64(len(v[i]))), v[i]...)
}

func (v intLists) encode(b []byte, i int) []byte {
	return appendArray(b, v[i], pgtype.Int8OID, func(b []byte, n int64) []byte { return appendInt(appendInt(b, 4, 8), 8, n) })
}

func (v textLists) encode(b []byte, i int) []byte {
	return appendArray(b, v[i], pgtype.TextOID, appendText)
}

// appendInt appends the lowest bytes of a number, the highest of them first.
func appendInt(b []byte, size int, n int64) []byte {
	for size--; size >= 0; size-- {
		b = append(b, byte(n>>(8*size)))
	}
	return b
}

func appendNull(b []byte) []byte { return appendInt(b, 4, -1) }

func appendText(b []byte, s string) []byte { return append(appendInt(b, 4, int64(len(s))), s...) }

func appendArray[T any](b []byte, list []T, oid int64, element func([]byte, T) []byte) []byte {
	if len(list) == 0 {
		return appendNull(b)
	}
	at := len(b)
	b = appendInt(b, 4, 0)                                      // the size, known in the end
	for _, n := range []int64{1, 0, oid, int64(len(list)), 1} { // dimensions, nulls, type, length, first index
		b = appendInt(b, 4, n)
	}
	for _, v := range list {
		b = element(b, v)
	}
	appendInt(b[at:at], 4, int64(len(b)-at-4))
	return b
}

// arrayTexts are lists in the text form of arrays, which unnest can carry in an
// array of texts; "" for none.
func arrayTexts[T int64 | string](lists [][]T) []string {
	all := make([]string, len(lists))
	for i, list := range lists {
		all[i] = arrayText(list)
	}
	return all
}

func arrayText[T int64 | string](values []T) string {
	if len(values) == 0 {
		return ""
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = `"` + arrayQuote.Replace(fmt.Sprint(v)) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}"
}

// arrayQuote escapes what has a meaning inside the quotes of array text.
var arrayQuote = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

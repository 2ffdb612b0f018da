package domain

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/google/uuid"
)

// AppendTuple appends each part to b behind its length (4 bytes, big endian),
// so that no two different tuples have the same bytes. Every hash, MAC and
// associated data of the service is built over such tuples.
func AppendTuple(b []byte, parts ...[]byte) []byte {
	for _, p := range parts {
		b = binary.BigEndian.AppendUint32(b, uint32(len(p)))
		b = append(b, p...)
	}
	return b
}

func tuple(parts ...string) []byte {
	var b []byte
	for _, p := range parts {
		b = binary.BigEndian.AppendUint32(b, uint32(len(p)))
		b = append(b, p...)
	}
	return b
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// leafFormat is the first byte of a canonical leaf.
const leafFormat = 1

// Leaf is the canonical encoding of a recorded event, over which proofs are
// built: a format byte, then length-prefixed stream, revision, event id, type,
// version, metadata pairs sorted by key (one tuple) and the data bytes as
// stored. It does not hold the position.
func Leaf(stream string, revision int64, id uuid.UUID, typ string, v int, meta map[string]string, data []byte) []byte {
	keys := make([]string, 0, len(meta))
	for k := range meta {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var pairs []byte
	for _, k := range keys {
		pairs = AppendTuple(pairs, []byte(k), []byte(meta[k]))
	}
	return AppendTuple([]byte{leafFormat},
		[]byte(stream), number(uint64(revision)), id[:], []byte(typ), number(uint64(v)), pairs, data)
}

// OnceID derives an event id from a once-scope: the UUIDv8 of the SHA-256 of
// the length-prefixed scope. A scope always starts with the app. The first
// event of an append takes the id of the scope itself, the i-th further one
// that of the scope followed by i.
func OnceID(scope []string, index int) uuid.UUID {
	t := tuple(scope...)
	if index > 0 {
		t = AppendTuple(t, number(uint64(index)))
	}
	sum := sha256.Sum256(t)
	id := uuid.UUID(sum[:16])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}

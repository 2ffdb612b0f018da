package postgres

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"parley/internal/eventstore"
)

// key identifies a stream in es_events: time-ordered for streams without a row
// of their own, so that new ones go to the right edge of the index.
type key [16]byte

// place is where the events of a stream go: under its key, with the number of
// the row that holds its name. The row is the stream's own or, when prefix is
// set, the one of all streams whose name starts with owner.
type place struct {
	key    key
	owner  string
	rowKey key
	prefix bool
}

// layout knows the row-less categories.
type layout map[string]bool

func newLayout(categories []string) layout {
	l := make(layout, len(categories))
	for _, c := range categories {
		l[c] = true
	}
	return l
}

// rowLess tells whether streams called prefix + id share the row of prefix.
func (l layout) rowLess(prefix string) bool {
	category, _, dashed := strings.Cut(prefix, "-")
	return dashed && l[category] && strings.HasSuffix(prefix, ".")
}

// place finds the place of an existing or new stream by its full name.
func (l layout) place(stream string) place {
	prefix := stream[:strings.LastIndexByte(stream, '.')+1]
	if l.rowLess(prefix) {
		if id := eventstore.StreamID(stream); id > 0 && len(prefix)+decimals(id) == len(stream) {
			return place{key: idKey(id, stream), owner: prefix, rowKey: prefixKey(prefix), prefix: true}
		}
	}
	k := nameKey(stream)
	return place{key: k, owner: stream, rowKey: k}
}

// prefixPlace is what the places of all streams drawn under a prefix have in
// common.
func (l layout) prefixPlace(prefix string) place {
	if !l.rowLess(prefix) {
		return place{}
	}
	return place{owner: prefix, rowKey: prefixKey(prefix), prefix: true}
}

// drawn completes a prefixPlace for the stream with an id.
func (p place) drawn(stream string, id int64) place {
	if p.prefix {
		p.key = idKey(id, stream)
		return p
	}
	k := nameKey(stream)
	return place{key: k, owner: stream, rowKey: k}
}

func nameKey(name string) key {
	sum := sha256.Sum256([]byte(name))
	return key(sum[:16])
}

// prefixKey differs from the key of a stream that is called like the prefix.
func prefixKey(prefix string) key { return nameKey(prefix + "\x00") }

func idKey(id int64, name string) (k key) {
	sum := sha256.Sum256([]byte(name))
	binary.BigEndian.PutUint64(k[:8], uint64(id))
	copy(k[8:], sum[:8])
	return k
}

// owner is a row of es_streams: the name of one stream or of a prefix.
type owner struct {
	name   string
	prefix bool
}

// stream derives the name of the stream with a key, and verifies it when the
// row stands for many.
func (o owner) stream(k key) (string, error) {
	if !o.prefix {
		return o.name, nil
	}
	id := int64(binary.BigEndian.Uint64(k[:8]))
	name := o.name + strconv.FormatInt(id, 10)
	if idKey(id, name) != k {
		return "", fmt.Errorf("stream key %x does not belong to a stream of %s", k, o.name)
	}
	return name, nil
}

func decimals(n int64) int {
	d := 1
	for ; n > 9; n /= 10 {
		d++
	}
	return d
}

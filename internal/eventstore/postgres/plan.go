package postgres

import (
	"time"

	"github.com/google/uuid"

	"parley/internal/eventstore"
)

// plan is what the writer intends to do with a batch: the answer of every
// request, valid once the accepted events are durable, and those events.
type plan struct {
	answers []answer
	entries []entry
	heads   map[key]head      // streams as the batch leaves them
	ids     map[uuid.UUID]int // event id -> request that brings it
	rows    map[key]int32     // name rows that were looked up or that the batch adds
	owners  []newOwner
	once    array // ids that must not exist
	guards  array // stream keys that must not have ...
	beyond  array // ... this revision
	at      time.Time
	lastID  int64
}

// answer is decided for a request. A repeat of another request of the same
// batch points to it.
type answer struct {
	result eventstore.Result
	err    error
}

// entry is one event to insert.
type entry struct {
	request *request
	index   int
	stream  string
	place   place
	head    head
	typeNo  int16
}

type newOwner struct {
	key key
	owner
}

func newPlan() plan {
	return plan{
		heads:  make(map[key]head),
		ids:    make(map[uuid.UUID]int),
		rows:   make(map[key]int32),
		once:   newArray(oidUUID),
		guards: newArray(oidUUID),
		beyond: newArray(oidInt4),
	}
}

func (p *plan) reset(at time.Time, lastID int64) {
	clear(p.entries)
	p.answers, p.entries, p.owners = p.answers[:0], p.entries[:0], p.owners[:0]
	clear(p.heads)
	clear(p.ids)
	clear(p.rows)
	p.once.reset()
	p.guards.reset()
	p.beyond.reset()
	p.at, p.lastID = at, lastID
}

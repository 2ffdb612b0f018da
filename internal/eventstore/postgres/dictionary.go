package postgres

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"

	"parley/internal/eventstore"
)

// querier is a pool or a connection.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// eventType is a row of es_types.
type eventType struct {
	name string
	v    int
}

// dictionary resolves the numbers in rows to names, for readers and writer.
type dictionary struct {
	mu     sync.Mutex
	owners generations[int32, owner]
	types  map[int16]eventType
}

// namedStreams is how many names a generation of the dictionary holds.
const namedStreams = 200_000

func newDictionary() *dictionary {
	return &dictionary{owners: newGenerations[int32, owner](namedStreams), types: make(map[int16]eventType)}
}

// recorded turns rows into events, asking db for names it has not met yet.
func (d *dictionary) recorded(ctx context.Context, db querier, rows []row) ([]eventstore.Recorded, error) {
	owners, types := d.unknown(rows)
	if len(owners) > 0 {
		if err := d.loadOwners(ctx, db, owners); err != nil {
			return nil, fmt.Errorf("names of streams: %w", err)
		}
	}
	if types {
		if err := d.loadTypes(ctx, db); err != nil {
			return nil, fmt.Errorf("names of event types: %w", err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	events := make([]eventstore.Recorded, len(rows))
	for i, r := range rows {
		e, err := d.event(r)
		if err != nil {
			return nil, fmt.Errorf("event at position %d: %w", r.position, err)
		}
		events[i] = e
	}
	return events, nil
}

// unknown lists the streams among rows whose names are still to be read, and
// tells whether an event type is. Names never change.
func (d *dictionary) unknown(rows []row) (owners []int32, types bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range rows {
		if _, ok := d.owners.get(r.streamNo); !ok && !slices.Contains(owners, r.streamNo) {
			owners = append(owners, r.streamNo)
		}
		if _, ok := d.types[r.typeNo]; !ok {
			types = true
		}
	}
	return owners, types
}

func (d *dictionary) event(r row) (eventstore.Recorded, error) {
	o, ok := d.owners.get(r.streamNo)
	if !ok {
		return eventstore.Recorded{}, fmt.Errorf("no stream has number %d", r.streamNo)
	}
	t, ok := d.types[r.typeNo]
	if !ok {
		return eventstore.Recorded{}, fmt.Errorf("no event type has number %d", r.typeNo)
	}
	stream, err := o.stream(r.key)
	if err != nil {
		return eventstore.Recorded{}, err
	}
	meta, err := decodeMeta(r.meta)
	if err != nil {
		return eventstore.Recorded{}, err
	}
	return eventstore.Recorded{
		NewEvent: eventstore.NewEvent{ID: r.id, Type: t.name, V: t.v, Data: r.data, Meta: meta},
		Stream:   stream,
		Revision: eventstore.Revision(r.revision),
		Position: eventstore.Position(r.position),
		At:       r.at,
	}, nil
}

func (d *dictionary) loadOwners(ctx context.Context, db querier, numbers []int32) error {
	rows, err := db.Query(ctx, `
		SELECT stream_no, name, prefix
		FROM es_streams
		WHERE stream_no = ANY($1)`, numbers)
	if err != nil {
		return err
	}
	var no int32
	var o owner
	_, err = pgx.ForEachRow(rows, []any{&no, &o.name, &o.prefix}, func() error {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.owners.set(no, o)
		return nil
	})
	return err
}

func (d *dictionary) loadTypes(ctx context.Context, db querier) error {
	rows, err := db.Query(ctx, `SELECT type_no, name, v FROM es_types`)
	if err != nil {
		return err
	}
	var no int16
	var t eventType
	_, err = pgx.ForEachRow(rows, []any{&no, &t.name, &t.v}, func() error {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.types[no] = t
		return nil
	})
	return err
}

// reset forgets everything: the log is another one.
func (d *dictionary) reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.owners.reset()
	clear(d.types)
}

package postgres

import (
	"context"
	"fmt"
)

// learnTypes gives every event type of a batch a number. New types are rare:
// they are written before the batch, and stay if it fails.
func (w *writer) learnTypes(batch []*request) error {
	for _, r := range batch {
		for _, e := range r.write.Events {
			t := eventType{e.Type, e.V}
			if _, ok := w.types[t]; ok {
				continue
			}
			no, err := w.defineType(t)
			if err != nil {
				return fmt.Errorf("define event type %s, version %d: %w", t.name, t.v, err)
			}
			w.types[t] = no
		}
	}
	return nil
}

// defineType finds or makes the number of a type. Another process may be making
// one at the same time; whoever comes second looks again.
func (w *writer) defineType(t eventType) (no int16, err error) {
	for {
		w.extendDeadline()
		tag, err := w.conn.Exec(context.Background(), `
			INSERT INTO es_types (type_no, name, v)
			SELECT (SELECT max(type_no) + 1 FROM es_types), $1, $2
			WHERE NOT EXISTS (SELECT FROM es_types WHERE name = $1 AND v = $2)
			ON CONFLICT DO NOTHING`, t.name, int32(t.v))
		if err != nil {
			return 0, err
		}
		rows, err := w.conn.Query(context.Background(), `
			SELECT type_no
			FROM es_types
			WHERE name = $1 AND v = $2`, t.name, int32(t.v))
		if err != nil {
			return 0, err
		}
		found := rows.Next()
		if found {
			err = rows.Scan(&no)
		}
		rows.Close()
		if err == nil {
			err = rows.Err()
		}
		if found || err != nil {
			return no, err
		}
		if tag.RowsAffected() > 0 {
			return 0, fmt.Errorf("it vanished")
		}
	}
}

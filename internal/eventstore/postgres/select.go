package postgres

import (
	"context"
	"fmt"

	"parley/internal/eventstore"
)

var _ eventstore.Selector = (*Log)(nil)

// Select implements eventstore.Selector. Positions have no gaps here, so those
// of the events that are left out need not be read.
func (l *Log) Select(ctx context.Context, categories []string, after eventstore.Position, limit int) (s eventstore.Selection, err error) {
	head, err := l.Head(ctx)
	if err != nil {
		return s, err
	}
	s.To = max(after, min(after+eventstore.Position(limit), head))
	if s.To == after {
		return s, nil
	}
	rows, err := l.readRows(ctx, `
		SELECT `+eventColumns+`
		FROM es_events e
		JOIN es_streams s ON s.stream_no = e.stream_no
		WHERE e.position > $1 AND e.position <= $2
		  AND position('-' IN s.name) > 0 AND split_part(s.name, '-', 1) = ANY($3)
		ORDER BY e.position`, int64(after), int64(s.To), categories)
	if err != nil {
		return s, fmt.Errorf("select from the log after %d: %w", after, err)
	}
	if size(rows) > pageBytes { // there may be more of them
		s.To = eventstore.Position(rows[len(rows)-1].position)
	}
	s.Looked = int(s.To - after)
	s.Events, err = l.dictionary.recorded(ctx, l.pool, rows)
	return s, err
}

package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/internal/eventstore"
)

// pageSize is how many events are read at once.
const pageSize = 1000

// headRow is the one row of es_head and the last number of a stream.
type headRow struct {
	position   int64
	lastID     int64
	lastAt     time.Time
	epoch      int64
	lastStream int32
}

// foreignSQL reads the head and the events that lead to it, in one snapshot.
const foreignSQL = `
	SELECT h.position, h.last_id, h.last_recorded_at, h.epoch,
		(SELECT coalesce(max(stream_no), 0) FROM es_streams), ` + eventColumns + `
	FROM es_head h
	LEFT JOIN (
		SELECT *
		FROM es_events
		WHERE position > $1
		ORDER BY position
		LIMIT 1000) AS e ON true
	WHERE h.id = 1
	ORDER BY e.position`

// catchUp reads what others have written since the writer last looked, and
// shows it to subscribers.
func (w *writer) catchUp() error {
	for {
		h, rows, err := w.readForeign()
		if err != nil {
			return fmt.Errorf("read the head of the log: %w", err)
		}
		switch {
		case !w.loaded || h.epoch != w.epoch || h.position < w.known:
			w.forget(h)
			return nil
		case h.position-w.known > int64(w.heads.limit):
			w.forget(h) // too far behind for the caches to be worth filling
			return nil
		}
		if err := w.absorbForeign(rows); err != nil {
			return err
		}
		w.lastID, w.lastAt, w.lastStream = h.lastID, h.lastAt, h.lastStream
		if w.known == h.position {
			return nil
		}
	}
}

func (w *writer) readForeign() (headRow, []row, error) {
	var h headRow
	var events []row
	w.extendDeadline()
	rows, err := w.conn.Query(context.Background(), foreignSQL, pgx.QueryResultFormats(binaryFormat), w.known)
	if err != nil {
		return h, nil, err
	}
	defer rows.Close()
	found := false
	for rows.Next() {
		v := rows.RawValues()
		found = true
		h = headRow{decodeInt8(v[0]), decodeInt8(v[1]), decodeTime(v[2]), decodeInt8(v[3]), decodeInt4(v[4])}
		if v[5] != nil {
			events = append(events, decodeRow(v[5:]))
		}
	}
	if err := rows.Err(); err != nil {
		return h, nil, err
	}
	if !found {
		return h, nil, fmt.Errorf("es_head has no row")
	}
	return h, events, nil
}

func (w *writer) absorbForeign(rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	if err := contiguous(rows, w.known); err != nil {
		return err
	}
	w.extendDeadline()
	events, err := w.dictionary.recorded(context.Background(), w.conn, rows)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		w.known = r.position
		w.remember(r.position, r.key, head{r.revision, r.streamNo}, r.id, r.rest)
	}
	w.ring.publish(events)
	return nil
}

// forget drops everything the writer knew: the log is read for the first time,
// it is another one than before, or too much has happened since.
func (w *writer) forget(h headRow) {
	if w.loaded {
		w.logger.Warn("log writer starts anew", "epoch", h.epoch, "position", h.position, "known", w.known)
	}
	if w.loaded && h.epoch != w.epoch {
		w.dictionary.reset()
		clear(w.types)
	}
	w.heads.reset()
	w.recent.reset()
	w.rows.reset()
	w.loaded = true
	w.known, w.epoch, w.lastID, w.lastAt, w.lastStream = h.position, h.epoch, h.lastID, h.lastAt, h.lastStream
	w.headsSince, w.youngSince = h.position, h.position
	w.ring.reset(eventstore.Position(h.position))
}

// contiguous demands that rows follow a position without a hole.
func contiguous(rows []row, after int64) error {
	for _, r := range rows {
		after++
		if r.position != after {
			return fmt.Errorf("hole in the log: position %d is missing, the next is %d", after, r.position)
		}
	}
	return nil
}

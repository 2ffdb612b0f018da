package postgres

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/jackc/pgx/v5"

	"parley/internal/dbpool"
	"parley/internal/eventstore"
)

// pageBytes ends a page early when its events are large.
const pageBytes = 8 << 20

// ReadAll implements eventstore.Log.
func (l *Log) ReadAll(ctx context.Context, after eventstore.Position, limit int) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		left := int64(limit)
		if limit <= 0 {
			head, err := l.Head(ctx)
			if err != nil {
				yield(eventstore.Recorded{}, err)
				return
			}
			left = int64(head - after)
		}
		for left > 0 {
			page, err := l.page(ctx, after, int(min(left, pageSize)))
			if err != nil {
				yield(eventstore.Recorded{}, err)
				return
			}
			if len(page) == 0 {
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
			}
			after = page[len(page)-1].Position
			left -= int64(len(page))
		}
	}
}

// ReadStream implements eventstore.Log.
func (l *Log) ReadStream(ctx context.Context, stream string, from eventstore.Revision) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		k := l.layout.place(stream).key
		for {
			page, full, err := l.streamPage(ctx, k, from)
			if err != nil {
				yield(eventstore.Recorded{}, fmt.Errorf("read stream %s: %w", stream, err))
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
			}
			if !full {
				return
			}
			from = page[len(page)-1].Revision + 1
		}
	}
}

// ReadStreams implements eventstore.Log.
func (l *Log) ReadStreams(ctx context.Context, from map[string]eventstore.Revision) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		keys, froms := make([]key, 0, len(from)), make([]int32, 0, len(from))
		for stream, revision := range from {
			keys, froms = append(keys, l.layout.place(stream).key), append(froms, firstRevision(revision))
		}
		for len(keys) > 0 {
			page, last, err := l.streamsPage(ctx, keys, froms)
			if err != nil {
				yield(eventstore.Recorded{}, fmt.Errorf("read %d streams: %w", len(from), err))
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
			}
			if last == nil {
				return
			}
			done := slices.Index(keys, last.key)
			keys, froms = keys[done:], froms[done:]
			froms[0] = last.revision + 1
		}
	}
}

// streamsPage reads events of streams, one stream after the other; last is the
// last row when there may be more.
func (l *Log) streamsPage(ctx context.Context, keys []key, froms []int32) (page []eventstore.Recorded, last *row, err error) {
	rows, err := l.readRows(ctx, `
		SELECT `+eventColumns+`
		FROM unnest($1::uuid[], $2::int4[]) WITH ORDINALITY AS k (stream_key, revision, n)
		JOIN es_events e ON e.stream_key = k.stream_key
			AND e.revision >= greatest(k.revision, (SELECT truncate_before FROM es_marks m WHERE m.stream_key = k.stream_key))
		ORDER BY k.n, e.revision
		LIMIT $3`, keys, froms, pageSize)
	if err != nil || len(rows) == 0 {
		return nil, nil, err
	}
	if page, err = l.dictionary.recorded(ctx, l.pool, rows); err != nil {
		return nil, nil, err
	}
	if len(rows) == pageSize || size(rows) > pageBytes {
		last = &rows[len(rows)-1]
	}
	return page, last, nil
}

func firstRevision(from eventstore.Revision) int32 { return int32(min(max(from, 0), 1<<31-1)) }

// page reads events after a position, from memory if they are there.
func (l *Log) page(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Recorded, error) {
	if events, _, _, covered := l.ring.after(after, limit); covered && len(events) > 0 {
		return events, nil
	}
	rows, err := l.readRows(ctx, `
		SELECT `+eventColumns+`
		FROM es_events e
		WHERE e.position > $1
		ORDER BY e.position
		LIMIT $2`, int64(after), limit)
	if err != nil {
		return nil, fmt.Errorf("read the log after %d: %w", after, err)
	}
	if err := contiguous(rows, int64(after)); err != nil {
		return nil, err
	}
	return l.dictionary.recorded(ctx, l.pool, rows)
}

// streamPage reads events of a stream; full says that there may be more.
func (l *Log) streamPage(ctx context.Context, k key, from eventstore.Revision) (page []eventstore.Recorded, full bool, err error) {
	conn, err := dbpool.Acquire(ctx, l.pool)
	if err != nil {
		return nil, false, err
	}
	rows, err := readRows(ctx, conn, `
		SELECT `+eventColumns+`
		FROM es_events e
		WHERE e.stream_key = $1
		  AND e.revision >= greatest($2, (SELECT truncate_before FROM es_marks WHERE stream_key = $1))
		ORDER BY e.revision
		LIMIT $3`, k, firstRevision(from), pageSize)
	conn.Release()
	if err != nil || len(rows) == 0 {
		return nil, false, err
	}
	page, err = l.dictionary.recorded(ctx, l.pool, rows)
	return page, len(rows) == pageSize || size(rows) > pageBytes, err
}

// readRows runs a query for event columns. It is planned each time: a plan made
// while the tables were small would be wrong for long. Nobody's request waits
// for what is read so.
func (l *Log) readRows(ctx context.Context, sql string, args ...any) ([]row, error) {
	return readRows(ctx, l.pool, sql, args...)
}

func readRows(ctx context.Context, db querier, sql string, args ...any) ([]row, error) {
	options := []any{pgx.QueryExecModeCacheDescribe, pgx.QueryResultFormats(binaryFormat)}
	result, err := db.Query(ctx, sql, append(options, args...)...)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	var rows []row
	for bytes := 0; bytes <= pageBytes && result.Next(); {
		r := decodeRow(result.RawValues())
		bytes += len(r.data) + len(r.meta)
		rows = append(rows, r)
	}
	result.Close()
	return rows, result.Err()
}

func size(rows []row) int {
	n := 0
	for _, r := range rows {
		n += len(r.data) + len(r.meta)
	}
	return n
}

func (l *Log) readHead(ctx context.Context) (eventstore.Position, error) {
	var position int64
	err := l.pool.QueryRow(ctx, `SELECT position FROM es_head WHERE id = 1`).Scan(&position)
	if err != nil {
		return 0, fmt.Errorf("read the head of the log: %w", err)
	}
	return eventstore.Position(position), nil
}

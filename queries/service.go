package queries

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/domain"
)

// Projections that queries read. Each query declares its own.
const (
	directory = "directory"
	timeline  = "timeline"
)

// Opener opens sealed text; each item gets its plain bytes or its error.
type Opener interface {
	OpenMany(ctx context.Context, items []domain.Sealed) error
}

// Waiter waits in memory for projections to reach a position, and tells which
// checkpoints the database must show for it.
type Waiter interface {
	Wait(ctx context.Context, projections []string, position int64) (checkpoints []int64, err error)
	// Floor is a position to wait for because it was shown already and the
	// database may have lost it; 0 normally.
	Floor(projections []string) int64
}

// Service answers queries.
type Service struct {
	db       *pgxpool.Pool
	opener   Opener
	waiter   Waiter
	contents *contents
	typists  Typists // nil: nobody types
}

// New makes a Service.
func New(db *pgxpool.Pool, opener Opener, waiter Waiter) *Service {
	return &Service{db: db, opener: opener, waiter: waiter, contents: newContents(opener)}
}

// Freshness is the position that an answer must have reached; 0 for any.
type Freshness int64

// ErrBehind says that the read models did not reach the wanted position in
// time.
var ErrBehind = errors.New("the read models are behind")

// patience is how long a query waits for the wanted position (CH-028).
const patience = 2 * time.Second

// recheck is the pause before a query is asked again whose projections were
// in memory farther than in the database: after a crash of the database.
const recheck = 5 * time.Millisecond

// read runs the statements of a batch after the wanted position is in the
// rows of the named projections. The checkpoints are read first in the same
// batch, so the answer is at least as new as they say.
func (s *Service) read(ctx context.Context, at Freshness, projections []string, queue func(*pgx.Batch)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	behind := false // an answer was too old
	for {
		b := &pgx.Batch{}
		fresh := true
		at := max(at, Freshness(s.waiter.Floor(projections)))
		checkpoints, err := s.waiter.Wait(ctx, projections, int64(at))
		if err != nil {
			return fmt.Errorf("%w: %w", ErrBehind, err)
		}
		if at > 0 {
			b.Queue(`
				SELECT coalesce(bool_and(p.position >= w.position), false)
				FROM unnest($1::text[], $2::bigint[]) AS w (name, position)
				LEFT JOIN projections p ON p.name = w.name AND p.state = 'live'`, projections, checkpoints).
				QueryRow(func(row pgx.Row) error { return row.Scan(&fresh) })
		}
		queue(b)
		err = s.db.SendBatch(ctx, b).Close()
		switch {
		case err != nil && behind && ctx.Err() != nil:
			return fmt.Errorf("%w: %w", ErrBehind, err)
		case err != nil:
			return err
		}
		if fresh {
			return nil
		}
		behind = true
		select {
		case <-time.After(recheck):
		case <-ctx.Done():
			return ErrBehind
		}
	}
}

// one collects the only row of a query, or leaves dst alone without one.
func one(dst ...any) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		defer rows.Close()
		if rows.Next() {
			if err := rows.Scan(dst...); err != nil {
				return err
			}
		}
		rows.Close()
		return rows.Err()
	}
}

// many collects the rows of a query.
func many[T any](dst *[]T) func(pgx.Rows) error {
	return func(rows pgx.Rows) (err error) {
		*dst, err = pgx.CollectRows(rows, pgx.RowToStructByPos[T])
		return err
	}
}

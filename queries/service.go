package queries

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/domain"
	"parley/internal/dbpool"
)

// Projections that queries read. Each query declares its own.
const (
	directory = "directory"
	timeline  = "timeline"
	occupancy = "occupancy"
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
	// Parked tells of what stands still and concerns a read: the channel, or
	// with 0 anything of the app, and who reads. missed is the newest event
	// there of the reader that is not applied, 0 if none is known.
	Parked(projections []string, app domain.AppID, channel domain.ChannelID, by domain.Actor,
		each func(projection string, position, missed int64))
}

// Service answers queries.
type Service struct {
	db       *pgxpool.Pool
	names    *names
	waiter   Waiter
	contents *contents
	typists  Typists // nil: nobody types
}

// New makes a Service.
func New(db *pgxpool.Pool, opener Opener, waiter Waiter) *Service {
	return &Service{db: db, names: newNames(opener), waiter: waiter, contents: newContents(opener)}
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

// gates are the views over the checkpoints of the live builds. The switch to
// another build waits for whoever has read a gate, and holds up who comes
// after it: what a batch reads behind the gates of its projections is of one
// build, and as new as they say.
var gates = map[string]string{
	directory: "rm.directory_checkpoint_v3",
	timeline:  "rm.timeline_checkpoint_v3",
	occupancy: "rm.occupancy_checkpoint_v1",
}

// passes is the statement that goes through the gates of projections, one
// parameter for each: the checkpoint that it must show.
func passes(projections []string) string {
	text := "SELECT "
	for i, name := range projections {
		if i > 0 {
			text += " AND "
		}
		text += "coalesce((SELECT position >= $" + strconv.Itoa(i+1) + " FROM " + gates[name] + "), false)"
	}
	return text
}

// read runs the statements of a batch after the wanted position is in the
// rows of the named projections. The gates are passed first in the same batch,
// which is one transaction.
func (s *Service) read(ctx context.Context, at Freshness, projections []string, queue func(*pgx.Batch)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	behind := false // an answer was too old
	for {
		b := &pgx.Batch{}
		fresh := false
		at := max(at, Freshness(s.waiter.Floor(projections)))
		checkpoints, err := s.waiter.Wait(ctx, projections, int64(at))
		if err != nil {
			return fmt.Errorf("%w: %w", ErrBehind, err)
		}
		if err := s.standstill(ctx, at, projections); err != nil {
			return err
		}
		args := make([]any, len(projections))
		for i := range projections {
			args[i] = int64(0)
			if at > 0 {
				args[i] = checkpoints[i]
			}
		}
		b.Queue(passes(projections), args...).QueryRow(func(row pgx.Row) error { return row.Scan(&fresh) })
		queue(b)
		err = dbpool.SendBatch(ctx, s.db, b)
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

package nodes

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// freed is the channel on which nodes hear that a lease was given back.
const freed = "parley_leases"

// A lost connection is tried again after a pause between these.
const (
	minPause = 20 * time.Millisecond
	maxPause = 500 * time.Millisecond
)

// patience is how long a renewal may take: two of them fit into the TTL.
func (n *Node) patience() time.Duration { return n.ttl / 2 }

func (n *Node) connect(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, n.patience())
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, n.own)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, "LISTEN "+freed); err != nil {
		hangUp(conn)
		return nil, err
	}
	return conn, nil
}

// hangUp ends a connection without waiting for a server that may be gone.
func hangUp(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_ = conn.Close(ctx) // nothing depends on how it ended
}

// keep renews until the context ends.
func (n *Node) keep(ctx context.Context, conn *pgx.Conn) {
	for pause := minPause; ; pause = min(2*pause, maxPause) {
		err := n.beat(ctx, conn, &pause)
		if conn != nil {
			hangUp(conn)
		}
		if ctx.Err() != nil {
			return
		}
		n.logger.Warn("the node cannot renew its leases", "err", err)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
		if conn, err = n.connect(ctx); err != nil {
			conn = nil
			continue
		}
		n.free() // what was given back meanwhile was not heard
	}
}

// beat renews and listens until something breaks.
func (n *Node) beat(ctx context.Context, conn *pgx.Conn, pause *time.Duration) error {
	if conn == nil {
		return errors.New("the database does not answer")
	}
	for next := time.Now(); ; next = next.Add(n.every) {
		if err := n.listen(ctx, conn, next); err != nil {
			return err
		}
		if late := time.Now().Add(-n.every); next.Before(late) {
			next = late
		}
		if err := n.renew(ctx, conn, false); err != nil {
			return err
		}
		*pause = minPause
	}
}

// listen hears of leases that were given back until a moment.
func (n *Node) listen(ctx context.Context, conn *pgx.Conn, until time.Time) error {
	waiting, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	for {
		_, err := conn.WaitForNotification(waiting)
		switch {
		case err == nil:
			n.free()
		case ctx.Err() != nil:
			return ctx.Err()
		case waiting.Err() != nil && !conn.IsClosed():
			return nil
		default:
			return err
		}
	}
}

// renew moves on the end of the node and of its leases.
func (n *Node) renew(ctx context.Context, conn *pgx.Conn, first bool) error {
	ctx, cancel := context.WithTimeout(ctx, n.patience())
	defer cancel()
	before := n.holds()
	sent := time.Now()
	var alive bool
	var renewed []string
	err := conn.QueryRow(ctx, `
		WITH before AS (
			SELECT expires_at > clock_timestamp() AS alive FROM public.nodes WHERE node = $1
		), node AS (
			INSERT INTO public.nodes (node, started_at, expires_at)
			VALUES ($1, clock_timestamp(), clock_timestamp() + $2::interval)
			ON CONFLICT (node) DO UPDATE SET expires_at = clock_timestamp() + $2::interval
		), renewed AS (
			UPDATE public.leases SET expires_at = clock_timestamp() + $2::interval
			WHERE node = $1 AND lease = ANY ($3) AND expires_at > clock_timestamp()
			RETURNING lease
		)
		SELECT coalesce((SELECT alive FROM before), false), ARRAY(SELECT lease FROM renewed)`,
		n.id, n.ttl, slices.Collect(maps.Keys(before))).Scan(&alive, &renewed)
	if err != nil {
		return fmt.Errorf("renew: %w", err)
	}
	n.prolong(before, renewed, n.until(sent))
	if !alive && !first {
		n.lapse()
	}
	return nil
}

// until is when this node takes for lost what it has asked for at a moment: an
// eighth of the TTL before the others may take it.
func (n *Node) until(sent time.Time) time.Time { return sent.Add(n.ttl - n.ttl/8) }

func (n *Node) free() {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.freed)
	n.freed = make(chan struct{})
}

func (n *Node) lapse() {
	n.logger.Warn("the node was away for longer than its lease")
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lapses++
	close(n.lapsed)
	n.lapsed = make(chan struct{})
}

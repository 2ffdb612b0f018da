package signals

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// notify sends what waits, as many signals in a notification as fit, until the
// context ends. While the database is away signals are lost, not kept.
func (l *link) notify(ctx context.Context) {
	var conn *pgx.Conn
	defer func() {
		if conn != nil {
			hangUp(conn)
		}
	}()
	var sent time.Time
	pause := minPause
	for {
		first, ok := l.first(ctx)
		if !ok || !wait(ctx, time.Until(sent.Add(interval))) {
			return
		}
		text, n := l.gather(first)
		if n == 0 {
			continue // all too old
		}
		sent = time.Now()
		var err error
		if conn, err = l.send(ctx, conn, string(text)); err == nil {
			pause = minPause
			continue
		}
		if ctx.Err() != nil {
			return
		}
		l.drop(n)
		l.logger.Warn("signals do not leave this node", "err", err)
		if !wait(ctx, pause) {
			return
		}
		pause = min(2*pause, maxPause)
	}
}

// send notifies on a connection, made if need be; the one to go on with is
// nil after an error.
func (l *link) send(ctx context.Context, conn *pgx.Conn, text string) (*pgx.Conn, error) {
	if conn == nil {
		var err error
		if conn, err = l.dial(ctx); err != nil {
			return nil, fmt.Errorf("connect: %w", err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	if _, err := conn.Exec(ctx, `SELECT pg_notify($1, $2)`, channel, text); err != nil {
		hangUp(conn)
		return nil, fmt.Errorf("notify: %w", err)
	}
	return conn, nil
}

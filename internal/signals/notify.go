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
	var next *parcel // taken from the queue, did not fit any more
	var sent time.Time
	pause := minPause
	for {
		first, ok := l.first(ctx, next)
		if !ok || !wait(ctx, time.Until(sent.Add(interval))) {
			return
		}
		var text []byte
		var n int
		text, n, next = l.gather(first)
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

// first waits for the first signal of a notification.
func (l *link) first(ctx context.Context, next *parcel) (parcel, bool) {
	if next != nil {
		return *next, true
	}
	select {
	case p := <-l.waiting:
		return p, true
	case <-ctx.Done():
		return parcel{}, false
	}
}

// gather writes a notification of n signals from what waits; next is a signal
// that did not fit.
func (l *link) gather(first parcel) (text []byte, n int, next *parcel) {
	text = append(make([]byte, 0, maxPayload), l.head...)
	oldest := time.Now().Add(-l.maxAge)
	for p := first; ; {
		switch {
		case p.at.Before(oldest):
			l.drop(1)
		case len(text)+1+len(p.text)+len(l.tail) > maxPayload && n > 0:
			return append(text, l.tail...), n, &p
		default:
			if n > 0 {
				text = append(text, ',')
			}
			text = append(text, p.text...)
			n++
		}
		select {
		case p = <-l.waiting:
		default:
			return append(text, l.tail...), n, nil
		}
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

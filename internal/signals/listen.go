package signals

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// subscribe opens a connection that listens.
func (l *link) subscribe(ctx context.Context) (*pgx.Conn, error) {
	conn, err := l.dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		hangUp(conn)
		return nil, err
	}
	return conn, nil
}

// listen delivers what other nodes send until the context ends. What they send
// while the connection is away is lost.
func (l *link) listen(ctx context.Context, conn *pgx.Conn) {
	for {
		err := l.hear(ctx, conn)
		hangUp(conn)
		if ctx.Err() != nil {
			return
		}
		l.logger.Warn("signals of other nodes do not arrive", "err", err)
		if conn = l.resubscribe(ctx); conn == nil {
			return
		}
		l.logger.Info("signals of other nodes arrive again")
	}
}

// resubscribe tries until it has a connection, or nil when the context ends.
func (l *link) resubscribe(ctx context.Context) *pgx.Conn {
	for pause := minPause; wait(ctx, pause); pause = min(2*pause, maxPause) {
		if conn, err := l.subscribe(ctx); err == nil {
			return conn
		}
	}
	return nil
}

func (l *link) hear(ctx context.Context, conn *pgx.Conn) error {
	for {
		text, err := l.next(ctx, conn)
		if err != nil {
			return err
		}
		signals, err := decode(l.node, text)
		if err != nil {
			l.logger.Warn("a notification makes no sense", "err", err)
			continue
		}
		for _, s := range signals {
			l.deliver(s.topic, s.message)
		}
	}
}

// next waits for a notification. A long silence makes it ask whether the
// server is still there.
func (l *link) next(ctx context.Context, conn *pgx.Conn) (string, error) {
	for {
		silent, cancel := context.WithTimeout(ctx, heartbeat)
		n, err := conn.WaitForNotification(silent)
		quiet := silent.Err() != nil && ctx.Err() == nil
		cancel()
		switch {
		case err == nil:
			return n.Payload, nil
		case !quiet || conn.IsClosed():
			return "", err
		}
		if err := l.ping(ctx, conn); err != nil {
			return "", fmt.Errorf("after a long silence: %w", err)
		}
	}
}

func (l *link) ping(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return conn.Ping(ctx)
}

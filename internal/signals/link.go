package signals

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/jackc/pgx/v5"
)

// channel is the name under which the nodes of a database notify each other.
const channel = "parley_signals"

const (
	// interval is the least time between two notifications: each costs a
	// commit, and all commits with one queue behind each other.
	interval = 5 * time.Millisecond
	// A lost connection is tried again after a pause between these.
	minPause = 20 * time.Millisecond
	maxPause = 2 * time.Second

	dialTimeout = 5 * time.Second
	sendTimeout = 2 * time.Second
	// heartbeat is how long a silent connection is believed to be alive.
	heartbeat = 30 * time.Second
)

// link leads to the other nodes of a database: one connection speaks, one
// listens.
type link struct {
	*outbox
	config  *pgx.ConnConfig
	logger  *slog.Logger
	deliver func(topic string, m *message.Message)
}

// start listens when it returns; the context bounds that.
func (l *link) start(ctx context.Context, b *Bus) error {
	conn, err := l.subscribe(ctx)
	if err != nil {
		return fmt.Errorf("listen for signals: %w", err)
	}
	b.running.Go(func() { l.listen(b.ctx, conn) })
	b.running.Go(func() { l.notify(b.ctx) })
	return nil
}

func (l *link) dial(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	return pgx.ConnectConfig(ctx, l.config)
}

// hangUp ends a connection without waiting for a server that may be gone.
func hangUp(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_ = conn.Close(ctx) // nothing depends on how it ended
}

// wait pauses; it returns false when the context has ended.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

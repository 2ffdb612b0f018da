package signals

import (
	"context"
	"crypto/rand"
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

// link leads to the other nodes: one connection speaks, one listens.
type link struct {
	node       string
	head, tail string // of every notification
	config     *pgx.ConnConfig
	maxAge     time.Duration
	logger     *slog.Logger
	waiting    chan parcel
	deliver    func(topic string, m *message.Message)
	drop       func(n int)
}

// parcel is an encoded signal on its way out.
type parcel struct {
	text []byte
	at   time.Time
}

func newLink(c Config, deliver func(string, *message.Message), drop func(int)) *link {
	l := &link{
		node: rand.Text(), config: c.Database.Copy(), maxAge: c.MaxAge, logger: c.Logger,
		waiting: make(chan parcel, c.Queue), deliver: deliver, drop: drop,
	}
	l.head, l.tail = envelope(l.node)
	return l
}

// add queues a signal for the other nodes.
func (l *link) add(topic string, m *message.Message) error {
	text, err := encodeSignal(topic, m, maxPayload-len(l.head)-len(l.tail))
	if err != nil {
		return err
	}
	select {
	case l.waiting <- parcel{text, time.Now()}:
	default:
		l.drop(1)
	}
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

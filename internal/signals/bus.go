package signals

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/gochannel"
	"github.com/jackc/pgx/v5"
)

// Config says how far signals go.
type Config struct {
	// Database is where the nodes meet; nil when there is one node.
	Database *pgx.ConnConfig
	// NATS are the URLs of NATS servers, separated by commas, over which the
	// nodes meet instead; empty without. Subject tells this installation from
	// others there; required with NATS.
	NATS, Subject string
	// Queue is how many signals wait at most, for this node's subscribers and
	// for the other nodes each; default 4096.
	Queue int
	// MaxAge is how old a signal may be when it leaves this node: after that it
	// says what was, not what is. Default 500 ms.
	MaxAge time.Duration
	Logger *slog.Logger // default: slog.Default()
}

// Bus carries signals. Publishing never blocks: what finds its queue full is
// dropped and counted. Subscribers must ack each message.
type Bus struct {
	local   *gochannel.GoChannel
	arrived chan signal
	link    carrier // to the other nodes; nil without
	dropped atomic.Uint64
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// carrier takes signals to the other nodes.
type carrier interface {
	add(topic string, m *message.Message) error
	start(ctx context.Context, b *Bus) error
}

type signal struct {
	topic   string
	message *message.Message
}

var (
	_ message.Publisher  = (*Bus)(nil)
	_ message.Subscriber = (*Bus)(nil)
)

// Errors of Publish.
var (
	ErrClosed   = errors.New("the signal bus is closed")
	ErrTooLarge = errors.New("the signal is too large")
)

// Open starts a bus. With a database it listens there when Open returns; the
// context bounds that. NATS may be away. Close stops the bus.
func Open(ctx context.Context, c Config) (*Bus, error) {
	if c.Queue == 0 {
		c.Queue = 4096
	}
	if c.MaxAge == 0 {
		c.MaxAge = 500 * time.Millisecond
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	b := &Bus{
		// Publishing there waits for the subscribers, so that signals keep their
		// order and pile up in our queue only, which has an end.
		local:   gochannel.NewGoChannel(gochannel.Config{BlockPublishUntilSubscriberAck: true}, watermill.NopLogger{}),
		arrived: make(chan signal, c.Queue),
	}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	drop := func(n int) { b.dropped.Add(uint64(n)) }
	switch {
	case c.NATS != "":
		b.link = &natsLink{outbox: newOutbox(c, maxMessage, drop), urls: c.NATS, subject: c.Subject, logger: c.Logger, deliver: b.deliver}
	case c.Database != nil:
		b.link = &link{outbox: newOutbox(c, maxPayload, drop), config: c.Database.Copy(), logger: c.Logger, deliver: b.deliver}
	}
	if b.link != nil {
		if err := b.link.start(ctx, b); err != nil {
			b.cancel()
			return nil, err
		}
	}
	b.running.Go(b.distribute)
	return b, nil
}

// Publish sends signals to the subscribers of every node. A signal that is
// larger than what carries it to other nodes takes is refused with ErrTooLarge:
// 8 KB with a database, 64 KiB with NATS.
func (b *Bus) Publish(topic string, messages ...*message.Message) error {
	if b.ctx.Err() != nil {
		return ErrClosed
	}
	for _, m := range messages {
		own := m.Copy()
		delete(own.Metadata, metaForeign)
		if b.link != nil {
			if err := b.link.add(topic, own); err != nil {
				return err
			}
		}
		b.deliver(topic, own)
	}
	return nil
}

// Subscribe gives the signals of a topic, of this node and of the others, until
// the context ends or Close.
func (b *Bus) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	if b.ctx.Err() != nil {
		return nil, ErrClosed
	}
	return b.local.Subscribe(ctx, topic)
}

// Dropped counts the signals that found a queue full or were too old when the
// database was back.
func (b *Bus) Dropped() uint64 { return b.dropped.Load() }

// Away says what keeps signals from the other nodes; empty when nothing does, as
// far as this node knows.
func (b *Bus) Away() string {
	if l, ok := b.link.(*natsLink); ok {
		return l.away()
	}
	return ""
}

// Close stops the bus and closes what Subscribe gave.
func (b *Bus) Close() error {
	b.cancel()
	err := b.local.Close()
	b.running.Wait()
	return err
}

const metaForeign = "foreign"

// Foreign reports whether a signal comes from another node.
func Foreign(m *message.Message) bool { return m.Metadata.Get(metaForeign) != "" }

// deliver hands a signal to the subscribers of this node.
func (b *Bus) deliver(topic string, m *message.Message) {
	select {
	case b.arrived <- signal{topic, m}:
	default:
		b.dropped.Add(1)
	}
}

func (b *Bus) distribute() {
	for {
		select {
		case s := <-b.arrived:
			// It fails only when the bus is being closed.
			_ = b.local.Publish(s.topic, s.message)
		case <-b.ctx.Done():
			return
		}
	}
}

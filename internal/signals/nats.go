package signals

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go"
)

// maxMessage bounds a message on NATS, whose servers take 1 MiB by default.
const maxMessage = 64 << 10

// How soon a NATS server that went away silently is missed.
const (
	pingInterval = 5 * time.Second
	pingsMissed  = 2
)

// natsLink leads to the other nodes over NATS. The server may be away, at the
// start too: signals are lost meanwhile.
type natsLink struct {
	*outbox
	urls, subject string
	logger        *slog.Logger
	deliver       func(topic string, m *message.Message)
	conn          *nats.Conn
}

// CheckNATS refuses malformed URLs of NATS servers without repeating them: they
// may hold passwords.
func CheckNATS(urls string) error {
	schemes := []string{"nats", "tls", "ws", "wss"}
	for text := range strings.SplitSeq(urls, ",") {
		u, err := url.Parse(strings.TrimSpace(text))
		if err != nil || u.Hostname() == "" || !slices.Contains(schemes, u.Scheme) {
			return errors.New("a NATS URL is malformed; want nats://user:password@host:port, several separated by commas")
		}
	}
	return nil
}

func (l *natsLink) start(_ context.Context, b *Bus) error {
	if err := CheckNATS(l.urls); err != nil {
		return err
	}
	if l.subject == "" {
		return errors.New("signals: NATS needs a subject")
	}
	conn, err := nats.Connect(l.urls,
		nats.Name("parley"), nats.NoEcho(), nats.Timeout(dialTimeout),
		nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.IgnoreAuthErrorAbort(),
		nats.ReconnectWait(4*minPause), nats.ReconnectJitter(4*minPause, 4*minPause), nats.ReconnectBufSize(-1),
		nats.PingInterval(pingInterval), nats.MaxPingsOutstanding(pingsMissed), nats.FlusherTimeout(sendTimeout),
		nats.ConnectHandler(func(*nats.Conn) { l.logger.Info("connected to NATS") }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if b.ctx.Err() == nil {
				l.logger.Warn("NATS is away, signals of other nodes do not arrive", "err", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { l.logger.Info("NATS is back, signals of other nodes arrive again") }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { l.logger.Warn("NATS", "err", err) }))
	if err != nil {
		return fmt.Errorf("connect to NATS: %w", err)
	}
	l.conn = conn
	if _, err := conn.Subscribe(l.subject, l.hear); err != nil {
		conn.Close()
		return fmt.Errorf("listen for signals on NATS: %w", err)
	}
	if !conn.IsConnected() {
		l.logger.Warn("NATS does not answer, signals of other nodes do not arrive until it does")
	}
	b.running.Go(func() {
		l.speak(b.ctx)
		conn.Close()
	})
	return nil
}

// away says that there is no connection.
func (l *natsLink) away() string {
	if l.conn.IsConnected() {
		return ""
	}
	return "NATS does not answer; other nodes are heard of later"
}

// hear delivers what another node sends.
func (l *natsLink) hear(m *nats.Msg) {
	signals, err := decode(l.node, string(m.Data))
	if err != nil {
		l.logger.Warn("a message on NATS makes no sense", "err", err)
		return
	}
	for _, s := range signals {
		l.deliver(s.topic, s.message)
	}
}

// speak sends what waits until the context ends. While NATS is away signals are
// lost, not kept.
func (l *natsLink) speak(ctx context.Context) {
	for {
		first, ok := l.first(ctx)
		if !ok {
			return
		}
		text, n := l.gather(first)
		if n == 0 {
			continue // all too old
		}
		// It waits for a full socket no longer than sendTimeout; the queue is bounded.
		if err := l.conn.Publish(l.subject, text); err != nil {
			l.drop(n)
		}
	}
}

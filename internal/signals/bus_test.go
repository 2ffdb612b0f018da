package signals_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"parley/internal/pgtest"
	"parley/internal/signals"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Runner(m)) }

const (
	patience = 20 * time.Second
	topic    = "topic"
)

// open starts a bus, for one node when url is empty. Nothing is too old for it.
func open(t *testing.T, url string, queue int) *signals.Bus {
	t.Helper()
	return openWith(t, url, signals.Config{Queue: queue, MaxAge: time.Hour})
}

func openWith(t *testing.T, url string, c signals.Config) *signals.Bus {
	t.Helper()
	c.Logger = slog.New(slog.DiscardHandler)
	if url != "" {
		var err error
		c.Database, err = pgx.ParseConfig(url)
		require.NoError(t, err)
	}
	b, err := signals.Open(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

func subscribe(t *testing.T, b *signals.Bus) <-chan *message.Message {
	t.Helper()
	c, err := b.Subscribe(t.Context(), topic)
	require.NoError(t, err)
	return c
}

func publish(t *testing.T, b *signals.Bus, texts ...string) {
	t.Helper()
	for _, text := range texts {
		require.NoError(t, b.Publish(topic, message.NewMessage("", []byte(text))))
	}
}

// receive takes the next signal.
func receive(t *testing.T, c <-chan *message.Message) *message.Message {
	t.Helper()
	select {
	case m, ok := <-c:
		require.True(t, ok, "the bus is closed")
		m.Ack()
		return m
	case <-time.After(patience):
		require.FailNow(t, "no signal comes")
		return nil
	}
}

func TestEverySubscriberGetsEverySignalInOrder(t *testing.T) {
	b := open(t, "", 0)
	first, second := subscribe(t, b), subscribe(t, b)
	go func() {
		for i := range 100 {
			_ = b.Publish(topic, message.NewMessage("", fmt.Append(nil, i)))
		}
	}()
	for i := range 100 {
		for _, c := range []<-chan *message.Message{first, second} {
			m := receive(t, c)
			require.Equal(t, fmt.Sprint(i), string(m.Payload))
			require.False(t, signals.Foreign(m))
		}
	}
	require.Zero(t, b.Dropped())
}

func TestSignalsThatNobodyTakesAreDroppedAndCounted(t *testing.T) {
	b := open(t, "", 4)
	subscribe(t, b)
	for range 100 {
		publish(t, b, "x") // none of them waits for the subscriber
	}
	require.GreaterOrEqual(t, b.Dropped(), uint64(100-4-2), "one is with the subscriber, one may be on its way")
}

func TestAClosedBus(t *testing.T) {
	b := open(t, "", 0)
	c := subscribe(t, b)
	publish(t, b, "x") // never taken
	require.NoError(t, b.Close())
	require.ErrorIs(t, b.Publish(topic, message.NewMessage("", nil)), signals.ErrClosed)
	_, err := b.Subscribe(t.Context(), topic)
	require.ErrorIs(t, err, signals.ErrClosed)
	for range c { // it ends
	}
}

func TestNodesOfOneDatabase(t *testing.T) {
	url := pgtest.URL(t)
	a, b := open(t, url, 0), open(t, url, 0)
	here, there := subscribe(t, a), subscribe(t, b)
	sent := message.NewMessage("id", []byte("\x00\xff\"{\n"))
	sent.Metadata.Set("key", "wert ü")
	sent.Metadata.Set("foreign", "yes") // of a signal that is passed on
	require.NoError(t, a.Publish(topic, sent))

	own := receive(t, here)
	require.False(t, signals.Foreign(own))
	foreign := receive(t, there)
	require.True(t, signals.Foreign(foreign))
	require.Equal(t, "id", foreign.UUID)
	require.Equal(t, sent.Payload, foreign.Payload)
	require.Equal(t, "wert ü", foreign.Metadata.Get("key"))

	publish(t, b, "answer")
	next := receive(t, here)
	require.Equal(t, "answer", string(next.Payload), "the own signal comes once")
	require.True(t, signals.Foreign(next))
	require.False(t, signals.Foreign(receive(t, there)))
}

func TestManySignalsShareANotification(t *testing.T) {
	url := pgtest.URL(t)
	a, b := open(t, url, 0), open(t, url, 0)
	there := subscribe(t, b)
	listener, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer listener.Close(context.Background())
	_, err = listener.Exec(t.Context(), "LISTEN parley_signals")
	require.NoError(t, err)

	const n = 1000
	go func() {
		for i := range n {
			_ = a.Publish(topic, message.NewMessage("", fmt.Append(nil, i, strings.Repeat("x", 200))))
		}
	}()
	for i := range n {
		require.True(t, strings.HasPrefix(string(receive(t, there).Payload), fmt.Sprint(i)), "in order")
	}
	notifications := 0
	for seen := 0; seen < n; notifications++ {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		notification, err := listener.WaitForNotification(ctx)
		cancel()
		require.NoError(t, err)
		require.Less(t, len(notification.Payload), 8000)
		seen += strings.Count(notification.Payload, `"topic"`)
	}
	require.Less(t, notifications, n/10)
}

func TestOldSignalsDoNotLeave(t *testing.T) {
	url := pgtest.URL(t)
	a, b := openWith(t, url, signals.Config{MaxAge: 1}), open(t, url, 0)
	here, there := subscribe(t, a), subscribe(t, b)
	publish(t, a, "old when it leaves")
	receive(t, here)
	require.Eventually(t, func() bool { return a.Dropped() == 1 }, patience, time.Millisecond)
	publish(t, b, "next")
	require.Equal(t, "next", string(receive(t, there).Payload))
}

func TestASignalLargerThanANotification(t *testing.T) {
	large := message.NewMessage("", []byte(strings.Repeat("x", 8000)))
	alone := open(t, "", 0)
	c := subscribe(t, alone)
	require.NoError(t, alone.Publish(topic, large), "in process there is no limit")
	require.Len(t, receive(t, c).Payload, 8000)

	shared := open(t, pgtest.URL(t), 0)
	c = subscribe(t, shared)
	require.ErrorIs(t, shared.Publish(topic, large), signals.ErrTooLarge)
	publish(t, shared, "small")
	require.Equal(t, "small", string(receive(t, c).Payload))
}

func TestWhatIsNoNotificationOfOursIsIgnored(t *testing.T) {
	url := pgtest.URL(t)
	a, b := open(t, url, 0), open(t, url, 0)
	there := subscribe(t, b)
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	for _, text := range []string{"", "x", "null", "[]", `{"node":7}`, `{"signals":[{"payload":"%"}]}`, `{"signals":null}`} {
		_, err := conn.Exec(t.Context(), `SELECT pg_notify('parley_signals', $1)`, text)
		require.NoError(t, err)
	}
	publish(t, a, "good")
	require.Equal(t, "good", string(receive(t, there).Payload))
}

func TestSignalsFlowAgainAfterConnectionsWereLost(t *testing.T) {
	url := pgtest.URL(t)
	a, b := open(t, url, 0), open(t, url, 0)
	there := subscribe(t, b)
	publish(t, a, "before")
	receive(t, there)
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), `
		SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ~ 'LISTEN|pg_notify'`)
	require.NoError(t, err)
	deadline := time.After(patience)
	for again := time.NewTicker(20 * time.Millisecond); ; {
		select {
		case m := <-there:
			m.Ack()
			require.Equal(t, "again", string(m.Payload))
			again.Stop()
			return
		case <-again.C:
			publish(t, a, "again")
		case <-deadline:
			require.FailNow(t, "no signal comes any more")
		}
	}
}

func TestABusNeedsItsDatabaseAtTheStart(t *testing.T) {
	config, err := pgx.ParseConfig("postgres://nobody@127.0.0.1:1/none?sslmode=disable")
	require.NoError(t, err)
	_, err = signals.Open(t.Context(), signals.Config{Database: config})
	require.ErrorContains(t, err, "listen for signals")
}

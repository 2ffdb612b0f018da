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

// open starts a bus that is closed when the test ends.
func open(t *testing.T, c signals.Config) *signals.Bus {
	t.Helper()
	c.Logger = slog.New(slog.DiscardHandler)
	b, err := signals.Open(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

// openOn starts a bus on a database. Nothing is too old for it.
func openOn(t *testing.T, url string) *signals.Bus {
	t.Helper()
	config, err := pgx.ParseConfig(url)
	require.NoError(t, err)
	return open(t, signals.Config{Database: config, MaxAge: time.Hour})
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

func TestManySignalsShareANotification(t *testing.T) {
	url := pgtest.URL(t)
	a, b := openOn(t, url), openOn(t, url)
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

func TestASignalLargerThanANotification(t *testing.T) {
	large := message.NewMessage("", []byte(strings.Repeat("x", 8000)))
	alone := open(t, signals.Config{})
	c := subscribe(t, alone)
	require.NoError(t, alone.Publish(topic, large), "in process there is no limit")
	require.Len(t, receive(t, c).Payload, 8000)

	shared := openOn(t, pgtest.URL(t))
	c = subscribe(t, shared)
	require.ErrorIs(t, shared.Publish(topic, large), signals.ErrTooLarge)
	publish(t, shared, "small")
	require.Equal(t, "small", string(receive(t, c).Payload))
}

func TestABusNeedsItsDatabaseAtTheStart(t *testing.T) {
	config, err := pgx.ParseConfig("postgres://nobody@127.0.0.1:1/none?sslmode=disable")
	require.NoError(t, err)
	_, err = signals.Open(t.Context(), signals.Config{Database: config})
	require.ErrorContains(t, err, "listen for signals")
}

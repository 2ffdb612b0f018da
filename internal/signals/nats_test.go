package signals_test

import (
	"log/slog"
	"net"
	"strconv"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"parley/internal/signals"
)

const subject = "parley.test.signals"

// natsServer starts a NATS server on this machine; port -1 is any.
func natsServer(t *testing.T, port int) *natsserver.Server {
	t.Helper()
	s, err := natsserver.NewServer(&natsserver.Options{Host: "127.0.0.1", Port: port, NoLog: true, NoSigs: true})
	require.NoError(t, err)
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	require.True(t, s.ReadyForConnections(patience), "the NATS server does not start")
	return s
}

func meetOverNATS(t *testing.T) meeting {
	s := natsServer(t, natsserver.RANDOM_PORT)
	url := s.ClientURL()
	return meeting{
		config: signals.Config{NATS: url, Subject: subject},
		interrupt: func(t *testing.T) {
			t.Helper()
			port := portOf(t, s)
			s.Shutdown()
			s.WaitForShutdown()
			s = natsServer(t, port)
		},
		garbage: func(t *testing.T, text string) {
			t.Helper()
			conn, err := nats.Connect(url)
			require.NoError(t, err)
			defer conn.Close()
			require.NoError(t, conn.Publish(subject, []byte(text)))
			require.NoError(t, conn.Flush())
		},
	}
}

func portOf(t *testing.T, s *natsserver.Server) int {
	t.Helper()
	_, port, err := net.SplitHostPort(s.Addr().String())
	require.NoError(t, err)
	n, err := strconv.Atoi(port)
	require.NoError(t, err)
	return n
}

func TestANodeStartsWithoutNATSAndFindsItLater(t *testing.T) {
	s := natsServer(t, natsserver.RANDOM_PORT)
	port, url := portOf(t, s), s.ClientURL()
	s.Shutdown()
	s.WaitForShutdown()
	c := signals.Config{NATS: url, Subject: subject, MaxAge: time.Hour}
	a, b := open(t, c), open(t, c)
	require.Contains(t, a.Away(), "NATS does not answer")
	here, there := subscribe(t, a), subscribe(t, b)
	publish(t, a, "within this node")
	require.Equal(t, "within this node", string(receive(t, here).Payload))

	natsServer(t, port)
	meet(t, a, there)
	require.Eventually(t, func() bool { return a.Away() == "" && b.Away() == "" }, patience, time.Millisecond)
	require.Positive(t, a.Dropped(), "what was said before is lost")
}

func TestInstallationsOnOneNATSAreApart(t *testing.T) {
	url := natsServer(t, natsserver.RANDOM_PORT).ClientURL()
	a := open(t, signals.Config{NATS: url, Subject: "parley.1.signals"})
	b := open(t, signals.Config{NATS: url, Subject: "parley.2.signals"})
	c := open(t, signals.Config{NATS: url, Subject: "parley.1.signals"})
	other, same := subscribe(t, b), subscribe(t, c)
	meet(t, a, same)
	publish(t, b, "own")
	require.Equal(t, "own", string(receive(t, other).Payload), "the first thing that comes there")
}

func TestMalformedNATSURLsAreRefused(t *testing.T) {
	for _, good := range []string{"nats://127.0.0.1:4222", "nats://user:pass@a.internal", "tls://a:4222, nats://b:4222", "ws://a", "wss://a:443"} {
		require.NoError(t, signals.CheckNATS(good), good)
	}
	for _, bad := range []string{"", "a:4222", "http://a:4222", "nats://", "nats://secret@:4222", "nats://a,", "nats://a:b:c:secret", "nats://a,\x7f"} {
		err := signals.CheckNATS(bad)
		require.ErrorContains(t, err, "NATS URL is malformed", bad)
		require.NotContains(t, err.Error(), "secret")
		if bad != "" {
			_, err = signals.Open(t.Context(), signals.Config{NATS: bad, Subject: subject, Logger: slog.New(slog.DiscardHandler)})
			require.Error(t, err)
		}
	}
	_, err := signals.Open(t.Context(), signals.Config{NATS: "nats://127.0.0.1:1"})
	require.ErrorContains(t, err, "needs a subject")
}

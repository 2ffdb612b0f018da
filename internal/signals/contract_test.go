package signals_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"parley/internal/pgtest"
	"parley/internal/signals"
)

// meeting is a place where buses meet.
type meeting struct {
	// config is what a bus needs to meet the others there.
	config signals.Config
	// interrupt takes the connections of all buses away for a moment; nil if
	// there are none.
	interrupt func(t *testing.T)
	// garbage puts a text among the signals; nil if nobody could.
	garbage func(t *testing.T, text string)
}

// meetings are the buses of one contract.
var meetings = map[string]func(t *testing.T) meeting{
	"in process": func(*testing.T) meeting { return meeting{} },
	"NOTIFY":     meetInDatabase,
	"NATS":       meetOverNATS,
}

// each runs a case of the contract on every bus.
func each(t *testing.T, test func(t *testing.T, m meeting)) {
	t.Helper()
	for name, meet := range meetings {
		t.Run(name, func(t *testing.T) { test(t, meet(t)) })
	}
}

// eachShared runs a case on the buses between nodes.
func eachShared(t *testing.T, test func(t *testing.T, m meeting)) {
	t.Helper()
	each(t, func(t *testing.T, m meeting) {
		if m.interrupt != nil {
			test(t, m)
		}
	})
}

// open starts a bus there; nothing is too old for it.
func (m meeting) open(t *testing.T, queue int) *signals.Bus {
	t.Helper()
	c := m.config
	c.Queue, c.MaxAge = queue, time.Hour
	return open(t, c)
}

func meetInDatabase(t *testing.T) meeting {
	url := pgtest.URL(t)
	config, err := pgx.ParseConfig(url)
	require.NoError(t, err)
	run := func(t *testing.T, sql string, args ...any) {
		t.Helper()
		conn, err := pgx.Connect(t.Context(), url)
		require.NoError(t, err)
		defer conn.Close(t.Context())
		_, err = conn.Exec(t.Context(), sql, args...)
		require.NoError(t, err)
	}
	return meeting{
		config: signals.Config{Database: config},
		interrupt: func(t *testing.T) {
			t.Helper()
			run(t, `
				SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ~ 'LISTEN|pg_notify'`)
		},
		garbage: func(t *testing.T, text string) {
			t.Helper()
			run(t, `SELECT pg_notify('parley_signals', $1)`, text)
		},
	}
}

func TestEverySubscriberGetsEverySignalInOrder(t *testing.T) {
	each(t, func(t *testing.T, m meeting) {
		b := m.open(t, 0)
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
		require.Empty(t, b.Away())
	})
}

func TestSignalsThatNobodyTakesAreDroppedAndCounted(t *testing.T) {
	each(t, func(t *testing.T, m meeting) {
		b := m.open(t, 4)
		subscribe(t, b)
		for range 100 {
			publish(t, b, "x") // none of them waits for the subscriber
		}
		require.GreaterOrEqual(t, b.Dropped(), uint64(100-4-2), "one is with the subscriber, one may be on its way")
	})
}

func TestAClosedBus(t *testing.T) {
	each(t, func(t *testing.T, m meeting) {
		b := m.open(t, 0)
		c := subscribe(t, b)
		publish(t, b, "x") // never taken
		require.NoError(t, b.Close())
		require.ErrorIs(t, b.Publish(topic, message.NewMessage("", nil)), signals.ErrClosed)
		_, err := b.Subscribe(t.Context(), topic)
		require.ErrorIs(t, err, signals.ErrClosed)
		for range c { // it ends
		}
	})
}

func TestNodesHearEachOther(t *testing.T) {
	eachShared(t, func(t *testing.T, m meeting) {
		a, b := m.open(t, 0), m.open(t, 0)
		here, there := subscribe(t, a), subscribe(t, b)
		meet(t, a, there)
		sent := message.NewMessage("id", []byte("\x00\xff\"{\n"))
		sent.Metadata.Set("key", "wert ü")
		sent.Metadata.Set("foreign", "yes") // of a signal that is passed on
		require.NoError(t, a.Publish(topic, sent))

		own := after(t, here, hello)
		require.False(t, signals.Foreign(own))
		foreign := after(t, there, hello)
		require.True(t, signals.Foreign(foreign))
		require.Equal(t, "id", foreign.UUID)
		require.Equal(t, sent.Payload, foreign.Payload)
		require.Equal(t, "wert ü", foreign.Metadata.Get("key"))

		publish(t, b, "answer")
		next := receive(t, here)
		require.Equal(t, "answer", string(next.Payload), "the own signal comes once")
		require.True(t, signals.Foreign(next))
		require.False(t, signals.Foreign(receive(t, there)))
	})
}

func TestManySignalsArriveInOrder(t *testing.T) {
	eachShared(t, func(t *testing.T, m meeting) {
		a, b := m.open(t, 0), m.open(t, 0)
		there := subscribe(t, b)
		meet(t, a, there)
		const n = 1000
		go func() {
			for i := range n {
				_ = a.Publish(topic, message.NewMessage("", fmt.Append(nil, i, strings.Repeat("x", 200))))
			}
		}()
		for i := range n {
			text := string(after(t, there, hello).Payload)
			require.True(t, strings.HasPrefix(text, fmt.Sprint(i, strings.Repeat("x", 200))), "number %d is %.10s", i, text)
		}
		require.Zero(t, a.Dropped()+b.Dropped())
	})
}

func TestOldSignalsDoNotLeave(t *testing.T) {
	eachShared(t, func(t *testing.T, m meeting) {
		old := m.config
		old.MaxAge = 1
		a, b := open(t, old), m.open(t, 0)
		here, there := subscribe(t, a), subscribe(t, b)
		publish(t, a, "old when it leaves")
		receive(t, here)
		require.Eventually(t, func() bool { return a.Dropped() == 1 }, patience, time.Millisecond)
		publish(t, b, "next")
		require.Equal(t, "next", string(receive(t, there).Payload))
	})
}

func TestASignalThatIsTooLargeIsRefused(t *testing.T) {
	eachShared(t, func(t *testing.T, m meeting) {
		b := m.open(t, 0)
		c := subscribe(t, b)
		large := message.NewMessage("", []byte(strings.Repeat("x", 64<<10)))
		require.ErrorIs(t, b.Publish(topic, large), signals.ErrTooLarge)
		publish(t, b, "small")
		require.Equal(t, "small", string(receive(t, c).Payload))
	})
}

func TestWhatMakesNoSenseIsIgnored(t *testing.T) {
	eachShared(t, func(t *testing.T, m meeting) {
		a, b := m.open(t, 0), m.open(t, 0)
		there := subscribe(t, b)
		meet(t, a, there)
		for _, text := range []string{"", "x", "null", "[]", `{"node":7}`, `{"signals":[{"payload":"%"}]}`, `{"signals":null}`} {
			m.garbage(t, text)
		}
		publish(t, a, "good")
		require.Equal(t, "good", string(after(t, there, hello).Payload))
	})
}

func TestSignalsFlowAgainAfterConnectionsWereLost(t *testing.T) {
	eachShared(t, func(t *testing.T, m meeting) {
		a, b := m.open(t, 0), m.open(t, 0)
		there := subscribe(t, b)
		meet(t, a, there)
		m.interrupt(t)
		meetWith(t, a, there, "again")
	})
}

const hello = "hello"

// meet returns when what one bus publishes arrives at another.
func meet(t *testing.T, from *signals.Bus, at <-chan *message.Message) {
	t.Helper()
	meetWith(t, from, at, hello)
}

func meetWith(t *testing.T, from *signals.Bus, at <-chan *message.Message, word string) {
	t.Helper()
	deadline := time.After(patience)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case m := <-at:
			m.Ack()
			if string(m.Payload) == word {
				return
			}
		case <-again.C:
			publish(t, from, word)
		case <-deadline:
			require.FailNow(t, "no signal arrives")
		}
	}
}

// after is the next signal beside a word that may come several times.
func after(t *testing.T, c <-chan *message.Message, word string) *message.Message {
	t.Helper()
	for {
		if m := receive(t, c); string(m.Payload) != word {
			return m
		}
	}
}

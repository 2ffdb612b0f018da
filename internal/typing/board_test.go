package typing_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"parley/commands"
	"parley/domain"
	"parley/internal/typing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	app     domain.AppID     = "shop"
	channel domain.ChannelID = 7
)

// world is a board with a clock of its own.
type world struct {
	t     *testing.T
	board *typing.Board
	now   time.Time
	wrote map[domain.UserID]int64
	told  [][]byte // what went to the other nodes
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Unix(1_700_000_000, 0), wrote: map[domain.UserID]int64{}}
	var err error
	w.board, err = typing.New(typing.Config{
		Publisher: w, Now: func() time.Time { return w.now }, Logger: slog.New(slog.DiscardHandler),
		LastWrite: func(_ domain.AppID, u domain.UserID) int64 { return w.wrote[u] },
	})
	require.NoError(t, err)
	return w
}

// Publish notes what other nodes would get.
func (w *world) Publish(topic string, messages ...*message.Message) error {
	require.Equal(w.t, typing.Topic, topic)
	for _, m := range messages {
		w.told = append(w.told, m.Payload)
	}
	return nil
}

func (w *world) Close() error { return nil }

func (w *world) signal(u domain.UserID, position int64) {
	w.board.Signal(commands.TypingSignal{App: app, Channel: channel, User: u, Position: position})
}

func (w *world) end(u domain.UserID, position int64) {
	w.board.Signal(commands.TypingSignal{App: app, Channel: channel, User: u, Position: position, Ended: true})
}

// hear delivers payloads as the bus does.
func (w *world) hear(foreign bool, payloads ...[]byte) {
	w.t.Helper()
	c := make(chan *message.Message, len(payloads))
	for _, p := range payloads {
		m := message.NewMessage("", p)
		if foreign {
			m.Metadata.Set("foreign", "yes")
		}
		c <- m
		defer func() {
			select {
			case <-m.Acked():
			default:
				w.t.Error("a signal is not acked")
			}
		}()
	}
	close(c)
	w.board.Follow(c)
}

func (w *world) typists() []domain.UserID {
	users := w.board.Typists(app, channel)
	slices.Sort(users)
	return users
}

func TestASignalLivesFiveSeconds(t *testing.T) {
	w := newWorld(t)
	w.signal("ann", 1)
	w.now = w.now.Add(5*time.Second - 1)
	require.Equal(t, []domain.UserID{"ann"}, w.typists(), "CH-702")
	w.now = w.now.Add(1)
	require.Empty(t, w.typists(), "CH-702")
	w.signal("ann", 1)
	w.now = w.now.Add(3 * time.Second)
	w.signal("ann", 1)
	w.now = w.now.Add(4 * time.Second)
	require.Equal(t, []domain.UserID{"ann"}, w.typists(), "CH-702 renewed")
	w.now = w.now.Add(time.Second)
	require.Empty(t, w.typists())
}

func TestOneSignalASecondGoesToOthers(t *testing.T) {
	w := newWorld(t)
	for range 50 { // 2.5 s
		w.signal("ann", 1)
		w.now = w.now.Add(50 * time.Millisecond)
	}
	require.Len(t, w.told, 3)
	w.now = w.now.Add(5*time.Second - 51*time.Millisecond)
	require.Equal(t, []domain.UserID{"ann"}, w.typists(), "CH-702 signals that stay here count here")
	w.signal("bob", 1)
	require.Len(t, w.told, 4, "another user")
	w.board.Signal(commands.TypingSignal{App: app, Channel: 8, User: "bob"})
	require.Len(t, w.told, 5, "another channel")
	w.end("bob", 9)
	w.signal("bob", 9)
	require.Len(t, w.told, 5, "writing in between makes no flood")
	require.Contains(t, w.typists(), domain.UserID("bob"))
}

func TestSignalsOfOtherNodes(t *testing.T) {
	here, there := newWorld(t), newWorld(t)
	here.signal("ann", 5)
	there.hear(true, here.told...)
	require.Equal(t, []domain.UserID{"ann"}, there.typists(), "CH-705 passed between nodes")
	require.Empty(t, there.told, "not passed on")
	there.now = there.now.Add(6 * time.Second)
	require.Empty(t, there.typists(), "CH-702 gone at the latest after 6 s")

	t.Run("that this node has sent itself are known", func(t *testing.T) {
		here.end("ann", 6)
		here.hear(false, here.told...)
		require.Empty(t, here.typists())
	})
	t.Run("that come after what their user wrote are over", func(t *testing.T) {
		there.wrote["ann"] = 6
		there.hear(true, here.told...)
		require.Empty(t, there.typists(), "CH-703")
	})
	t.Run("that make no sense are ignored", func(t *testing.T) {
		for _, text := range []string{
			"", "x", "null", "{}", "[]", `{"app":"shop","channel":"7"}`, `{"app":"Shop","channel":"7","user":"ann"}`,
			`{"app":"shop","channel":"-7","user":"ann"}`, `{"app":"shop","channel":"7","user":"a/b"}`,
		} {
			there.hear(true, []byte(text))
			require.Empty(t, there.typists(), text)
		}
	})
	t.Run("of a user who types here as well", func(t *testing.T) {
		w := newWorld(t)
		foreign, err := json.Marshal(map[string]any{"app": app, "channel": channel, "user": "ann", "position": 1})
		require.NoError(t, err)
		w.hear(true, foreign)
		w.signal("ann", 1)
		require.Len(t, w.told, 1)
		require.Equal(t, []domain.UserID{"ann"}, w.typists())
	})
}

func TestWhatEndsTyping(t *testing.T) {
	for name, test := range map[string]struct {
		do   func(w *world)
		want []domain.UserID
	}{
		"CH-703 an event after the signal":               {func(w *world) { w.end("ann", 11) }, []domain.UserID{"bob"}},
		"CH-703 an event seen after a later signal":      {func(w *world) { w.end("ann", 10); w.end("ann", 9) }, []domain.UserID{"ann", "bob"}},
		"CH-703 an event of somebody else":               {func(w *world) { w.end("eve", 11) }, []domain.UserID{"ann", "bob"}},
		"CH-703 typing again after it":                   {func(w *world) { w.end("ann", 11); w.signal("ann", 11) }, []domain.UserID{"ann", "bob"}},
		"CH-703 a signal from before it that comes late": {func(w *world) { w.wrote["ann"] = 11; w.end("ann", 11); w.signal("ann", 10) }, []domain.UserID{"bob"}},
		"CH-160 the end of the channel":                  {func(w *world) { w.end("", 11) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.signal("ann", 10)
			w.signal("bob", 10)
			test.do(w)
			require.Equal(t, test.want, w.typists())
		})
	}
}

func TestChannelsAndAppsAreApart(t *testing.T) {
	w := newWorld(t)
	w.signal("ann", 1)
	require.Empty(t, w.board.Typists(app, 8))
	require.Empty(t, w.board.Typists("other", channel))
}

func TestTheBoardIsBounded(t *testing.T) {
	w := newWorld(t)
	for i := range 300 {
		w.signal(domain.UserID(fmt.Sprint("u", i)), 1)
	}
	require.Len(t, w.typists(), 200)
	require.Len(t, w.told, 200, "what is not shown here is not shown elsewhere")
	require.EqualValues(t, 100, w.board.Dropped())
	for i := range 20_000 {
		w.board.Signal(commands.TypingSignal{App: app, Channel: domain.ChannelID(100 + i), User: "ann"})
	}
	require.Len(t, w.told, 10_000, "an app takes no more")
	w.board.Signal(commands.TypingSignal{App: "other", Channel: 1, User: "ann"})
	require.Len(t, w.board.Typists("other", 1), 1, "other apps do not suffer")
	for a := range 10 {
		for i := range 9_000 {
			w.board.Signal(commands.TypingSignal{App: domain.AppID(fmt.Sprint("a", a)), Channel: domain.ChannelID(1 + i), User: "ann"})
		}
	}
	require.Len(t, w.told, 50_000)
	w.now = w.now.Add(5 * time.Second)
	w.signal("ann", 1)
	require.Equal(t, []domain.UserID{"ann"}, w.typists(), "what has expired makes room")
}

func TestAFailureToPublishIsNoFailureToType(t *testing.T) {
	b, err := typing.New(typing.Config{
		Publisher: failing{}, Logger: slog.New(slog.DiscardHandler), LastWrite: func(domain.AppID, domain.UserID) int64 { return 0 },
	})
	require.NoError(t, err)
	b.Signal(commands.TypingSignal{App: app, Channel: channel, User: domain.UserID(strings.Repeat("u", 128))})
	require.Len(t, b.Typists(app, channel), 1)
	_, err = typing.New(typing.Config{})
	require.Error(t, err)
}

type failing struct{}

func (failing) Publish(string, ...*message.Message) error { return errors.New("away") }
func (failing) Close() error                              { return nil }

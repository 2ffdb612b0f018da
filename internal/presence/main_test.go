package presence_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/presence"
)

const (
	app domain.AppID     = "shop"
	den domain.ChannelID = 7
)

// told is a log of what was told, each with the time since the beginning.
type told struct {
	began time.Time
	mu    sync.Mutex
	lines []string
	broke error
	hold  chan struct{} // appends wait for it; nil: they do not
	at    int64
}

func (l *told) append(stream string, here domain.State, events []domain.Event) (commands.Outcome, error) {
	l.mu.Lock()
	hold := l.hold
	l.mu.Unlock()
	if hold != nil {
		<-hold
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broke != nil {
		return commands.Outcome{}, l.broke
	}
	for _, e := range events {
		l.at++
		l.lines = append(l.lines, fmt.Sprintf("%v %s %s", time.Since(l.began), stream, line(e)))
		here.Evolve(domain.Recorded{Event: e})
	}
	return commands.Outcome{Position: l.at}, nil
}

func line(e domain.Event) string {
	switch e := e.(type) {
	case domain.PresenceEntered:
		return "+" + string(e.User)
	case domain.PresenceLeft:
		return "-" + string(e.User)
	case domain.ConnectionsChanged:
		return fmt.Sprint(e.Channels)
	}
	return e.Type()
}

func (l *told) ChangePresence(_ context.Context, c commands.ChangePresence) (commands.Outcome, error) {
	slices.Sort(c.Enter)
	slices.Sort(c.Leave)
	return l.append(domain.PresenceStream(c.App, c.Channel), c.Here, append(c.Here.Enter(c.Enter...), c.Here.Leave(c.Leave...)...))
}

func (l *told) ChangeConnections(_ context.Context, c commands.ChangeConnections) (commands.Outcome, error) {
	return l.append(domain.NodeStream(c.App, c.Node), c.Here, c.Here.Change(c.Channels))
}

func (l *told) ClearNode(_ context.Context, c commands.ClearNode) (commands.Outcome, error) {
	return l.append(domain.NodeStream(c.App, c.Node)+" by "+string(c.By), domain.NewConnections(c.Node), []domain.Event{domain.NodeCleared{Node: c.Node}})
}

// new are the lines since the last time, presence before figures of the same
// moment.
func (l *told) new() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.lines
	l.lines = nil
	return lines
}

func (l *told) set(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

// tracking runs a test with a tracker in a bubble of time.
func tracking(t *testing.T, c presence.Config, test func(t *testing.T, tr *presence.Tracker, log *told, stop func())) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		log := &told{began: time.Now()}
		c.Node, c.Commands, c.Logger = "a", log, slog.New(slog.DiscardHandler)
		tr, err := presence.New(c)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			tr.Run(ctx)
		}()
		stop := func() {
			cancel()
			<-ended
		}
		defer stop()
		test(t, tr, log, stop)
	})
}

// pass lets time pass and everything that is due be done.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

package irc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/irc"
)

// server carries out commands once, and keeps their order in each room.
type server struct {
	mu     sync.Mutex
	known  map[irc.Origin]bool
	rooms  map[string][]string
	refuse map[int64]bool // entries by n
	dies   int            // requests until the client is gone; 0: never
	most   int            // the largest request
}

func newServer() *server {
	return &server{known: map[irc.Origin]bool{}, rooms: map[string][]string{}}
}

var errGone = errors.New("gone")

func (s *server) send(ctx context.Context, commands []irc.Command) ([]irc.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dies > 0 {
		if s.dies--; s.dies == 0 {
			s.carryOut(commands[:len(commands)/2])
			return nil, errGone
		}
	}
	s.most = max(s.most, len(commands))
	return s.carryOut(commands), ctx.Err()
}

func (s *server) carryOut(commands []irc.Command) (results []irc.Result) {
	for i, c := range commands {
		r := irc.Result{Line: i + 1, Status: irc.Done}
		switch {
		case s.known[c.Origin]:
			r.Status = irc.Repeated
		case s.refuse[c.N]:
			text := `{"status":"refused","error":{"code":"CHAT_NOT_MEMBER","message":"not a member"}}`
			if err := json.Unmarshal([]byte(text), &r); err != nil {
				panic(err)
			}
		default:
			s.known[c.Origin] = true
			room := c.Origin.Source
			if c.ChannelOf != nil {
				room = c.ChannelOf.Source
			}
			s.rooms[room] = append(s.rooms[room], fmt.Sprint(c.Op, " ", c.As, " ", c.N))
		}
		results = append(results, r)
	}
	return results
}

// talk is a log of some rooms in which people come, talk and go.
func talk(rooms, entries int) string {
	var b strings.Builder
	for n := range entries {
		typ := []string{"message", "message", "join", "action", "leave", "nick"}[n%6]
		fmt.Fprintf(&b, `{"n":%d,"ts":%d,"room":"room-%d","type":%q,"user":"u%d","text":"t%d"}`+"\n", n, 1000+n, n/7%rooms, typ, n%11, n%5)
	}
	return b.String()
}

func importAll(t *testing.T, s *server, log string, i *irc.Importer) (*irc.Mapper, error) {
	t.Helper()
	r, err := irc.NewReader(strings.NewReader(log))
	require.NoError(t, err)
	m := irc.NewMapper("log", "import")
	i.Send = s.send
	return m, i.Import(t.Context(), r, m)
}

func TestAnImportThatWasInterruptedEndsLikeAnother(t *testing.T) {
	log := talk(23, 20_000)
	whole := newServer()
	progress := 0
	i := &irc.Importer{Progress: func(n int) { progress += n }}
	m, err := importAll(t, whole, log, i)
	require.NoError(t, err)
	require.Equal(t, 20_000, m.Entries())
	require.Equal(t, 20_000, progress)
	require.Equal(t, map[string]int{irc.Done: m.Commands}, i.Results())
	require.LessOrEqual(t, whole.most, 1000)
	require.Len(t, whole.rooms, 23)

	torn := newServer()
	for _, requests := range []int{1, 3, 7} {
		torn.dies = requests
		_, err := importAll(t, torn, log, &irc.Importer{})
		require.ErrorIs(t, err, errGone)
	}
	_, err = importAll(t, torn, log, &irc.Importer{})
	require.NoError(t, err)
	require.Equal(t, whole.rooms, torn.rooms, "in order, and nothing twice")

	again := &irc.Importer{}
	_, err = importAll(t, torn, log, again)
	require.NoError(t, err)
	require.Equal(t, map[string]int{irc.Repeated: m.Commands}, again.Results(), "a second run adds nothing")
}

func TestABrokenLineEndsTheImport(t *testing.T) {
	log := talk(2, 100) + "{broken\n" + talk(2, 200)[len(talk(2, 100)):]
	s := newServer()
	m, err := importAll(t, s, log, &irc.Importer{})
	var broken *irc.LineError
	require.ErrorAs(t, err, &broken)
	require.Equal(t, 101, broken.Line)
	require.Equal(t, 100, m.Entries())
	require.Len(t, s.known, m.Commands, "what is before it is imported")

	var bad []error
	m, err = importAll(t, s, log, &irc.Importer{SkipBad: true, Bad: func(err error) { bad = append(bad, err) }})
	require.NoError(t, err)
	require.Len(t, bad, 1)
	require.ErrorAs(t, bad[0], &broken)
	require.Equal(t, 1, m.Broken)
	require.Equal(t, 201, m.Entries())
}

func TestARefusedCommandEndsTheImport(t *testing.T) {
	s := newServer()
	s.refuse = map[int64]bool{49: true}
	_, err := importAll(t, s, talk(2, 100), &irc.Importer{})
	require.ErrorContains(t, err, "entry n=49 of room-1 by u5")
	require.ErrorContains(t, err, "CHAT_NOT_MEMBER")

	var bad []error
	i := &irc.Importer{SkipBad: true, Bad: func(err error) { bad = append(bad, err) }}
	m, err := importAll(t, s, talk(2, 100), i)
	require.NoError(t, err)
	require.NotEmpty(t, bad)
	require.Equal(t, m.Commands, i.Results()[irc.Done]+i.Results()[irc.Repeated]+len(bad))
}

func TestAnImportEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := irc.NewReader(strings.NewReader(talk(2, 100)))
	require.NoError(t, err)
	err = (&irc.Importer{Send: newServer().send}).Import(ctx, r, irc.NewMapper("log", "import"))
	require.ErrorIs(t, err, context.Canceled)
}

package parley_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	parley "parley/clients/go"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait.
const patience = 20 * time.Second

// script is a server that does what a test says.
type script struct {
	t       *testing.T
	url     string
	tickets int
	peers   chan *peer
	answer  http.HandlerFunc // of what is not about sockets

	mu       sync.Mutex
	requests []string // method, path with query, and key
}

func newScript(t *testing.T) *script {
	t.Helper()
	s := &script{t: t, peers: make(chan *peer)}
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(server.Close)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	s.url = server.URL
	return s
}

// client is a client of the script that does not wait long.
func (s *script) client() *parley.Client {
	return &parley.Client{
		URL:     s.url,
		Token:   func(context.Context) (string, error) { return "token", nil },
		Backoff: parley.Backoff{First: time.Millisecond, Most: 4 * time.Millisecond},
	}
}

func (s *script) serve(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/v1/auth/ws-ticket":
		s.mu.Lock()
		s.tickets++
		n := s.tickets
		s.mu.Unlock()
		fmt.Fprintf(w, `{"data":{"ticket":"wst_%d","expires_at":1}}`, n)
	case "/v1/ws":
		s.accept(w, r)
	default:
		s.mu.Lock()
		s.requests = append(s.requests, r.Method+" "+r.RequestURI+" "+r.Header.Get("Idempotency-Key"))
		s.mu.Unlock()
		s.answer(w, r)
	}
}

// made are the requests so far.
func (s *script) made() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

func (s *script) accept(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	p := &peer{t: s.t, conn: conn, ticket: r.URL.Query().Get("ticket"), frames: make(chan string, 100), over: make(chan struct{})}
	defer close(p.over)
	select {
	case s.peers <- p:
	case <-time.After(patience):
		return
	}
	for {
		_, text, err := conn.Read(context.Background())
		if err != nil {
			return
		}
		p.frames <- string(text)
	}
}

// next is the next connection.
func (s *script) next() *peer {
	s.t.Helper()
	select {
	case p := <-s.peers:
		return p
	case <-time.After(patience):
		s.t.Fatal("nobody connects")
		return nil
	}
}

// peer is the server's side of a connection.
type peer struct {
	t      *testing.T
	conn   *websocket.Conn
	ticket string
	frames chan string
	over   chan struct{}
}

// want waits for a frame with this text.
func (p *peer) want(text string) {
	p.t.Helper()
	select {
	case got := <-p.frames:
		require.JSONEq(p.t, text, got)
	case <-time.After(patience):
		p.t.Fatalf("no frame comes, want %s", text)
	}
}

// say sends frames.
func (p *peer) say(frames ...string) {
	p.t.Helper()
	for _, f := range frames {
		require.True(p.t, json.Valid([]byte(f)), f)
		require.NoError(p.t, p.conn.Write(p.t.Context(), websocket.MessageText, []byte(f)))
	}
}

// cut ends the connection without a goodbye.
func (p *peer) cut() { _ = p.conn.CloseNow() }

// subscribed confirms a subscription of channel 7.
func subscribed(seq int) string {
	return fmt.Sprintf(`{"type":"subscribed","data":{"channel_id":"7","last_message_id":null,"seq":%d}}`, seq)
}

// told is an event of channel 7; part tells those of one seq apart.
func told(seq, part int) string {
	return fmt.Sprintf(`{"type":"message","event_id":"%d.%d","seq":%d,"data":{"id":"%d","channel_id":"7","body":"text %d"}}`, seq, part, seq, 100+seq, seq)
}

// run runs a socket until the test ends.
func run(t *testing.T, s *parley.Socket) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
	})
}

// journal keeps what a socket tells.
type journal chan string

func (j journal) want(t *testing.T, want ...string) {
	t.Helper()
	for _, w := range want {
		select {
		case got := <-j:
			require.Equal(t, w, got)
		case <-time.After(patience):
			t.Fatalf("nothing is told, want %s", w)
		}
	}
}

// follow is a socket of a client that keeps what it is told.
func follow(c *parley.Client) (*parley.Socket, journal) {
	j := make(journal, 100)
	return &parley.Socket{
		Client: c,
		Event:  func(e parley.Event) { j <- fmt.Sprintf("%s %s %s", e.Type, e.Channel, e.ID) },
		Discontinuity: func(d parley.Discontinuity) {
			j <- fmt.Sprintf("discontinuity %s %d %s", d.Channel, d.Seq, d.LastMessageID)
		},
		Refused: func(channel parley.ID, r *parley.Refused) { j <- fmt.Sprintf("refused %s %s", channel, r.Code) },
	}, j
}

package apitest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// Socket is a client's end of a WebSocket, over a library that is not the
// server's.
type Socket struct {
	Conn *websocket.Conn

	t       testing.TB
	secrets *secrets
	frames  chan Frame
	here    chan Frame // those of presence, which come by themselves
	ended   chan struct{}
	err     error // once ended
	cancel  context.CancelFunc
	once    sync.Once
}

// Frame is what the server sends.
type Frame struct {
	Type    string          `json:"type"`
	EventID string          `json:"event_id"`
	Seq     int64           `json:"seq"`
	Data    json.RawMessage `json:"data"`
}

// Text reads a member of the data as text, "" if there is none.
func (f Frame) Text(name string) string {
	var o map[string]any
	if json.Unmarshal(f.Data, &o) != nil {
		return ""
	}
	s, _ := o[name].(string)
	return s
}

// Ticket gets a ticket for a socket.
func (u *User) Ticket() string {
	u.s.t().Helper()
	var body struct {
		Data struct{ Ticket string }
	}
	a := u.Post("/v1/auth/ws-ticket", nil).Want(http.StatusOK)
	if err := json.Unmarshal(a.Body, &body); err != nil {
		u.s.t().Fatalf("%s: %v", a, err)
	}
	return body.Data.Ticket
}

// Socket opens a socket with a ticket; more is added to its query.
func (u *User) Socket(more ...string) *Socket {
	u.s.t().Helper()
	query := append([]string{"ticket=" + u.Ticket()}, more...)
	s, res := u.s.Dial("/v1/ws?"+strings.Join(query, "&"), nil)
	if s == nil {
		u.s.t().Fatalf("the socket was refused: %v", res)
	}
	return s
}

// Dial opens a socket at a path; without success the answer is what came
// instead, if anything.
func (s *Server) Dial(path string, header http.Header) (*Socket, *http.Response) {
	s.t().Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	conn, res, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(s.URL, "http")+path, &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		return nil, res
	}
	conn.SetReadLimit(1 << 20)
	o := &Socket{Conn: conn, t: s.t(), secrets: s.secrets, frames: make(chan Frame, 100_000), here: make(chan Frame, 100_000), ended: make(chan struct{})}
	var reading context.Context
	reading, o.cancel = context.WithCancel(context.Background())
	go o.read(reading)
	s.t().Cleanup(o.Drop)
	return o, res
}

func (o *Socket) read(ctx context.Context) {
	defer close(o.ended)
	defer close(o.frames)
	for {
		kind, text, err := o.Conn.Read(ctx)
		if err != nil {
			o.err = err
			return
		}
		var f Frame
		if err := json.Unmarshal(text, &f); err != nil || kind != websocket.MessageText || f.Type == "" {
			o.t.Errorf("not a frame: %q: %v", text, err)
		}
		if f.Type == "presence_update" {
			o.here <- f
			continue
		}
		o.frames <- f
	}
}

// Drop ends the connection without a word.
func (o *Socket) Drop() {
	o.once.Do(func() {
		o.cancel()
		o.Conn.CloseNow()
		<-o.ended
	})
}

// Send sends a frame; data may be nil.
func (o *Socket) Send(kind string, data any) {
	o.t.Helper()
	f := map[string]any{"type": kind}
	if data != nil {
		f["data"] = data
	}
	o.Raw(JSON(f))
}

// Raw sends a text as it is.
func (o *Socket) Raw(text string) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	if err := o.Conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		o.t.Errorf("send %.80s: %v", text, err)
	}
}

// Presence is the next frame of who is present. Those are kept apart from the
// others: the first sockets of the users of a test bring them.
func (o *Socket) Presence() Frame {
	o.t.Helper()
	select {
	case f := <-o.here:
		return f
	case <-time.After(Patience):
		o.t.Fatal("no frame of presence came")
	}
	panic("not reached")
}

// Next is the next frame that is not of presence.
func (o *Socket) Next() Frame {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	select {
	case f, ok := <-o.frames:
		if !ok {
			o.t.Fatalf("the socket ended: %v", o.err)
		}
		return f
	case <-ctx.Done():
		o.t.Fatal("no frame came")
	}
	panic("not reached")
}

// Want is the next frame, which is of a type.
func (o *Socket) Want(kind string) Frame {
	o.t.Helper()
	f := o.Next()
	if f.Type != kind {
		o.t.Fatalf("want a frame %s, got %s %s", kind, f.Type, f.Data)
	}
	return f
}

// Subscribe subscribes to a channel and is the confirmation.
func (o *Socket) Subscribe(channel string) Frame {
	o.t.Helper()
	o.Send("subscribe", map[string]string{"channel_id": channel})
	return o.Want("subscribed")
}

// Quiet sees that nothing has come: what the server had to say before it
// answers a heartbeat would have come before.
func (o *Socket) Quiet() {
	o.t.Helper()
	o.Send("heartbeat", nil)
	o.Want("heartbeat_ack")
}

// CloseCode waits for the end of the socket and is the code of its close
// frame, -1 without one.
func (o *Socket) CloseCode() int {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	select {
	case <-o.ended:
	case <-ctx.Done():
		o.t.Fatal("the socket does not end")
	}
	var e websocket.CloseError
	if errors.As(o.err, &e) {
		return int(e.Code)
	}
	return -1
}

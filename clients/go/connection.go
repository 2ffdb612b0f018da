package parley

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/coder/websocket"
)

const (
	// askPause is when a subscription is asked for again that was refused for
	// the time being.
	askPause = time.Second
	// frameLimit bounds a frame of the server: a message may have many
	// reactions.
	frameLimit = 8 << 20
)

// connection is a Socket while it is connected.
type connection struct {
	s        *Socket
	conn     *websocket.Conn
	patience time.Duration // with a silent server
	progress bool          // something new came
}

// connect opens a connection and serves it until it ends. It reports whether
// the connection brought the socket on, so that the next failure is the first.
func (s *Socket) connect(ctx context.Context) (progress bool, err error) {
	conn, err := s.dial(ctx)
	if err != nil {
		return false, err
	}
	defer func() { _ = conn.CloseNow() }() // it has ended, or ends without a goodbye
	conn.SetReadLimit(frameLimit)
	beat := s.Heartbeat
	if beat == 0 {
		beat = 30 * time.Second
	}
	c := &connection{s: s, conn: conn, patience: 2 * beat}
	wake := s.setOnline(true)
	defer s.setOnline(false)
	if s.Connected != nil {
		s.Connected()
	}
	return c.run(ctx, beat, wake)
}

// run reads here and writes beside, and waits for both.
func (c *connection) run(ctx context.Context, beat time.Duration, wake <-chan struct{}) (bool, error) {
	ctx, cancel := context.WithCancel(ctx)
	written := make(chan error, 1)
	go func() {
		err := c.write(ctx, beat, wake)
		if err != nil {
			cancel() // the reader cannot go on alone
		}
		written <- err
	}()
	err := c.readAll(ctx)
	lost := ctx.Err() != nil
	cancel()
	if failed := <-written; failed != nil && lost {
		err = failed
	}
	return c.progress, err
}

// dial opens a socket with a new ticket (CH-801, CH-802).
func (s *Socket) dial(ctx context.Context) (*websocket.Conn, error) {
	var ticket SocketTicket
	if err := s.Client.try(ctx, request{method: http.MethodPost, path: "/v1/auth/ws-ticket"}, &ticket); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.Client.timeout())
	defer cancel()
	address := s.Client.at("/v1/ws", url.Values{"ticket": {ticket.Data.Ticket}})
	conn, resp, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPClient: s.Client.http()})
	if err == nil {
		return conn, nil
	}
	if resp != nil && resp.StatusCode != http.StatusSwitchingProtocols {
		return nil, fmt.Errorf("open a socket: %w", refusedHandshake(resp))
	}
	// The error itself would show the ticket.
	return nil, fmt.Errorf("%w to the handshake of a socket", errLost)
}

// write writes what is due, and heartbeats, until the context ends or the
// connection fails.
func (c *connection) write(ctx context.Context, beat time.Duration, wake <-chan struct{}) error {
	heartbeat, again := time.NewTicker(beat), time.NewTicker(askPause)
	defer heartbeat.Stop()
	defer again.Stop()
	for {
		for _, f := range c.s.due() {
			if err := c.send(ctx, f); err != nil {
				return err
			}
		}
		select {
		case <-wake:
		case <-again.C:
			c.s.askAgain()
		case <-heartbeat.C:
			if err := c.send(ctx, outgoingFrame{Type: "heartbeat"}); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

func (c *connection) send(ctx context.Context, f outgoingFrame) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	return c.conn.Write(ctx, websocket.MessageText, text)
}

// readAll takes frames until the connection ends.
func (c *connection) readAll(ctx context.Context) error {
	for {
		text, err := c.read(ctx)
		if err != nil {
			return err
		}
		if err := c.take(text); err != nil {
			return err
		}
	}
}

func (c *connection) read(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	_, text, err := c.conn.Read(ctx)
	return text, err
}

// take does what a frame asks for.
func (c *connection) take(text []byte) error {
	var f frame
	if err := json.Unmarshal(text, &f); err != nil {
		return fmt.Errorf("decode a frame: %w", err)
	}
	a := f.about()
	channel := f.channel(a)
	switch f.Type {
	case "unsubscribed":
	case "heartbeat_ack":
		c.progress = true
	case "subscribed":
		c.confirmed(channel, a)
	case "discontinuity":
		c.discontinued(channel, a)
	case "error":
		c.refused(channel, f.Data)
	default:
		return c.event(channel, f)
	}
	return nil
}

// event hands on a signal, or an event that has not come before.
func (c *connection) event(channel ID, f frame) error {
	if f.Seq > 0 {
		switch c.judge(channel, f) {
		case repeat:
			return nil
		case gap:
			return fmt.Errorf("%w before %s of channel %s", ErrGap, f.EventID, channel)
		}
		c.progress = true
	}
	if c.s.Event != nil {
		c.s.Event(f.event(channel))
	}
	return nil
}

// judge remembers an event. One of a channel that is followed no more, or not
// confirmed yet anew, is none that is waited for.
func (c *connection) judge(channel ID, f frame) verdict {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	sub := c.s.subs[channel]
	if sub == nil || !sub.confirmed {
		return repeat
	}
	return sub.take(f.EventID, f.Seq)
}

// confirmed notes that events of a channel follow. The first confirmation says
// from where on.
func (c *connection) confirmed(channel ID, a about) {
	c.s.mu.Lock()
	sub := c.s.subs[channel]
	if sub != nil {
		sub.confirmed = true
		if !sub.placed {
			sub.place(a.Seq)
		}
	}
	c.s.mu.Unlock()
	if sub != nil && c.s.Subscribed != nil {
		c.s.Subscribed(channel)
	}
}

// discontinued goes on from where the server does (CH-824).
func (c *connection) discontinued(channel ID, a about) {
	c.s.mu.Lock()
	sub := c.s.subs[channel]
	if sub != nil {
		sub.place(a.Seq)
	}
	c.s.mu.Unlock()
	if sub != nil && c.s.Discontinuity != nil {
		c.s.Discontinuity(Discontinuity{Channel: channel, Seq: a.Seq, LastMessageID: a.LastMessageID})
	}
}

// refused drops a subscription that cannot be had; one that is refused for the
// time being is asked for again.
func (c *connection) refused(channel ID, data json.RawMessage) {
	r := &Refused{}
	if err := json.Unmarshal(data, &r.ErrorDetail); err != nil {
		r.Message = string(data)
	}
	c.s.mu.Lock()
	sub := c.s.subs[channel]
	pending := sub != nil && sub.asked && !sub.confirmed
	later := pending && (r.Code == ErrorCodeRATELIMITED || r.Code == ErrorCodeUNAVAILABLE || r.Code == ErrorCodeINTERNAL)
	switch {
	case later:
		sub.again = true
	case pending:
		delete(c.s.subs, channel)
	}
	c.s.mu.Unlock()
	if !later && c.s.Refused != nil {
		c.s.Refused(channel, r)
	}
}

// refusedHandshake reads the refusal of a handshake: the library keeps the
// beginning of the body.
func refusedHandshake(resp *http.Response) *Refused {
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		text = nil
	}
	return newRefused(resp, text)
}

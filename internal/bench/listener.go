package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/gobwas/ws"
)

// listener is a client's end of a WebSocket that does as little as possible,
// so that what is measured is the server.
type listener struct {
	conn net.Conn
	in   *bufio.Reader
}

// openTime bounds the opening of a socket.
const openTime = 30 * time.Second

// listen opens a socket as the bearer of a token and subscribes to a channel.
func listen(ctx context.Context, addr, token, channel string) (*listener, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	l := &listener{conn: conn, in: bufio.NewReaderSize(conn, 2048)}
	conn.SetDeadline(time.Now().Add(openTime))
	if err := l.open(addr, token, channel); err != nil {
		conn.Close()
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	conn.SetDeadline(time.Time{})
	return l, nil
}

func (l *listener) open(addr, token, channel string) error {
	_, err := fmt.Fprintf(l.conn, "GET /v1/ws HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", addr, token)
	if err != nil {
		return err
	}
	status, err := l.in.ReadString('\n')
	if err != nil || !strings.HasPrefix(status, "HTTP/1.1 101 ") {
		return fmt.Errorf("%q: %w", status, errors.Join(err, errRefused))
	}
	for line := status; line != "\r\n"; {
		if line, err = l.in.ReadString('\n'); err != nil {
			return err
		}
	}
	text := []byte(`{"type":"subscribe","data":{"channel_id":"` + channel + `"}}`)
	if err := ws.WriteFrame(l.conn, ws.MaskFrameInPlace(ws.NewTextFrame(text))); err != nil {
		return err
	}
	for {
		frame, err := l.next()
		switch {
		case err != nil:
			return err
		case bytes.HasPrefix(frame, []byte(`{"data":{"code"`)):
			return fmt.Errorf("subscribe: %s", frame)
		case bytes.Contains(frame, []byte(`"type":"subscribed"`)):
			return nil
		}
	}
}

var errRefused = errors.New("the handshake was refused")

// next is the payload of the next frame, valid until the one after it.
func (l *listener) next() ([]byte, error) {
	n, err := l.size()
	if err != nil {
		return nil, err
	}
	if n <= l.in.Size() {
		b, err := l.in.Peek(n)
		if err == nil {
			_, err = l.in.Discard(n)
		}
		return b, err
	}
	b := make([]byte, n)
	_, err = io.ReadFull(l.in, b)
	return b, err
}

// skip reads the next frame and reports whether it is a message.
func (l *listener) skip() (message bool, err error) {
	n, err := l.size()
	if err != nil {
		return false, err
	}
	begin, err := l.in.Peek(min(n, len(messageFrame)))
	if err != nil {
		return false, err
	}
	message = string(begin) == messageFrame
	_, err = l.in.Discard(n)
	return message, err
}

// messageFrame is how the frame of a message begins.
const messageFrame = `{"type":"message","event_id":"`

// size reads the head of a frame, which a server does not mask.
func (l *listener) size() (int, error) {
	head, err := l.in.Peek(2)
	if err != nil {
		return 0, err
	}
	if head[0]&0x0f == byte(ws.OpClose) {
		return 0, errEnded
	}
	switch n := int(head[1]); n {
	default:
		_, err := l.in.Discard(2)
		return n, err
	case 126:
		if head, err = l.in.Peek(4); err != nil {
			return 0, err
		}
		n := int(binary.BigEndian.Uint16(head[2:]))
		_, err := l.in.Discard(4)
		return n, err
	case 127:
		if head, err = l.in.Peek(10); err != nil {
			return 0, err
		}
		n := int(binary.BigEndian.Uint64(head[2:]))
		_, err := l.in.Discard(10)
		return n, err
	}
}

var errEnded = errors.New("the server has closed the socket")

// close ends the connection.
func (l *listener) close() { l.conn.Close() }

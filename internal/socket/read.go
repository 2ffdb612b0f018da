package socket

import (
	"errors"
	"io"
	"os"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// Read gives the next text message, valid until the next Read. Pings are
// answered on the way. What breaks the protocol closes the connection with its
// code; so does a client that is silent for too long.
func (c *Conn) Read() ([]byte, error) {
	if cap(c.message) > keptBuffer {
		c.message = nil
	}
	c.message = c.message[:0]
	state := ws.StateServerSide
	for pieces := 0; ; {
		h, err := c.header()
		if err != nil {
			return nil, err
		}
		if err := ws.CheckHeader(h, state); err != nil {
			return nil, c.fail(ProtocolError, err.Error())
		}
		if h.OpCode.IsControl() {
			if err := c.control(h); err != nil {
				return nil, err
			}
			continue
		}
		pieces++
		switch {
		case h.OpCode == ws.OpBinary:
			return nil, c.fail(Unsupported, "send text")
		case h.Length > int64(c.c.MaxMessage-len(c.message)):
			return nil, c.fail(TooLarge, "the message is too large")
		case pieces > c.c.MaxPieces:
			return nil, c.fail(PolicyViolation, "the message has too many fragments")
		}
		if err := c.payload(h); err != nil {
			return nil, err
		}
		if !h.Fin {
			state = state.Set(ws.StateFragmented)
			continue
		}
		if !utf8.Valid(c.message) {
			return nil, c.fail(InvalidText, "the text is not UTF-8")
		}
		return c.message, nil
	}
}

// keptBuffer is the size up to which the buffer of messages is kept.
const keptBuffer = 4 << 10

// header waits for the next frame.
func (c *Conn) header() (ws.Header, error) {
	c.allowSilence()
	h, err := ws.ReadHeader(c.in)
	switch {
	case err == nil:
		return h, nil
	case errors.Is(err, os.ErrDeadlineExceeded) && c.isClosing() == 0:
		return h, c.fail(HeartbeatMissed, "no heartbeat")
	case errors.Is(err, ws.ErrHeaderLengthMSB), errors.Is(err, ws.ErrHeaderLengthUnexpected):
		return h, c.fail(ProtocolError, err.Error())
	}
	return h, ErrClosed
}

// allowSilence lets the client be silent from now on for as long as it may. One
// that is being closed keeps the grace it was given.
func (c *Conn) allowSilence() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing == 0 {
		c.net.SetReadDeadline(time.Now().Add(c.c.Idle)) // an error shows in the read
	}
}

// payload reads a frame's payload behind what the message has.
func (c *Conn) payload(h ws.Header) error {
	n := len(c.message)
	c.message = append(c.message, make([]byte, h.Length)...)
	if _, err := io.ReadFull(c.in, c.message[n:]); err != nil {
		return ErrClosed
	}
	ws.Cipher(c.message[n:], h.Mask, 0)
	return nil
}

// control answers a ping, and a close by closing.
func (c *Conn) control(h ws.Header) error {
	var buffer [ws.MaxControlFramePayloadSize]byte
	payload := buffer[:h.Length]
	if _, err := io.ReadFull(c.in, payload); err != nil {
		return ErrClosed
	}
	ws.Cipher(payload, h.Mask, 0)
	switch h.OpCode {
	case ws.OpPing:
		c.Push(compile(ws.NewPongFrame(payload)))
	case ws.OpClose:
		code, reason := ws.ParseCloseFrameDataUnsafe(payload)
		if err := ws.CheckCloseFrameData(code, reason); err != nil && len(payload) > 0 {
			return c.fail(ProtocolError, "the close frame is malformed")
		}
		if len(payload) == 0 {
			code = ws.StatusNormalClosure
		}
		c.close(int(code), "")
		c.settle()
		return ErrClosed
	}
	return nil
}

// fail closes the connection for what the client did.
func (c *Conn) fail(code int, reason string) error {
	c.close(code, reason)
	c.settle()
	return ErrClosed
}

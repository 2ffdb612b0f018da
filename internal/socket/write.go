package socket

import (
	"context"
	"io"
	"time"

	"github.com/gobwas/ws"
)

// Frame is a text message as it goes over the wire. It is the same for every
// connection, so one that many get is made once.
func Frame(text []byte) []byte { return compile(ws.NewTextFrame(text)) }

func compile(f ws.Frame) []byte {
	b, err := ws.CompileFrame(f)
	if err != nil {
		panic(err) // it writes to memory
	}
	return b
}

// Push puts frames in line. A connection whose queue has no room for them is
// closed with 4029 rather than holding up the others (CH-821). It never blocks;
// false: the connection is closing.
func (c *Conn) Push(frames ...[]byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing != 0 {
		return false
	}
	if c.waiting+len(frames) > c.c.Queue || c.bytes > c.c.QueueBytes {
		c.c.Meter.dropped.Add(uint64(c.waiting + len(frames)))
		c.drop()
		c.last(TooSlow, "too slow")
		return false
	}
	c.add(frames...)
	return true
}

// PushWait puts frames in line when at most half of the queue waits, so that a
// long past does not look like a slow reader. The context or the end of the
// connection end the wait.
func (c *Conn) PushWait(ctx context.Context, frames ...[]byte) error {
	for len(frames) > 0 {
		n := min(len(frames), c.c.Queue/4+1)
		if err := c.awaitRoom(ctx, n); err != nil {
			return err
		}
		if !c.Push(frames[:n]...) {
			return ErrClosed
		}
		frames = frames[n:]
	}
	return nil
}

func (c *Conn) awaitRoom(ctx context.Context, n int) error {
	for {
		c.mu.Lock()
		if c.closing != 0 || c.waiting+n <= c.c.Queue/2+1 && c.bytes <= c.c.QueueBytes/2 {
			c.mu.Unlock()
			return nil
		}
		if c.room == nil {
			c.room = make(chan struct{})
		}
		room := c.room
		c.mu.Unlock()
		select {
		case <-room:
		case <-c.done:
			return ErrClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Close says goodbye with a code after what is in line.
func (c *Conn) Close(code int, reason string) { c.close(code, reason) }

func (c *Conn) close(code int, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing == 0 {
		c.last(code, reason)
	}
}

// last puts the close frame in line: nothing follows it. From now on the client
// has the grace to read and to answer.
func (c *Conn) last(code int, reason string) {
	c.closing = code
	c.c.Meter.close(code)
	c.add(compile(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusCode(code), reason))))
	until := time.Now().Add(c.c.Grace)
	c.net.SetWriteDeadline(until) // errors show in reads and writes
	c.net.SetReadDeadline(until)
	c.wake()
}

func (c *Conn) isClosing() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closing
}

// drop forgets the frames that nobody is writing. The lock is held.
func (c *Conn) drop() {
	for _, f := range c.queue {
		c.bytes -= len(f)
	}
	c.waiting -= len(c.queue)
	clear(c.queue)
	c.queue = c.queue[:0]
}

// add puts frames in line and has them written. The lock is held.
func (c *Conn) add(frames ...[]byte) {
	c.queue = append(c.queue, frames...)
	c.waiting += len(frames)
	for _, f := range frames {
		c.bytes += len(f)
	}
	if !c.flushing {
		c.flushing = true
		go c.flush()
	}
}

// wake tells whoever waits for room or for the end of writing. The lock is
// held.
func (c *Conn) wake() {
	if c.room != nil {
		close(c.room)
		c.room = nil
	}
}

// writeSize is how many bytes of small frames are written at once.
const writeSize = 16 << 10

// flush writes what is in line and ends: an idle connection has no goroutine
// that writes.
func (c *Conn) flush() {
	var batch [][]byte
	var buffer []byte
	for {
		c.mu.Lock()
		if len(c.queue) == 0 {
			c.flushing = false
			c.wake()
			c.mu.Unlock()
			return
		}
		batch, c.queue = c.queue, batch[:0]
		c.mu.Unlock()
		for rest := batch; len(rest) > 0; {
			var n int
			n, buffer = gather(rest, buffer[:0])
			out := buffer
			if n == 1 {
				out = rest[0]
			}
			_, err := c.net.Write(out)
			c.written(rest[:n], err)
			rest = rest[n:]
		}
		clear(batch)
	}
}

// gather copies small frames together; n is how many it took, one that is
// alone is not copied.
func gather(frames [][]byte, buffer []byte) (n int, out []byte) {
	if len(frames) == 1 || len(frames[0])+len(frames[1]) > writeSize {
		return 1, buffer
	}
	for n < len(frames) && (n == 0 || len(buffer)+len(frames[n]) <= writeSize) {
		buffer = append(buffer, frames[n]...)
		n++
	}
	return n, buffer
}

func (c *Conn) written(frames [][]byte, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range frames {
		c.bytes -= len(f)
	}
	c.waiting -= len(frames)
	if err == nil {
		c.c.Meter.written.Add(uint64(len(frames)))
		if c.waiting <= c.c.Queue/4 {
			c.wake()
		}
		return
	}
	c.drop()
	if c.closing == 0 {
		c.closing = GoingAway // nobody is there any more
		c.c.Meter.close(abnormal)
	}
	c.net.SetReadDeadline(time.Now()) // ends the reader
	c.wake()
}

// settle waits until everything is written, and then for a moment until the
// client has seen the close frame: a connection with unread input that is
// closed at once is reset, and the frame lost.
func (c *Conn) settle() {
	for {
		c.mu.Lock()
		if !c.flushing {
			c.mu.Unlock()
			break
		}
		if c.room == nil {
			c.room = make(chan struct{})
		}
		room := c.room
		c.mu.Unlock()
		select {
		case <-room:
		case <-c.done:
			return
		}
	}
	if half, ok := c.net.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		io.Copy(io.Discard, io.LimitReader(c.in, maxLeft)) // until the deadline or the client's end
	}
}

// maxLeft is how much of a failed client's input is read off.
const maxLeft = 1 << 20

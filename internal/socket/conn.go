package socket

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gobwas/ws"
)

// Close codes: those of RFC 6455 that a server uses, and the contract's own
// (CH-822).
const (
	Normal          = 1000
	GoingAway       = 1001
	ProtocolError   = 1002
	Unsupported     = 1003
	InvalidText     = 1007
	PolicyViolation = 1008
	TooLarge        = 1009
	TokenExpired    = 4001
	HeartbeatMissed = 4008
	TooSlow         = 4029
)

// Config bounds a connection. Zero fields have defaults.
type Config struct {
	MaxMessage int           // bytes of a message from the client; default 64 KiB (CH-809)
	MaxPieces  int           // frames of one message; default 1,024
	Queue      int           // frames that wait to be written; default 1,024 (CH-821)
	QueueBytes int           // bytes that wait to be written; default 4 MiB
	Idle       time.Duration // longest silence of the client; default 90 s (CH-804)
	// Grace is how long a client that is being closed may take to read what
	// was written and to answer; default 5 s.
	Grace time.Duration
	Meter *Meter // counts; nil: nobody counts
}

func (c Config) withDefaults() Config {
	if c.MaxMessage == 0 {
		c.MaxMessage = 64 << 10
	}
	if c.MaxPieces == 0 {
		c.MaxPieces = 1024
	}
	if c.Queue == 0 {
		c.Queue = 1024
	}
	if c.QueueBytes == 0 {
		c.QueueBytes = 4 << 20
	}
	if c.Idle == 0 {
		c.Idle = 90 * time.Second
	}
	if c.Grace == 0 {
		c.Grace = 5 * time.Second
	}
	if c.Meter == nil {
		c.Meter = &Meter{}
	}
	return c
}

// Conn is one connection. One goroutine reads; any may push and close.
type Conn struct {
	c   Config
	net net.Conn

	in      *bufio.Reader
	message []byte // that Read has given last

	mu       sync.Mutex
	queue    [][]byte
	waiting  int // frames not written yet, those that are being written included
	bytes    int
	flushing bool
	closing  int           // the code of the close frame that is the last frame
	room     chan struct{} // closed when frames were written; nil: nobody waits
	done     chan struct{} // closed by Release
	once     sync.Once
}

// ErrClosed is the end of a connection: nothing more is read or written.
var ErrClosed = errors.New("the connection is closed")

// Acceptable reports whether a request asks for a WebSocket, as RFC 6455 4.2.1
// wants it.
func Acceptable(r *http.Request) bool {
	h := r.Header
	return r.Method == http.MethodGet && r.ProtoAtLeast(1, 1) && r.ProtoMajor == 1 && hasToken(h, "Upgrade", "websocket") &&
		hasToken(h, "Connection", "upgrade") && len(h.Get("Sec-WebSocket-Key")) == 24 && h.Get("Sec-WebSocket-Version") == "13"
}

// Upgrade answers an acceptable request with 101 and takes its connection. The
// caller reads until an error and then calls Release.
func Upgrade(w http.ResponseWriter, r *http.Request, header http.Header, c Config) (*Conn, error) {
	c = c.withDefaults()
	conn, rw, _, err := ws.HTTPUpgrader{Timeout: c.Grace, Header: header}.Upgrade(r, w)
	if err != nil {
		if conn != nil {
			conn.Close()
		}
		return nil, err
	}
	if tcp, ok := conn.(interface{ SetWriteBuffer(int) error }); ok {
		_ = tcp.SetWriteBuffer(kernelBuffer) // without it the system's own bound holds
	}
	in := rw.Reader
	if in.Buffered() == 0 {
		in = bufio.NewReaderSize(conn, 256) // most frames of clients are small, and most sockets idle
	}
	return newConn(conn, in, c), nil
}

func newConn(conn net.Conn, in *bufio.Reader, c Config) *Conn {
	c.Meter.open.Add(1)
	return &Conn{c: c, net: conn, in: in, done: make(chan struct{})}
}

// kernelBuffer is how much the system may hold of what a client does not read:
// beyond it frames wait in the queue, where they are counted.
const kernelBuffer = 128 << 10

// Done is closed when the connection has ended.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Release gives the connection back, whatever still waits.
func (c *Conn) Release() {
	c.once.Do(func() {
		c.net.Close()
		close(c.done)
		c.mu.Lock()
		c.drop()
		c.mu.Unlock()
		c.c.Meter.open.Add(-1)
	})
}

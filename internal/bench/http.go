package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
)

// Limits of a response.
const (
	maxHead = 64 << 10
	maxBody = 64 << 20
)

// Conn is a keep-alive HTTP/1.1 connection that costs little: requests are
// written as they are, of responses only what a measurement needs is read.
type Conn struct {
	conn net.Conn
	buf  []byte
	from int // unread bytes are buf[from:to]
	to   int
	body []byte // of the last chunked response
}

// Response is an answer. Body is valid until the next request.
type Response struct {
	Status int
	Body   []byte
	Close  bool // the server closes the connection after it
}

// Dial connects to host:port.
func Dial(ctx context.Context, addr string) (*Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return newConn(conn), nil
}

func newConn(c net.Conn) *Conn { return &Conn{conn: c, buf: make([]byte, 4096)} }

// Close closes the connection.
func (c *Conn) Close() error { return c.conn.Close() }

// Do writes a whole request and reads its response.
func (c *Conn) Do(request []byte) (Response, error) {
	if _, err := c.conn.Write(request); err != nil {
		return Response{}, err
	}
	return c.read()
}

func (c *Conn) read() (Response, error) {
	head, err := c.head()
	if err != nil {
		return Response{}, err
	}
	r, length, err := parseHead(head)
	if err != nil {
		return r, err
	}
	switch {
	case r.Status == 204 || r.Status == 304:
	case length == chunked:
		r.Body, err = c.chunks()
	case length < 0:
		err = errors.New("response without Content-Length")
	default:
		r.Body, err = c.take(length)
	}
	return r, err
}

// head returns the status line and the header lines.
func (c *Conn) head() ([]byte, error) {
	for searched := 0; ; {
		if i := bytes.Index(c.buf[c.from+searched:c.to], []byte("\r\n\r\n")); i >= 0 {
			return c.take(searched + i + 4)
		}
		searched = max(c.to-c.from-3, 0)
		if c.to-c.from > maxHead {
			return nil, errors.New("response header is too long")
		}
		if err := c.fill(); err != nil {
			return nil, err
		}
	}
}

// chunked stands for a length that the body itself tells.
const chunked = -2

func parseHead(head []byte) (r Response, length int, err error) {
	line, rest, _ := bytes.Cut(head, []byte("\r\n"))
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return r, 0, fmt.Errorf("no HTTP/1.1 status line: %.40q", line)
	}
	if r.Status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return r, 0, fmt.Errorf("no status: %.40q", line)
	}
	length = -1
	for len(rest) > 0 {
		line, rest, _ = bytes.Cut(rest, []byte("\r\n"))
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch len(name) {
		case len("Content-Length"):
			if bytes.EqualFold(name, []byte("Content-Length")) && length != chunked {
				if length, err = strconv.Atoi(string(value)); err != nil || length < 0 || length > maxBody {
					return r, 0, fmt.Errorf("bad Content-Length %.20q", value)
				}
			}
		case len("Transfer-Encoding"):
			if bytes.EqualFold(name, []byte("Transfer-Encoding")) && bytes.EqualFold(value, []byte("chunked")) {
				length = chunked
			}
		case len("Connection"):
			r.Close = r.Close || bytes.EqualFold(name, []byte("Connection")) && bytes.EqualFold(value, []byte("close"))
		}
	}
	return r, length, nil
}

// chunks reads a chunked body, trailers included.
func (c *Conn) chunks() ([]byte, error) {
	c.body = c.body[:0]
	for {
		line, err := c.line()
		if err != nil {
			return nil, err
		}
		digits, _, _ := bytes.Cut(line, []byte(";"))
		n, err := strconv.ParseUint(string(bytes.TrimSpace(digits)), 16, 31)
		if err != nil || len(c.body)+int(n) > maxBody {
			return nil, fmt.Errorf("bad chunk size %.20q", line)
		}
		if n == 0 {
			break
		}
		part, err := c.take(int(n) + 2)
		if err != nil {
			return nil, err
		}
		c.body = append(c.body, part[:n]...)
	}
	for {
		line, err := c.line()
		if err != nil || len(line) == 0 {
			return c.body, err
		}
	}
}

// line reads a line without its end.
func (c *Conn) line() ([]byte, error) {
	for {
		if i := bytes.Index(c.buf[c.from:c.to], []byte("\r\n")); i >= 0 {
			line, err := c.take(i + 2)
			return line[:i], err
		}
		if c.to-c.from > maxHead {
			return nil, errors.New("line is too long")
		}
		if err := c.fill(); err != nil {
			return nil, err
		}
	}
}

// take consumes n bytes; they are valid until the next fill.
func (c *Conn) take(n int) ([]byte, error) {
	for c.to-c.from < n {
		if len(c.buf) < n {
			grown := make([]byte, max(2*len(c.buf), n))
			c.to = copy(grown, c.buf[c.from:c.to])
			c.buf, c.from = grown, 0
		}
		if err := c.fill(); err != nil {
			return nil, err
		}
	}
	b := c.buf[c.from : c.from+n]
	c.from += n
	return b, nil
}

// fill reads what has arrived, at least one byte.
func (c *Conn) fill() error {
	if c.from > 0 {
		c.to = copy(c.buf, c.buf[c.from:c.to])
		c.from = 0
	}
	if c.to == len(c.buf) {
		c.buf = append(c.buf, make([]byte, len(c.buf))...)
	}
	n, err := c.conn.Read(c.buf[c.to:])
	c.to += n
	if n > 0 {
		return nil
	}
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

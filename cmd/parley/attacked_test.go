package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// attacked is a server that is spoken to in bytes, and an honest user of it.
type attacked struct {
	*process
	external
	addr, token, room string
	secret            string // of the app's key
}

func newAttacked(t *testing.T) *attacked {
	t.Helper()
	x := newExternal(t)
	a := &attacked{process: start(t, x.args("serve", "--log-format", "json")...), external: x}
	a.addr = strings.TrimPrefix(a.process.url, "http://")
	a.secret = shownKey.FindStringSubmatch(a.stdout.String())[2]
	a.token = sign(t, "demo", a.secret, "ann")
	a.room = a.process.room(t, a.token)
	return a
}

// dial opens a connection that ends with the test.
func (a *attacked) dial(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", a.addr)
	require.NoError(t, err)
	require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
	t.Cleanup(func() { c.Close() })
	return c
}

// head is a request up to its end of header, with further lines.
func (a *attacked) head(line string, headers ...string) string {
	lines := append([]string{line, "Host: parley", "Authorization: Bearer " + a.token}, headers...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// tell sends text, as much as is taken, and reads all answers until the server
// closes the connection.
func (a *attacked) tell(t *testing.T, text io.Reader) (answers []*http.Response, raw string) {
	t.Helper()
	c := a.dial(t)
	var sending sync.WaitGroup
	sending.Go(func() { io.Copy(c, text) }) // the server may close before the end
	said := readAll(t, c)
	c.Close()
	sending.Wait()
	r := bufio.NewReader(strings.NewReader(said))
	for {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			return answers, said
		}
		_, err = io.Copy(io.Discard, res.Body)
		require.NoError(t, err)
		res.Body.Close()
		answers = append(answers, res)
	}
}

// readAll reads until the server closes the connection, which a reset is too.
func readAll(t *testing.T, c net.Conn) string {
	t.Helper()
	b, err := io.ReadAll(c)
	require.False(t, errors.Is(err, os.ErrDeadlineExceeded), "the connection stays open after %q", b)
	return string(b)
}

// honest demands that a user is served.
func (a *attacked) honest(t *testing.T) {
	t.Helper()
	a.post(t, a.token, a.room, `{"body":"honest"}`, &message{})
}

// unchanged demands that what f does appends nothing to the log.
func (a *attacked) unchanged(t *testing.T, f func()) {
	t.Helper()
	before := a.external.head(t)
	f()
	require.Equal(t, before, a.external.head(t), "the log has grown")
}

// endless repeats a chunk of a body for ever.
func endless(chunk string) io.Reader {
	text := fmt.Sprintf("%x\r\n%s\r\n", len(chunk), chunk)
	rest := ""
	return readerFunc(func(p []byte) (int, error) {
		if rest == "" {
			rest = text
		}
		n := copy(p, rest)
		rest = rest[n:]
		return n, nil
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// counted counts what is read.
type counted struct {
	io.Reader
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// drip sends a byte now and then until the connection is closed.
func drip(t *testing.T, c net.Conn, more string) {
	tick := time.NewTicker(200 * time.Millisecond)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer tick.Stop()
		for range tick.C {
			if _, err := io.WriteString(c, more); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { c.Close(); <-done })
}

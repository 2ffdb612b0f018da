package main

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
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
}

func newAttacked(t *testing.T) *attacked {
	t.Helper()
	x := newExternal(t)
	a := &attacked{process: start(t, x.args("serve", "--log-format", "json")...), external: x}
	x.unlimited(t)
	a.addr = strings.TrimPrefix(a.process.url, "http://")
	a.token = sign(t, "demo", shownKey.FindStringSubmatch(a.stdout.String())[2], "ann")
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

const canary = "canary-of-the-attack"

// TestBrokenRequests speaks HTTP as no client should.
func TestBrokenRequests(t *testing.T) {
	t.Parallel()
	a := newAttacked(t)
	body := `{"body":"smuggled"}`
	length := fmt.Sprintf("Content-Length: %d", len(body))
	post := "POST " + a.room + " HTTP/1.1"
	chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	tests := map[string]struct {
		text     string
		statuses []int // of the one answer; none when the connection may just be closed
	}{
		"RS-120 two lengths":                    {a.head(post, length, "Content-Length: 5") + body, []int{400}},
		"RS-120 two lengths in one line":        {a.head(post, length+", 5") + body, []int{400}},
		"RS-120 a negative length":              {a.head(post, "Content-Length: -1") + body, []int{400}},
		"RS-120 a length with a plus":           {a.head(post, "Content-Length: +19") + body, []int{400}},
		"RS-120 a length in hexadecimal":        {a.head(post, "Content-Length: 0x13") + body, []int{400}},
		"RS-120 a length beyond all numbers":    {a.head(post, "Content-Length: 99999999999999999999") + body, []int{400}},
		"RS-120 a blank before the colon":       {a.head(post, strings.Replace(length, ":", " :", 1)) + body, []int{400}},
		"RS-120 a length and an odd encoding":   {a.head(post, length, "Transfer-Encoding: xchunked") + body, []int{400, 501}},
		"RS-120 two encodings":                  {a.head(post, "Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + chunked, []int{400, 501}},
		"RS-120 a chunk that is no number":      {a.head(post, "Transfer-Encoding: chunked") + "xyz\r\n" + body, []int{400}},
		"RS-120 a chunk of negative length":     {a.head(post, "Transfer-Encoding: chunked") + "-13\r\n" + body, []int{400}},
		"RS-107 an idempotency key with U+0000": {a.head(post, length, "Idempotency-Key: a\x00b") + body, []int{400}},
		"RS-107 an idempotency key with DEL":    {a.head(post, length, "Idempotency-Key: a\x7fb", "Connection: close") + body, []int{400}},
		"RS-068 bytes in the path":              {a.head("GET /v1/channels/\xff\xc3\x28 HTTP/1.1", "Connection: close"), []int{400, 404}},
		"RS-068 bytes in the query":             {a.head("GET "+a.room+"?limit=\xff HTTP/1.1", "Connection: close"), []int{400}},
		"RS-075 U+0000 in the path":             {a.head("GET /v1/channels/\x00 HTTP/1.1"), []int{400}},
		"RS-122 no version":                     {"GET /v1/channels\r\n\r\n", []int{400}},
		"RS-122 HTTP/0.9":                       {a.head("GET /v1/channels HTTP/0.9", "X-Canary: "+canary), []int{400, 505}},
		"RS-122 HTTP/9.9":                       {a.head("GET /v1/channels HTTP/9.9", "X-Canary: "+canary), []int{400, 505}},
		"RS-122 HTTP/2 without being asked":     {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", []int{400, 404, 405, 505}},
		"RS-122 TRACE":                          {a.head("TRACE /v1/channels HTTP/1.1", "X-Canary: "+canary, "Connection: close"), []int{405}},
		"RS-122 TRACE with a body":              {a.head("TRACE "+a.room+" HTTP/1.1", length, "Connection: close") + body, []int{405}},
		"RS-122 CONNECT to a host":              {a.head("CONNECT "+canary+".example:443 HTTP/1.1", "Connection: close"), []int{400, 405}},
		"RS-122 CONNECT to a path":              {a.head("CONNECT /v1/channels HTTP/1.1", "Connection: close"), []int{400, 405}},
		"RS-122 PATCH":                          {a.head("PATCH "+a.room+" HTTP/1.1", length, "Connection: close") + body, []int{405}},
		"RS-122 a method that nobody knows":     {a.head("CANARY "+a.room+" HTTP/1.1", length, "Connection: close") + body, []int{405}},
		"RS-122 a method that is none":          {a.head("GE{T} /v1/channels HTTP/1.1"), []int{400}},
		"RS-122 the path of another server":     {a.head("GET http://"+canary+".example/v1/nothing HTTP/1.1", "Connection: close"), []int{400, 404}},
		"RS-122 bytes of another protocol":      {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("\x00", 600), []int{400}},
		"RS-121 a header of 3 MB":               {a.head("GET /v1/channels HTTP/1.1", "X-Large: "+strings.Repeat("x", 3<<20)), []int{400, 431}},
		"RS-121 a header without an end":        {"GET /v1/channels HTTP/1.1\r\nX-Large: " + strings.Repeat("x", 3<<20), []int{400, 431}},
		"RS-121 an address of 1.2 MB":           {a.head("GET /v1/channels?x=" + strings.Repeat("x", 1_200_000) + " HTTP/1.1"), []int{400, 414, 431}},
		"RS-121 10,000 headers":                 {a.head("GET /v1/channels HTTP/1.1", strings.Split(strings.Repeat("X-Many: 1\n", 10_000), "\n")[:10_000]...), []int{400, 431}},
		"RS-019 a token of 60,000 dots":         {"GET /v1/channels HTTP/1.1\r\nHost: parley\r\nAuthorization: Bearer " + strings.Repeat(".", 60_000) + "\r\n\r\n", []int{401, 431}},
		"RS-064 a length of 1 TB":               {a.head(post, "Content-Length: 1099511627776") + body, []int{413}},
		"RS-064 a length of 1 TB, with leave":   {a.head(post, "Content-Length: 1099511627776", "Expect: 100-continue"), []int{413}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a.unchanged(t, func() {
				answers, raw := a.tell(t, strings.NewReader(tt.text))
				require.Len(t, answers, 1, raw)
				require.Contains(t, tt.statuses, answers[0].StatusCode, raw)
				require.NotContains(t, raw, canary)
				require.NotContains(t, raw, a.token)
			})
		})
	}
	t.Run("RS-120 a length and chunks: what follows is no second request", func(t *testing.T) {
		smuggled := a.head(post, length, "Connection: close") + body
		for _, headers := range [][]string{
			{"Content-Length: 5", "Transfer-Encoding: chunked"}, {"Transfer-Encoding: chunked", fmt.Sprintf("Content-Length: %d", len(chunked)+len(smuggled))},
		} {
			before := a.sent(t)
			answers, raw := a.tell(t, strings.NewReader(a.head(post, headers...)+chunked+smuggled))
			require.Len(t, answers, 1, raw)
			require.LessOrEqual(t, a.sent(t), before+1)
		}
	})
	t.Run("RS-122 TLS on the plain port", func(t *testing.T) {
		a.unchanged(t, func() {
			c := tls.Client(a.dial(t), &tls.Config{ServerName: "parley"})
			require.Error(t, c.HandshakeContext(t.Context()))
		})
	})
	t.Run("RS-064 a body without an end", func(t *testing.T) {
		a.unchanged(t, func() {
			flood := &counted{Reader: endless(strings.Repeat("[", 4096))}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			answers, raw := a.tell(t, io.MultiReader(strings.NewReader(a.head(post, "Transfer-Encoding: chunked")), flood))
			runtime.ReadMemStats(&after)
			require.Len(t, answers, 1, raw)
			require.Equal(t, http.StatusRequestEntityTooLarge, answers[0].StatusCode, raw)
			require.Less(t, flood.n, 64<<20, "the connection is closed")
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(32<<20))
		})
	})
	a.honest(t)
	require.NotContains(t, a.stderr.String(), canary)
	require.NotContains(t, a.stderr.String(), a.token)
	require.NotContains(t, a.stderr.String(), `"level":"ERROR"`)
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

// TestHalfSentRequests holds 100 connections with requests that never end.
func TestHalfSentRequests(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for the timeouts of the server")
	}
	t.Parallel()
	a := newAttacked(t)
	header := "POST " + a.room + " HTTP/1.1\r\nHost: parley\r\nAuthorization: Bearer " + a.token + "\r\nX-Slow: "
	body := a.head("POST "+a.room+" HTTP/1.1", "Content-Length: 1000") + `{"body":"`
	before := a.sent(t)
	opened := time.Now()
	var closed sync.WaitGroup
	said := make(chan string, 100)
	for i := range 100 {
		text, more := header, "x"
		if i%2 == 0 {
			text, more = body, "y"
		}
		c := a.dial(t)
		_, err := io.WriteString(c, text)
		require.NoError(t, err)
		if i%4 < 2 { // half of them go on, a byte at a time
			drip(t, c, more)
		}
		closed.Go(func() { said <- readAll(t, c) })
	}
	t.Run("RS-123 honest callers are served meanwhile", func(t *testing.T) {
		for range 40 {
			a.honest(t)
		}
	})
	t.Run("RS-123 they are closed in time", func(t *testing.T) {
		closed.Wait()
		require.Less(t, time.Since(opened), patience/2)
		close(said)
		for answer := range said {
			if answer != "" {
				require.Contains(t, answer, "HTTP/1.1 4", answer)
			}
		}
	})
	t.Run("RS-123 nothing of them is stored", func(t *testing.T) {
		require.Equal(t, before+40, a.sent(t))
		a.honest(t)
	})
	require.NotContains(t, a.stderr.String(), `"level":"ERROR"`)
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

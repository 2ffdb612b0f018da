package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const canary = "canary-of-the-attack"

// TestAttacksOnTheListener speaks HTTP as no client should, to a server that
// others keep waiting meanwhile.
func TestAttacksOnTheListener(t *testing.T) {
	a := newAttacked(t)
	before := a.sent(t)
	var said <-chan string
	if !testing.Short() {
		said = a.halfSend(t)
	}
	t.Run("RS-123 honest callers are served while requests are half sent", func(t *testing.T) {
		for range honest {
			a.honest(t)
		}
		require.Equal(t, before+honest, a.sent(t), "nothing else is stored")
	})
	a.brokenRequests(t)
	a.oddRequests(t)
	t.Run("RS-123 half-sent requests are closed in time", func(t *testing.T) {
		if testing.Short() {
			t.Skip("it waits for the timeouts of the server")
		}
		for range halfSent {
			if answer := <-said; answer != "" {
				require.Contains(t, answer, "HTTP/1.1 4", answer)
			}
		}
	})
	a.honest(t)
	require.NotContains(t, a.stderr.String(), canary)
	require.NotContains(t, a.stderr.String(), a.token)
	require.NotContains(t, a.stderr.String(), `"level":"ERROR"`)
}

const (
	halfSent = 100 // connections
	honest   = 40  // messages, fewer than a user may send at once
)

// halfSend opens connections with requests that never end, half of them in
// their header and half in their body, and half of each going on byte by byte.
// What the server says to each until it closes it comes out of the channel.
func (a *attacked) halfSend(t *testing.T) <-chan string {
	t.Helper()
	said := make(chan string, halfSent)
	header := "POST " + a.room + " HTTP/1.1\r\nHost: parley\r\nAuthorization: Bearer " + sign(t, "demo", a.secret, "eve") + "\r\n"
	texts := []string{header + "X-Slow: ", header + "Content-Length: 1000\r\n\r\n" + `{"body":"`}
	for i := range halfSent {
		c := a.dial(t)
		require.NoError(t, c.SetDeadline(time.Now().Add(patience/2)))
		_, err := io.WriteString(c, texts[i%2])
		require.NoError(t, err)
		if i%4 < 2 {
			drip(t, c, "x")
		}
		go func() {
			b, err := io.ReadAll(c)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				b = []byte("nothing, and stays open")
			}
			said <- string(b)
		}()
	}
	return said
}

func (a *attacked) brokenRequests(t *testing.T) {
	body := `{"body":"smuggled"}`
	length := fmt.Sprintf("Content-Length: %d", len(body))
	post := "POST " + a.room + " HTTP/1.1"
	chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	tests := map[string]struct {
		text     string
		statuses []int // of the one answer before the connection is closed
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
}

// oddRequests are those whose ends are not where they seem.
func (a *attacked) oddRequests(t *testing.T) {
	post := "POST " + a.room + " HTTP/1.1"
	body := `{"body":"smuggled"}`
	length := fmt.Sprintf("Content-Length: %d", len(body))
	chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
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
}

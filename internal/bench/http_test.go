package bench

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// answered is a connection on which a server has written text.
func answered(t *testing.T, text string) *Conn {
	t.Helper()
	return newConn(fake{Reader: strings.NewReader(text)})
}

type fake struct {
	net.Conn
	io.Reader
}

func (f fake) Read(b []byte) (int, error)  { return f.Reader.Read(b) }
func (f fake) Write(b []byte) (int, error) { return len(b), nil }

func TestResponsesAreReadOneAfterTheOther(t *testing.T) {
	text := "HTTP/1.1 201 Created\r\ncontent-length: 5\r\nX-Other: 9\r\n\r\nfirst" +
		"HTTP/1.1 204 No Content\r\n\r\n" +
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nsec\r\n3;x=y\r\nond\r\n0\r\nTrailer: t\r\n\r\n" +
		"HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
	for name, c := range map[string]*Conn{
		"at once":      answered(t, text),
		"byte by byte": newConn(fake{Reader: iotest.OneByteReader(strings.NewReader(text))}),
	} {
		t.Run(name, func(t *testing.T) {
			for _, want := range []struct {
				status int
				body   string
				close  bool
			}{{201, "first", false}, {204, "", false}, {200, "second", false}, {500, "", true}} {
				r, err := c.Do(nil)
				require.NoError(t, err)
				require.Equal(t, want.status, r.Status)
				require.Equal(t, want.body, string(r.Body))
				require.Equal(t, want.close, r.Close)
			}
			_, err := c.Do(nil)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		})
	}
}

func TestBrokenResponsesAreErrors(t *testing.T) {
	for name, text := range map[string]string{
		"not HTTP":           "SSH-2.0-OpenSSH_9.2\r\n\r\n",
		"no status":          "HTTP/1.1 abc OK\r\n\r\n",
		"no length":          "HTTP/1.1 200 OK\r\n\r\n",
		"negative length":    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"huge length":        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
		"short body":         "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
		"bad chunk":          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"endless header":     "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Long: header\r\n", 8192),
		"cut in a chunk":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
		"cut in the trailer": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := answered(t, text).Do(nil)
			require.Error(t, err)
		})
	}
}

func TestConnectionTalksToARealServer(t *testing.T) {
	big := strings.Repeat("page ", 20_000)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method == http.MethodGet {
			io.WriteString(w, big)
			return
		}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, "%s %s %s", r.URL.Path, r.Header.Get("Authorization"), body)
	}))
	defer s.Close()
	addr := s.Listener.Addr().String()
	c, err := Dial(context.Background(), addr)
	require.NoError(t, err)
	defer c.Close()
	for range 3 {
		r, err := c.Do(NewGet(addr, "secret").Bytes("/page", ""))
		require.NoError(t, err)
		require.Equal(t, big, string(r.Body))
		r, err = c.Do(NewSend(addr, "/send", "secret", "ann", true).Bytes(7))
		require.NoError(t, err)
		require.Equal(t, http.StatusCreated, r.Status)
		require.Equal(t, `/send Bearer secret {"body":"ann 000000000007 `+text+`"}`, string(r.Body))
	}
}

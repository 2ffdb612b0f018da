package api_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/api"
	"parley/internal/overload"
)

// narrow is a server whose lanes take one request each, and the next one waits
// for a moment. Requests below /stuck are answered when the test says so.
type narrow struct {
	*httptest.Server
	stuck    chan struct{} // closed to answer
	entered  chan string
	draining atomic.Bool
}

func newNarrow(t *testing.T) *narrow {
	t.Helper()
	n := &narrow{stuck: make(chan struct{}), entered: make(chan string, 100)}
	one := func() *overload.Lane {
		return overload.New(overload.Config{Limit: 1, Queue: 1, Wait: time.Millisecond})
	}
	face := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if strings.HasPrefix(r.URL.Path, "/stuck") {
			n.entered <- r.Method
			<-n.stuck
		}
		fmt.Fprintf(w, "%s %s %v", r.Method, b, err)
	})
	n.Server = httptest.NewServer(api.Handler(api.Faces{
		Native: face, Admin: face, Files: face, Health: api.Health(nil, n.draining.Load), Draining: n.draining.Load,
		Lanes: &api.Lanes{Reads: one(), Writes: one(), Slow: one(), Files: one()},
	}))
	t.Cleanup(n.Close)
	return n
}

func (n *narrow) ask(t *testing.T, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), method, n.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		q.Header.Set(name, value)
	}
	a, err := n.Client().Do(q)
	require.NoError(t, err)
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	require.NoError(t, err)
	return a, string(b)
}

// stick fills a lane until it is released.
func (n *narrow) stick(t *testing.T, method, body string, headers ...string) (release func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.ask(t, method, "/stuck", body, headers...)
	}()
	<-n.entered
	return func() {
		close(n.stuck)
		<-done
	}
}

func TestLanesKeepSortsApart(t *testing.T) {
	sorts := map[string]struct {
		method, path, body string
		headers            []string
	}{
		"a read":                        {method: "GET", path: "/v1/channels"},
		"a write":                       {method: "POST", path: "/v1/channels", body: "x"},
		"a read that waits":             {method: "GET", path: "/v1/channels", headers: []string{"Parley-Min-Position: p1"}},
		"a large body":                  {method: "POST", path: "/v1/channels", body: strings.Repeat("x", 70<<10)},
		"a body that asks first":        {method: "POST", path: "/v1/channels", body: "x", headers: []string{"Expect: 100-continue"}},
		"a file":                        {method: "GET", path: "/v1/assets/a/b"},
		"an administrative request":     {method: "POST", path: "/v1/admin/apps", body: "x"},
		"a question about capabilities": {method: "OPTIONS", path: "/v1/channels"},
		"a socket":                      {method: "GET", path: "/v1/ws"},
		"health":                        {method: "GET", path: "/readyz"},
	}
	full := map[string]struct {
		method, body string
		headers      []string
		refused      []string
	}{
		"reads":  {method: "GET", refused: []string{"a read"}},
		"writes": {method: "POST", body: "x", refused: []string{"a write"}},
		"slow": {method: "GET", headers: []string{"Parley-Min-Position: p1"}, refused: []string{
			"a read that waits", "a large body", "a body that asks first",
		}},
	}
	for lane, f := range full {
		n := newNarrow(t)
		release := n.stick(t, f.method, f.body, f.headers...)
		for name, s := range sorts {
			t.Run("while there are too many "+lane+": "+name, func(t *testing.T) {
				a, body := n.ask(t, s.method, s.path, s.body, append(s.headers, "X-Request-Id: r-1")...)
				for _, r := range f.refused {
					if r != name {
						continue
					}
					require.Equal(t, http.StatusServiceUnavailable, a.StatusCode)
					require.Regexp(t, "^[123]$", a.Header.Get("Retry-After"))
					require.Equal(t, "r-1", a.Header.Get("X-Request-Id"))
					require.JSONEq(t, `{"data":null,"error":{"code":"UNAVAILABLE","message":"too many requests at once; try again","request_id":"r-1"}}`, body)
					return
				}
				require.Equal(t, http.StatusOK, a.StatusCode, body)
				if s.path == "/v1/channels" {
					require.Equal(t, s.method+" "+s.body+" <nil>", body, "nothing of the body is lost")
				}
			})
		}
		release()
	}
}

func TestWhoSendsHalfABodyTakesNoPlace(t *testing.T) {
	n := newNarrow(t)
	var conns []net.Conn
	for _, half := range []string{"Content-Length: 100\r\n\r\nx", "Transfer-Encoding: chunked\r\n\r\n5\r\nab"} {
		c, err := net.Dial("tcp", n.Listener.Addr().String())
		require.NoError(t, err)
		defer c.Close()
		_, err = io.WriteString(c, "POST /stuck HTTP/1.1\r\nHost: x\r\n"+half)
		require.NoError(t, err)
		conns = append(conns, c)
	}
	t.Run("RS-123 honest callers are served meanwhile", func(t *testing.T) {
		for range 20 {
			a, body := n.ask(t, http.MethodPost, "/v1/channels", "honest")
			require.Equal(t, http.StatusOK, a.StatusCode)
			require.Equal(t, "POST honest <nil>", body)
		}
	})
	require.Empty(t, n.entered)
	close(n.stuck)
	_, err := io.WriteString(conns[1], "cde\r\n0\r\n\r\n")
	require.NoError(t, err)
	a, err := http.ReadResponse(bufio.NewReader(conns[1]), nil)
	require.NoError(t, err)
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	require.NoError(t, err)
	require.Equal(t, "POST abcde <nil>", string(b))
}

func TestDraining(t *testing.T) {
	n := newNarrow(t)
	a, _ := n.ask(t, http.MethodGet, "/readyz", "")
	require.Equal(t, http.StatusOK, a.StatusCode)
	n.draining.Store(true)
	a, body := n.ask(t, http.MethodGet, "/readyz", "")
	require.Equal(t, http.StatusServiceUnavailable, a.StatusCode)
	var said struct{ Failed map[string]string }
	require.NoError(t, json.Unmarshal([]byte(body), &said))
	require.Equal(t, map[string]string{"draining": "the server is stopping"}, said.Failed)
	require.NotEmpty(t, a.Header.Get("Retry-After"))
	for path, status := range map[string]int{"/healthz": 200, "/v1/channels": 200} {
		a, _ := n.ask(t, http.MethodGet, path, "")
		require.Equal(t, status, a.StatusCode, "all is served as before")
		require.True(t, a.Close, "and nobody stays")
	}
}

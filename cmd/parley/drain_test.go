package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestStopLosesNoRequest stops a server under load: whoever has a connection
// is answered with success. Only who connects when nobody listens any more is
// turned away, and has had no effect. Where the system cannot turn away at the
// door (see turnAway), a new connection may end without having been taken.
func TestStopLosesNoRequest(t *testing.T) {
	x := newExternal(t)
	p := start(t, x.args("serve", "--drain-delay", "500ms", "--bootstrap", writeFile(t, "bootstrap.yaml",
		"apps: [{id: shop, limits: \"off\", keys: [{name: shop.root, secret: "+rootSecret+", capability: {\"*\": [\"*\"]}}]}]\n"))...)
	token := sign(t, "shop", rootSecret, "ann")
	room := p.room(t, token)
	idle := p.keptConnection(t, token)

	door := canTurnAway(t)
	const clients, enough = 16, 400
	var acknowledged, closing atomic.Int64
	busy := make(chan struct{})
	failures := make(chan string, clients)
	var sending sync.WaitGroup
	for n := range clients {
		sending.Go(func() {
			// Half of the clients keep their connections.
			transport := &http.Transport{DisableKeepAlives: n%2 == 0}
			defer transport.CloseIdleConnections()
			c := http.Client{Transport: transport, Timeout: patience}
			fresh := true // the next request makes a connection
			for i := 0; ; i++ {
				q, err := http.NewRequest(http.MethodPost, p.url+room, strings.NewReader(fmt.Sprintf(`{"body":"%d of %d"}`, i, n)))
				if err != nil {
					failures <- err.Error()
					return
				}
				q.Header.Set("Authorization", "Bearer "+token)
				a, err := c.Do(q)
				if err != nil {
					if !turnedAway(err) && (door || !fresh || !neverTaken(err)) {
						failures <- err.Error()
					}
					return
				}
				a.Body.Close()
				fresh = n%2 == 0 || a.Close
				if a.StatusCode != http.StatusCreated {
					failures <- a.Status
					return
				}
				if n%2 == 1 && a.Close {
					closing.Add(1)
				}
				if acknowledged.Add(1) == enough {
					close(busy)
				}
			}
		})
	}
	<-busy
	before := time.Now()
	p.cancel()
	p.draining(t)
	idle()
	require.Equal(t, exitOK, p.wait(t), p.stderr.String())
	require.Less(t, time.Since(before), 15*time.Second, "the promise of how long it takes at most")
	sending.Wait()
	close(failures)
	for f := range failures {
		t.Errorf("a request failed: %s", f)
	}
	require.EqualValues(t, acknowledged.Load(), x.sent(t), "all that was written was acknowledged, and the other way round")
	require.Positive(t, closing.Load(), "kept connections are told to end")
	require.NotContains(t, p.stderr.String(), `"level":"ERROR"`)
}

// turnedAway says that no connection was made.
func turnedAway(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// canTurnAway reports whether this system can refuse new connections of a
// listener whose queue is still served.
func canTurnAway(t *testing.T) bool {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return turnAway(l.(*net.TCPListener)) == nil
}

// neverTaken tells how a connection ends that was in the queue of a listener
// when that was closed.
func neverTaken(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// draining waits until the process says that it is not ready any more, which
// comes before anything else happens, and that it lives all the same.
func (p *process) draining(t *testing.T) {
	t.Helper()
	eventually(t, func() error {
		a, err := http.Get(p.url + "/readyz")
		if err != nil {
			return err
		}
		defer a.Body.Close()
		var body struct{ Failed map[string]string }
		if err := json.NewDecoder(a.Body).Decode(&body); err != nil || a.StatusCode != http.StatusServiceUnavailable {
			return fmt.Errorf("%s, %w", a.Status, err)
		}
		require.Contains(t, body.Failed, "draining")
		require.NotEmpty(t, a.Header.Get("Retry-After"))
		return nil
	})
	a, err := http.Get(p.url + "/healthz")
	require.NoError(t, err)
	a.Body.Close()
	require.Equal(t, http.StatusOK, a.StatusCode)
}

// keptConnection opens a connection that has had an answer and stays. What it
// returns asks over it again and demands an answer that says it was the last.
func (p *process) keptConnection(t *testing.T, token string) (again func()) {
	t.Helper()
	transport := &http.Transport{MaxConnsPerHost: 1}
	t.Cleanup(transport.CloseIdleConnections)
	ask := func(last bool) {
		t.Helper()
		q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+"/v1/channels", nil)
		require.NoError(t, err)
		q.Header.Set("Authorization", "Bearer "+token)
		a, err := transport.RoundTrip(q)
		require.NoError(t, err)
		defer a.Body.Close()
		require.Equal(t, http.StatusOK, a.StatusCode)
		require.Equal(t, last, a.Close)
	}
	ask(false)
	return func() { t.Helper(); ask(true) }
}

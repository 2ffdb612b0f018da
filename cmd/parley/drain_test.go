package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestStopLosesNoRequest stops a server under load: each request is answered
// with success, or it was never accepted and had no effect.
func TestStopLosesNoRequest(t *testing.T) {
	x := newExternal(t)
	p := start(t, x.args("serve", "--bootstrap", writeFile(t, "bootstrap.yaml",
		"apps: [{id: shop, limits: \"off\", keys: [{name: shop.root, secret: "+rootSecret+", capability: {\"*\": [\"*\"]}}]}]\n"))...)
	token := sign(t, "shop", rootSecret, "ann")
	room := p.room(t, token)

	const clients, enough = 8, 200
	var acknowledged atomic.Int64
	busy := make(chan struct{})
	others := make(chan string, clients)
	var sending sync.WaitGroup
	for n := range clients {
		sending.Go(func() {
			// Half of the clients keep their connections.
			transport := &http.Transport{DisableKeepAlives: n%2 == 0}
			defer transport.CloseIdleConnections()
			c := http.Client{Transport: transport, Timeout: patience}
			for i := 0; ; i++ {
				q, err := http.NewRequest(http.MethodPost, p.url+room, strings.NewReader(fmt.Sprintf(`{"body":"%d of %d"}`, i, n)))
				if err != nil {
					others <- err.Error()
					return
				}
				q.Header.Set("Authorization", "Bearer "+token)
				a, err := c.Do(q)
				if err != nil {
					return // the server has gone
				}
				a.Body.Close()
				if a.StatusCode != http.StatusCreated {
					others <- a.Status
					return
				}
				if acknowledged.Add(1) == enough {
					close(busy)
				}
			}
		})
	}
	<-busy
	p.stop(t)
	sending.Wait()
	close(others)
	for status := range others {
		t.Errorf("a request was answered %s", status)
	}
	require.EqualValues(t, acknowledged.Load(), x.sent(t), "all that was written was acknowledged, and the other way round")
	require.NotContains(t, p.stderr.String(), `"level":"ERROR"`)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/pgtest"
)

func TestTwoServersOnOneDatabaseSeeEachOthersWrites(t *testing.T) {
	x := newExternal(t)
	a := start(t, x.args("serve")...)
	key := shownKey.FindStringSubmatch(a.stdout.String())
	require.NotNil(t, key)
	b := start(t, "serve", "--database-url", x.url, "--data-dir", filepath.Join(pgtest.Dir(t), "b"),
		"--root-key-file", filepath.Join(x.dir, "root.key"))
	require.Equal(t, "ready on "+b.url+"\n", b.stdout.String(), "the app is there already")

	token := sign(t, "demo", key[2], "ann")
	room := a.room(t, token)
	var texts []string
	for i := range 10 {
		server := []*process{a, b}[i%2]
		texts = append(texts, fmt.Sprint("message ", i))
		eventually(t, func() error { // the room may be new to the other one
			status, body := exchange(t, http.MethodPost, server.url+room, token, `{"body":"`+texts[i]+`"}`)
			if status != http.StatusCreated {
				return errors.New(string(body))
			}
			return nil
		})
	}
	for _, server := range []*process{a, b} {
		eventually(t, func() error {
			var got []string
			for _, m := range server.messages(t, token, room) {
				got = append(got, m.Body)
			}
			slices.Reverse(got)
			if strings.Join(got, ",") != strings.Join(texts, ",") {
				return fmt.Errorf("got %v", got)
			}
			return nil
		})
	}
	b.stop(t)
	require.True(t, a.accepts(t, token))
}

func TestServerWithoutTheRootKeyOfItsDatabase(t *testing.T) {
	x := newExternal(t)
	start(t, x.args("serve")...).stop(t)
	head, dir := x.head(t), filepath.Join(pgtest.Dir(t), "b")
	refused(t, exitRefused, []string{"root key file " + filepath.Join(dir, "root.key"), "does not exist", "copy it"},
		"serve", "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0", "--database-url", x.url, "--data-dir", dir)
	require.NoFileExists(t, filepath.Join(dir, "root.key"))
	require.Equal(t, head, x.head(t))
}

// TestPortAnswersWhileTheServerStarts holds the database back until the
// answers of a starting server have been seen.
func TestPortAnswersWhileTheServerStarts(t *testing.T) {
	x := newExternal(t)
	g := newGate(t, x.url)
	addr := freeAddr(t)
	p := launch(t, "serve", "--addr", addr, "--database-url", g.url, "--data-dir", x.dir)
	probe := func(path string) (status int, retry, body string, err error) {
		a, err := client.Get("http://" + addr + path)
		if err != nil {
			return 0, "", "", err
		}
		defer a.Body.Close()
		text, err := io.ReadAll(a.Body)
		return a.StatusCode, a.Header.Get("Retry-After"), string(text), err
	}
	eventually(t, func() error { _, _, _, err := probe("/healthz"); return err })
	for path, want := range map[string]int{
		"/healthz": http.StatusOK, "/readyz": http.StatusServiceUnavailable,
		"/v1/channels": http.StatusServiceUnavailable, "/": http.StatusServiceUnavailable,
	} {
		status, retry, body, err := probe(path)
		require.NoError(t, err)
		require.Equal(t, want, status, path)
		require.True(t, strings.HasPrefix(body, "{"), body)
		if want == http.StatusServiceUnavailable {
			require.NotEmpty(t, retry)
			require.Contains(t, body, `"code":"UNAVAILABLE"`)
		}
	}
	close(g.open)
	p.awaitReady(t)
	require.Equal(t, "http://"+addr, p.url)
	for path, want := range map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusOK, "/v1/channels": http.StatusUnauthorized} {
		status, _, body, err := probe(path)
		require.NoError(t, err)
		require.Equal(t, want, status, body)
	}
	p.stop(t)
}

func TestStartCanBeInterrupted(t *testing.T) {
	x := newExternal(t)
	g := newGate(t, x.url)
	p := launch(t, "serve", "--database-url", g.url, "--data-dir", x.dir)
	<-g.knocked
	p.cancel()
	require.NotEqual(t, exitOK, p.wait(t))
	require.NoFileExists(t, filepath.Join(x.dir, descriptionFile))
}

// freeAddr is an address on which nobody listens now.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// gate is a way to a database that is closed at first.
type gate struct {
	url           string
	knocked, open chan struct{}
}

func newGate(t *testing.T, database string) *gate {
	t.Helper()
	u, err := url.Parse(database)
	require.NoError(t, err)
	socket := filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	u.Host, u.RawQuery = l.Addr().String(), "sslmode=disable"
	g := &gate{url: u.String(), knocked: make(chan struct{}), open: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	var ways sync.WaitGroup
	ways.Go(func() {
		for first := true; ; first = false {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if first {
				close(g.knocked)
			}
			ways.Go(func() { g.lead(ctx, c, socket) })
		}
	})
	t.Cleanup(func() {
		cancel()
		l.Close()
		ways.Wait()
	})
	return g
}

// lead connects both sides once the gate is open.
func (g *gate) lead(ctx context.Context, c net.Conn, socket string) {
	defer c.Close()
	select {
	case <-g.open:
	case <-ctx.Done():
		return
	}
	d, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return
	}
	defer d.Close()
	defer context.AfterFunc(ctx, func() { c.Close(); d.Close() })()
	go func() { io.Copy(d, c); d.Close() }()
	io.Copy(c, d)
}

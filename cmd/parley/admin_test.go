package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/pgtest"
)

// TestCommandsWorkWithoutAServer asks for the same thing with and without a
// server on one data directory.
func TestCommandsWorkWithoutAServer(t *testing.T) {
	dir := filepath.Join(pgtest.Dir(t), "data")
	p := start(t, "serve", "--data-dir", dir)
	key := shownKey.FindStringSubmatch(p.stdout.String())
	require.NotNil(t, key)
	token := []string{"token", "--user", "ann", "--data-dir", dir}
	code, stdout, stderr := parley(t, token...)
	require.Equal(t, exitOK, code, stderr)
	require.Empty(t, stderr, "a server runs")
	claimsOf(t, strings.TrimSpace(stdout), key[2])
	described, err := os.ReadFile(filepath.Join(dir, descriptionFile))
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGTERM))
	require.Equal(t, exitOK, p.wait(t), p.stderr.String())

	direct := func(t *testing.T, args ...string) string {
		t.Helper()
		code, stdout, stderr := parley(t, args...)
		require.Equal(t, exitOK, code, stderr)
		require.Equal(t, "no server found on "+dir+": working on it directly\n", stderr)
		return stdout
	}
	t.Run("on the data directory itself", func(t *testing.T) {
		claimsOf(t, strings.TrimSpace(direct(t, token...)), key[2])
		require.NoFileExists(t, filepath.Join(dir, descriptionFile))
	})
	t.Run("where a killed server has left its description", func(t *testing.T) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, descriptionFile), described, 0o600))
		claimsOf(t, strings.TrimSpace(direct(t, token...)), key[2])
	})
	t.Run("where another service has the port of a killed server", func(t *testing.T) {
		asked := make(chan string, 16)
		other := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
			asked <- r.Header.Get("Authorization")
			w.WriteHeader(http.StatusTeapot)
		})
		d, err := json.Marshal(description{URL: other, Token: "secret", PID: os.Getpid()})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, descriptionFile), d, 0o600))
		direct(t, token...)
		require.Empty(t, <-asked, "it is not told the operator token")
		require.Empty(t, asked)
	})
	t.Run("with the refusals of a server", func(t *testing.T) {
		code, stdout, stderr := parley(t, append(token, "--app", "nobody")...)
		require.Equal(t, exitFault, code)
		require.Empty(t, stdout)
		require.Contains(t, stderr, "app nobody does not exist")
		require.Contains(t, stderr, "(APP_NOT_FOUND); parley app list names the apps")
	})
}

func TestCommandsWorkOnADatabaseWithoutAServer(t *testing.T) {
	x := newExternal(t)
	start(t, x.args("serve")...).stop(t)
	t.Chdir(pgtest.Dir(t))
	args := []string{"token", "--user", "ann", "--database-url", x.url}
	refused(t, exitRefused, []string{"root key file", "parley-data/root.key", "--root-key-file", "--data-dir"}, args...)
	require.NoDirExists(t, defaultDataDir)
	code, _, stderr := parley(t, append(args, "--data-dir", x.dir)...)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stderr, "working on it directly")

	t.Run("not through a server on another database", func(t *testing.T) {
		y := newExternal(t)
		y.dir = defaultDataDir
		start(t, y.args("serve")...)
		code, _, stderr := parley(t, append(args, "--root-key-file", filepath.Join(x.dir, "root.key"))...)
		require.Equal(t, exitOK, code, stderr)
		require.Contains(t, stderr, "working on it directly")
		code, _, stderr = parley(t, "token", "--user", "ann", "--database-url", y.url)
		require.Equal(t, exitOK, code, stderr)
		require.Empty(t, stderr, "this is the database of the server")
	})
}

// serveHTTP serves a handler and is its URL.
func serveHTTP(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// TestAdminClientStreams sends lines and reads answers at the same time, over
// a connection and in this process.
func TestAdminClientStreams(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/echo" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		c := http.NewResponseController(w)
		_ = c.EnableFullDuplex()
		w.Header().Set("X-Key", r.Header.Get("Authorization"))
		b := make([]byte, 1)
		for {
			if _, err := r.Body.Read(b); err != nil {
				return
			}
			if _, err := w.Write(bytes.ToUpper(b)); err != nil {
				return
			}
			_ = c.Flush()
		}
	}
	direct := &inProcess{handler: http.HandlerFunc(echo)}
	inside := newAdminClient(inProcessURL, "token")
	inside.http.Transport = direct
	for name, c := range map[string]*adminClient{"over HTTP": newAdminClient(serveHTTP(t, echo), "token"), "in process": inside} {
		t.Run(name, func(t *testing.T) {
			r, w := io.Pipe()
			go io.WriteString(w, "a")
			answer, err := c.stream(t.Context(), http.MethodPost, "/echo", r)
			require.NoError(t, err)
			b := make([]byte, 1)
			for _, letter := range []string{"a", "b", "c"} {
				if letter != "a" {
					_, err = io.WriteString(w, letter)
					require.NoError(t, err)
				}
				_, err = io.ReadFull(answer, b)
				require.NoError(t, err)
				require.Equal(t, strings.ToUpper(letter), string(b))
			}
			w.Close()
			rest, err := io.ReadAll(answer)
			require.NoError(t, err)
			require.Empty(t, rest)
			require.NoError(t, answer.Close())

			_, err = c.stream(t.Context(), http.MethodPost, "/other", strings.NewReader("{}"))
			require.ErrorContains(t, err, "404")
			r, w = io.Pipe()
			go io.WriteString(w, "a")
			answer, err = c.stream(t.Context(), http.MethodPost, "/echo", r)
			require.NoError(t, err)
			require.NoError(t, answer.Close(), "an answer may be left")
			w.CloseWithError(errors.New("enough"))
			c.close()
		})
	}
	direct.serving.Wait()
}

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"parley/internal/pgtest"
)

// client keeps no connection open, so that a server need not wait for it.
var client = http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}

// message is what the tests look at in the wire form.
type message struct {
	ID         string `json:"id"`
	SenderID   string `json:"sender_id"`
	SenderName string `json:"sender_name"`
	Body       string `json:"body"`
}

// exchange does a request and returns status and body.
func exchange(t *testing.T, method, url, token, body string) (int, []byte) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	if token != "" {
		q.Header.Set("Authorization", "Bearer "+token)
	}
	a, err := client.Do(q)
	require.NoError(t, err)
	defer a.Body.Close()
	answer, err := io.ReadAll(a.Body)
	require.NoError(t, err)
	return a.StatusCode, answer
}

// get and post demand success and read the answer into out.
func (p *process) get(t *testing.T, token, path string, out any) {
	t.Helper()
	status, body := exchange(t, http.MethodGet, p.url+path, token, "")
	require.Equal(t, http.StatusOK, status, string(body))
	require.NoError(t, json.Unmarshal(body, out))
}

func (p *process) post(t *testing.T, token, path, request string, out any) {
	t.Helper()
	status, body := exchange(t, http.MethodPost, p.url+path, token, request)
	require.Equal(t, http.StatusCreated, status, string(body))
	require.NoError(t, json.Unmarshal(body, out))
}

// room makes a room and returns the path of its messages.
func (p *process) room(t *testing.T, token string) string {
	t.Helper()
	var c struct{ ID string }
	p.post(t, token, "/v1/channels", `{"type":"room","name":"Hall"}`, &c)
	return "/v1/channels/" + c.ID + "/messages"
}

// messages is the newest page of a channel, the newest message first.
func (p *process) messages(t *testing.T, token, path string) []message {
	t.Helper()
	var page struct{ Messages []message }
	p.get(t, token, path, &page)
	return page.Messages
}

// accepts tells whether a token is accepted; anything but yes and no fails.
func (p *process) accepts(t *testing.T, token string) bool {
	t.Helper()
	status, body := exchange(t, http.MethodGet, p.url+"/v1/channels", token, "")
	require.Contains(t, []int{http.StatusOK, http.StatusUnauthorized}, status, string(body))
	return status == http.StatusOK
}

// sign makes a user token as an application would.
func sign(t *testing.T, app, secret, user string) string {
	t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"app": app, "sub": user, "exp": time.Now().Add(time.Hour).Unix(),
	}).SignedString([]byte(secret))
	require.NoError(t, err)
	return token
}

// external is a database beside the binary, as most tests use one.
type external struct{ url, dir string }

// newExternal makes an empty database and chooses a data directory.
func newExternal(t *testing.T) external {
	t.Helper()
	return external{pgtest.DurableURL(t), filepath.Join(pgtest.Dir(t), "data")}
}

// args are the arguments of a command on the database.
func (x external) args(command string, more ...string) []string {
	return append([]string{command, "--database-url", x.url, "--data-dir", x.dir}, more...)
}

// number asks a database for a number.
func number(t *testing.T, url, sql string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	require.NoError(t, conn.QueryRow(t.Context(), sql).Scan(&n))
	return n
}

// head is the position of the newest event.
func (x external) head(t *testing.T) int {
	t.Helper()
	return number(t, x.url, `SELECT position FROM es_head`)
}

// sent counts the messages in the log.
func (x external) sent(t *testing.T) int {
	t.Helper()
	return number(t, x.url, `SELECT count(*) FROM es_events JOIN es_types USING (type_no) WHERE name = 'MessageSent'`)
}

// eventually repeats a look at something until it is as it should be.
func eventually(t *testing.T, check func() error) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	err := errors.New("never looked")
	for err != nil {
		select {
		case <-tick.C:
			err = check()
		case <-deadline:
			t.Fatal(err)
		}
	}
}

// writeFile makes a file in a folder of its own.
func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// readFile reads a file without the blanks at its end.
func readFile(t *testing.T, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return string(bytes.TrimSpace(b))
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// adminClient talks to the admin face of a server, running elsewhere or in
// this process.
type adminClient struct {
	url  string // without a slash at its end
	key  string // operator token, or appId.keyId:secret
	http http.Client
	stop func()
}

const (
	adminTimeout = 30 * time.Second
	probeTimeout = 3 * time.Second
	maxAnswer    = 64 << 20
)

func newAdminClient(url, key string) *adminClient {
	return &adminClient{url: url, key: key, stop: func() {}}
}

// close ends what open started.
func (c *adminClient) close() {
	c.http.CloseIdleConnections()
	c.stop()
}

// call sends a body as JSON, none when it is nil, and reads the answer into
// another value, nil to ignore it. A refusal is an *answerError.
func (c *adminClient) call(ctx context.Context, method, path string, body, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, adminTimeout)
	defer cancel()
	var sent io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		sent = bytes.NewReader(b)
	}
	a, err := c.do(ctx, method, path, "application/json", sent)
	if err != nil {
		return err
	}
	defer a.Close()
	b, err := io.ReadAll(io.LimitReader(a, maxAnswer))
	if err != nil {
		return fmt.Errorf("answer of %s: %w", c.url, err)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(b, answer); err != nil {
		return fmt.Errorf("answer of %s: %w", c.url, err)
	}
	return nil
}

// stream sends lines of JSON as they come, none when body is nil, and returns
// the answer as it comes, to be closed by the caller. It takes as long as the
// context allows.
func (c *adminClient) stream(ctx context.Context, method, path string, body io.Reader) (io.ReadCloser, error) {
	return c.do(ctx, method, path, "application/x-ndjson", body)
}

func (c *adminClient) do(ctx context.Context, method, path, media string, body io.Reader) (io.ReadCloser, error) {
	q, err := http.NewRequestWithContext(ctx, method, c.url+path, body)
	if err != nil {
		return nil, fmt.Errorf("server %s: %w", c.url, err)
	}
	if body != nil {
		q.Header.Set("Content-Type", media)
	}
	if name, secret, _ := strings.Cut(c.key, ":"); isKey(c.key) {
		q.SetBasicAuth(name, secret)
	} else {
		q.Header.Set("Authorization", "Bearer "+c.key)
	}
	a, err := c.http.Do(q)
	if err != nil {
		return nil, fmt.Errorf("no answer from the server at %s: is it running? %w", c.url, err)
	}
	if a.StatusCode/100 == 2 {
		return a.Body, nil
	}
	defer a.Body.Close()
	return nil, c.refused(a)
}

// answerError is a refusal of the server.
type answerError struct {
	status        int
	code, message string
}

// next is what to do about a refusal.
var next = map[string]string{
	"AUTH_INVALID_TOKEN":   "check --key or PARLEY_KEY",
	"AUTH_MISSING_TOKEN":   "check --key or PARLEY_KEY",
	"APP_NOT_FOUND":        "parley app list names the apps",
	"KEY_NOT_FOUND":        "parley key list --app APP names the keys",
	"PROJECTION_NOT_FOUND": "parley projections list names them",
	"PROJECTION_BUSY":      "parley projections list shows how far it is",
	"FORBIDDEN":            "use a key with the right admin, or the operator token",
	"NOT_FOUND":            "the server may be of another version than this parley",
	"UNAVAILABLE":          "try again",
	"INTERNAL":             "see the log of the server",
}

func (e *answerError) Error() string {
	if step := next[e.code]; step != "" {
		return fmt.Sprintf("%s (%s); %s", e.message, e.code, step)
	}
	return fmt.Sprintf("%s (%s)", e.message, e.code)
}

func (c *adminClient) refused(a *http.Response) error {
	var envelope struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	b, err := io.ReadAll(io.LimitReader(a.Body, 1<<20))
	if err != nil || json.Unmarshal(b, &envelope) != nil || envelope.Error.Code == "" {
		return fmt.Errorf("%s answered %s: is it a parley server?", c.url, a.Status)
	}
	return &answerError{a.StatusCode, envelope.Error.Code, envelope.Error.Message}
}

// answers reports why no parley server answers at a URL, nil when one does.
// No credential is sent.
func answers(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/healthz", nil)
	if err != nil {
		return err
	}
	q.Close = true
	a, err := new(http.Client).Do(q)
	if err != nil {
		return errors.Unwrap(err) // without the URL once more
	}
	defer a.Body.Close()
	var health struct{ Status string }
	if err := json.NewDecoder(io.LimitReader(a.Body, 1<<10)).Decode(&health); err != nil || health.Status != "ok" {
		return errors.New("what answers there is no parley")
	}
	return nil
}

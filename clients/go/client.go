package parley

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client makes requests for one user. URL and Token must be set. It may be
// used by many goroutines.
//
// A request whose connection is lost, or that is answered 429, 502, 503 or
// 504, is made again until it is answered or its context ends; each write
// carries a once-key, so that it has its effect once however often it is made
// (CH-306). A token that has expired on the way is replaced once. Other refusals
// are a [*Refused] at once.
type Client struct {
	// URL is where parley is served, such as https://chat.example.org.
	URL string
	// Token gives the user's token. It is asked before each attempt, so it may
	// hand out a new one before the old one expires (CH-003). Its error ends
	// the request: one that asks elsewhere repeats that by itself.
	Token func(ctx context.Context) (string, error)
	// HTTP makes the attempts; nil: http.DefaultClient.
	HTTP *http.Client
	// Timeout bounds one attempt; 0: 15 s.
	Timeout time.Duration
	// Backoff says how long to wait between attempts.
	Backoff Backoff
}

// NewKey draws a once-key.
func NewKey() string { return rand.Text() }

// request is what all attempts have in common.
type request struct {
	method, path string
	query        url.Values
	key          string // of a write
	body         any    // nil: none
}

// errLost marks an attempt without a whole answer: nobody knows whether it had
// an effect.
var errLost = errors.New("no answer")

// do repeats a request until it is answered. The answer is decoded into into,
// unless that is nil.
func (c *Client) do(ctx context.Context, r request, into any) error {
	renewed := false
	for attempt := 0; ; attempt++ {
		err := c.try(ctx, r, into)
		if !renewed && IsRefused(err, ErrorCodeAUTHTOKENEXPIRED) {
			renewed = true
			continue
		}
		if err == nil || !passing(err) {
			return err
		}
		if c.Backoff.wait(ctx, attempt, retryAfter(err)) != nil {
			return fmt.Errorf("%w, after %w", ctx.Err(), err)
		}
	}
}

// write is do with a fresh once-key.
func (c *Client) write(ctx context.Context, method, path string, body, into any) error {
	return c.do(ctx, request{method: method, path: path, key: NewKey(), body: body}, into)
}

// read is do for GET.
func (c *Client) read(ctx context.Context, path string, query url.Values, into any) error {
	return c.do(ctx, request{method: http.MethodGet, path: path, query: query}, into)
}

// try makes one attempt.
func (c *Client) try(ctx context.Context, r request, into any) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	out, err := c.prepare(ctx, r)
	if err != nil {
		return err
	}
	resp, err := c.http().Do(out)
	if err != nil {
		return fmt.Errorf("%w to %s %s: %w", errLost, r.method, r.path, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("%w to %s %s: %w", errLost, r.method, r.path, err)
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return newRefused(resp, text)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("decode the answer to %s %s: %w", r.method, r.path, err)
	}
	return nil
}

func (c *Client) prepare(ctx context.Context, r request) (*http.Request, error) {
	token, err := c.Token(ctx)
	if err != nil {
		return nil, fmt.Errorf("get a token: %w", err)
	}
	var content io.Reader
	if r.body != nil {
		b, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("encode the body of %s %s: %w", r.method, r.path, err)
		}
		content = bytes.NewReader(b)
	}
	out, err := http.NewRequestWithContext(ctx, r.method, c.at(r.path, r.query), content)
	if err != nil {
		return nil, err
	}
	out.Header.Set("Authorization", "Bearer "+token)
	if r.body != nil {
		out.Header.Set("Content-Type", "application/json")
	}
	if r.key != "" {
		out.Header.Set("Idempotency-Key", r.key)
	}
	return out, nil
}

func (c *Client) http() *http.Client {
	if c.HTTP == nil {
		return http.DefaultClient
	}
	return c.HTTP
}

func (c *Client) timeout() time.Duration {
	if c.Timeout == 0 {
		return 15 * time.Second
	}
	return c.Timeout
}

// at is the address of a path whose parts are escaped.
func (c *Client) at(path string, query url.Values) string {
	address := strings.TrimSuffix(c.URL, "/") + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address
}

// channelPath is the path of something in a channel; its parts are escaped.
func channelPath(channel ID, parts ...string) string {
	path := "/v1/channels/" + url.PathEscape(channel)
	for _, p := range parts {
		path += "/" + url.PathEscape(p)
	}
	return path
}

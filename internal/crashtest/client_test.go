package crashtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/auth"
)

// requestTimeout is when a client gives up a request. The server answers
// sooner, whatever has happened to its database.
const requestTimeout = 12 * time.Second

// client is one user with a token, who sends each request to any of the nodes.
type client struct {
	user, token string
	nodes       []string // URLs
	http        *http.Client
}

func newClient(t *testing.T, user string, nodes ...string) *client {
	t.Helper()
	token, err := auth.Sign(commands.SigningKey{Key: appID + "." + keyID, Secret: keySecret},
		appID, domain.UserID(user), "Name of "+user, time.Now(), 12*time.Hour)
	require.NoError(t, err)
	transport := &http.Transport{MaxIdleConnsPerHost: 4}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{user: user, token: token, nodes: nodes, http: &http.Client{Transport: transport, Timeout: requestTimeout}}
}

// answer is a whole response.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// do makes one attempt. An error means that no whole answer came back.
func (c *client) do(ctx context.Context, method, path, key string, body any, headers ...string) (answer, error) {
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return answer{}, err
		}
		// Behind a plain reader: the transport would send a request with an
		// Idempotency-Key again by itself, and nobody would see it.
		content = struct{ io.Reader }{bytes.NewReader(b)}
	}
	r, err := http.NewRequestWithContext(ctx, method, c.nodes[rand.IntN(len(c.nodes))]+path, content)
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, b}, err
}

// must makes a request that has to succeed.
func (c *client) must(t *testing.T, method, path string, body, into any) {
	t.Helper()
	a, err := c.do(t.Context(), method, path, "", body)
	require.NoError(t, err)
	require.Less(t, a.status, 300, "%s %s: %s", method, path, a.body)
	if into != nil {
		require.NoError(t, json.Unmarshal(a.body, into))
	}
}

// on is the client as one who goes to one node.
func (c *client) on(node string) *client {
	other := *c
	other.nodes = []string{node}
	return &other
}

// kind names an answer, or its absence, in the summary.
func kind(a answer, err error) string {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case err != nil:
		return "no answer"
	}
	return fmt.Sprint(a.status)
}

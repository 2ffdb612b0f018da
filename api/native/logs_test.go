package native_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/apitest"
	"parley/internal/eventstore"
	"parley/internal/server"
)

// journal is what a server logs.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// TestLogsHoldNothingOfUsers goes through all that a request may carry, with
// faults on the way that make the server log, at every level.
func TestLogsHoldNothingOfUsers(t *testing.T) {
	log := &journal{}
	s := apitest.Open(t, func(c *server.Config) {
		c.Logger = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	app := s.App("demo")
	ann, bob := app.User("ann", "canary-of-the-name"), app.User("bob")
	forged := app.Forge("ann", apitest.Claims{"name": "canary-of-a-forger"})
	forged.Secret = []byte("canary-of-a-secret")

	group := ann.Group("canary-of-the-group")
	ann.Add(group, bob)
	write := func() {
		const headers = "X-Forwarded-For: canary-of-an-address"
		a := ann.Post(apitest.Messages(group)+"?q=canary-of-the-query", `{"body":"canary-of-the-text"}`,
			headers, "Idempotency-Key: canary-of-the-key-"+uuid.NewString(), "User-Agent: canary-of-the-agent", "Cookie: c=canary-of-the-cookie")
		if a.Status == http.StatusCreated {
			m := apitest.Messages(group, a.Text("id"))
			ann.Put(m, `{"body":"canary-of-the-edit"}`, headers)
			bob.Post(m+"/reactions", `{"emote_asset_id":"canary-of-the-emote"}`)
			ann.Delete(m)
		}
		ann.Put(apitest.Channel(group), `{"name":"canary-of-a-new-name"}`)
		ann.Announce(group, "canary-of-the-file.png", "image/png", 10)
		ann.Post(apitest.Messages(group), `{"body":"canary-of-broken-json`)
		ann.Get("/v1/canary-of-the-path?access_token=" + ann.Token)
		ann.Get(apitest.Messages(group) + "?before=canary-of-the-cursor&token=" + ann.Token)
		s.Anybody().Get(channels + "?access_token=" + ann.Token + "&key=" + app.Secret)
		s.Anybody().Get(channels, "Authorization: Basic "+basic(string(app.Key)+":"+app.Secret))
		app.Bearer("ann", forged.Token()).Get(channels)
		s.Anybody().Get("/v1/admin/apps?token="+apitest.Operator, "Authorization: Bearer canary-of-an-operator")
	}
	write()
	for range 3 { // the database goes away under requests, and comes back
		var all sync.WaitGroup
		s.Prompt = true
		for range 4 {
			all.Go(write)
		}
		_, err := s.Pool.Exec(context.Background(), `
			SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		require.NoError(t, err)
		all.Wait()
		s.Prompt = false
		require.Eventually(t, func() bool {
			return ann.Post(apitest.Messages(group), `{"body":"canary-of-the-text"}`).Status == http.StatusCreated
		}, apitest.Patience, 10*time.Millisecond)
	}
	poison(t, s, group)
	write()

	secrets := map[string]string{"operator token": apitest.Operator, "secret of the key": app.Secret, "signature of a token": signature(forged.Token())}
	for _, u := range []*apitest.User{ann, bob} {
		secrets["token of "+u.ID] = signature(u.Token)
	}
	text := log.String()
	require.Contains(t, text, `"level":"WARN"`, "it has something to say")
	require.Contains(t, text, "partition parked")
	s.Run(t, "RS-020 no log holds a token or a secret, wherever it stood", func(t *testing.T) {
		for what, secret := range secrets {
			require.NotContains(t, text, secret, what)
		}
	})
	s.Run(t, "RS-020 RS-125 no log holds texts, names, files, queries, headers or paths", func(t *testing.T) {
		i := strings.Index(text, "canary-of-")
		if i >= 0 {
			t.Errorf("the log holds %.60q, in ...%s", text[i:], text[max(0, i-300):min(len(text), i+100)])
		}
	})
}

// signature is the part of a token that nobody else has.
func signature(token string) string { return token[strings.LastIndexByte(token, '.')+1:] }

// poison appends a message that no code can read, with a text in clear.
func poison(t *testing.T, s *apitest.Server, channel string) {
	t.Helper()
	var c int64
	_, err := fmt.Sscan(channel, &c)
	require.NoError(t, err)
	_, err = s.Log.Append(context.Background(), eventstore.Write{
		Stream: domain.MessageStream("demo", domain.ChannelID(c), 1), Expected: eventstore.Any,
		Events: []eventstore.NewEvent{{ID: uuid.New(), Type: "MessageSent", V: 1, Data: []byte(`{"kind":"canary-of-an-event`)}},
	})
	require.NoError(t, err)
}

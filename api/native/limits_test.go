package native_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/apitest"
	"parley/internal/server"
)

// limitTo sets the limits of an app and waits for them to hold.
func limitTo(s *apitest.Server, app *apitest.App, l domain.Limits) {
	app.Limit(l)
	s.Clock.Advance(time.Second)
}

// retryAfter is the wait that a refusal asks for.
func retryAfter(t *testing.T, a *apitest.Answer) time.Duration {
	t.Helper()
	n, err := strconv.Atoi(a.Refused(429, "RATE_LIMITED").Header.Get("Retry-After"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, n, 1)
	return time.Duration(n) * time.Second
}

func TestSendLimits(t *testing.T) {
	s, app := open(t)
	ann, bob := app.User("ann"), app.User("bob")
	group := ann.Group("g")
	ann.Add(group, bob)
	limitTo(s, app, domain.Limits{UserSends: 0.01, UserSendBurst: 3})
	for range 3 {
		ann.Send(group, "x")
	}
	s.Unchanged(t, func() {
		s.Run(t, "CH-019 the next send is refused and has no effect", func(t *testing.T) {
			wait := retryAfter(t, ann.Post(apitest.Messages(group), `{"body":"x"}`))
			require.Greater(t, wait, 50*time.Second)
			require.LessOrEqual(t, wait, 100*time.Second)
		})
		s.Run(t, "CH-019 so is one in another channel, or none", func(t *testing.T) {
			retryAfter(t, ann.Post(apitest.Messages("77"), `{"body":"x"}`))
		})
		s.Run(t, "CH-026 rate before body size", func(t *testing.T) {
			retryAfter(t, ann.Post(apitest.Messages(group), strings.Repeat("x", 256<<10+1)))
		})
		s.Run(t, "CH-026 token before rate", func(*testing.T) {
			app.Bearer("ann", "x").Post(apitest.Messages(group), `{"body":"x"}`).Refused(401, "AUTH_INVALID_TOKEN")
		})
		s.Run(t, "CH-024 not even the name of its token is recorded", func(t *testing.T) {
			retryAfter(t, app.User("ann", "Another Name").Post(apitest.Messages(group), `{"body":"x"}`))
		})
		s.Run(t, "CH-019 other requests go on", func(*testing.T) {
			ann.Get(apitest.Messages(group)).Want(200)
			ann.Post(typing(group), nil).Want(204)
		})
	})
	s.Run(t, "CH-019 another user is not affected", func(*testing.T) { bob.Send(group, "x") })
	s.Run(t, "CH-019 after the wait it goes through", func(t *testing.T) {
		s.Clock.Advance(retryAfter(t, ann.Post(apitest.Messages(group), `{"body":"x"}`)))
		ann.Send(group, "x")
	})
	s.Run(t, "CH-306 CH-019 a refused send is repeated with its key", func(t *testing.T) {
		key := "Idempotency-Key: k1"
		s.Clock.Advance(retryAfter(t, ann.Post(apitest.Messages(group), `{"body":"y"}`, key)))
		ann.Post(apitest.Messages(group), `{"body":"y"}`, key).Want(201)
	})
	s.Run(t, "CH-019 a changed limit holds within a second", func(*testing.T) {
		limitTo(s, app, domain.Limits{Off: true})
		for range 10 {
			ann.Send(group, "x")
		}
	})
	s.Run(t, "CH-019 of the app: all users together", func(t *testing.T) {
		limitTo(s, app, domain.Limits{AppSends: 0.01})
		s.Clock.Advance(time.Hour)
		ann.Send(group, "x")
		retryAfter(t, bob.Post(apitest.Messages(group), `{"body":"x"}`))
		other := s.App("other").User("eve")
		other.Send(other.Group("g"), "x")
	})
}

func TestRequestLimits(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	group := ann.Group("g")
	limitTo(s, app, domain.Limits{UserRequests: 0.01, UserBurst: 5, AppHistoryReads: 0.02})
	s.Run(t, "CH-019 history reads of the app", func(t *testing.T) {
		ann.Get(apitest.Messages(group)).Want(200)
		require.LessOrEqual(t, retryAfter(t, app.User("bob").Get(apitest.Messages(group))), 50*time.Second)
		require.Equal(t, http.StatusTooManyRequests, ann.Do(http.MethodHead, apitest.Messages(group), nil).Status, "a HEAD is a read")
	})
	s.Run(t, "CH-019 other requests, reads and writes alike", func(t *testing.T) {
		ann.Get(channels).Want(200)
		ann.Put(apitest.Block("bob"), nil).Want(204)
		ann.Get(apitest.Channel("77")).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
		require.LessOrEqual(t, retryAfter(t, ann.Get(channels)), 100*time.Second)
		retryAfter(t, ann.Post(typing(group), nil))
		require.Equal(t, http.StatusTooManyRequests, ann.Do(http.MethodHead, channels, nil).Status)
	})
	s.Run(t, "CH-019 sends have a bucket of their own", func(*testing.T) { ann.Send(group, "x") })
	s.Run(t, "CH-021 health has no limit", func(*testing.T) { s.Anybody().Get("/healthz").Want(200) })
}

func TestAFloodOfSends(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	group := ann.Group("g")
	limitTo(s, app, domain.Limits{})
	const n = 400
	answers := make([]*apitest.Answer, n)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = ann.Post(apitest.Messages(group), map[string]string{"body": fmt.Sprint(i)}) })
	}
	all.Wait()
	s.Run(t, "RS-127 CH-019 each is 201, 429 or 503, and every 201 is in history", func(t *testing.T) {
		accepted := map[string]bool{}
		for _, a := range answers {
			switch a.Status {
			case http.StatusCreated:
				accepted[a.Text("id")] = true
			case http.StatusServiceUnavailable:
				require.NotEmpty(t, a.Header.Get("Retry-After"))
			default:
				retryAfter(t, a)
			}
		}
		require.GreaterOrEqual(t, len(accepted), 60)
		require.Less(t, len(accepted), n)
		seen := 0
		for page, before := ann.Get(apitest.Messages(group)+"?limit=100"), ""; ; page = ann.Get(apitest.Messages(group) + "?limit=100&before=" + before) {
			for _, id := range page.Texts("id", "messages") {
				require.True(t, accepted[id], "a refused send has no effect")
				seen, before = seen+1, id
			}
			if more, _ := page.At("has_more").(bool); !more {
				break
			}
		}
		require.Equal(t, len(accepted), seen)
	})
}

func TestFailuresToAuthenticate(t *testing.T) {
	var now atomic.Pointer[time.Time] // stands still
	now.Store(new(time.Now()))
	s := apitest.Open(t, func(c *server.Config) { c.Now = func() time.Time { return *now.Load() } })
	app := s.App("demo")
	ask := func(peer, path, token string, headers ...string) *http.Response {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.RemoteAddr = peer
		r.Header.Set("Authorization", "Bearer "+token)
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Set(name, value)
		}
		s.Handler.ServeHTTP(w, r)
		return w.Result()
	}
	count := func(t *testing.T, peer, path, token string, n int, header func(i int) string) map[int]int {
		statuses := map[int]int{}
		for i := range n {
			res := ask(peer, path, token, header(i))
			if res.StatusCode == http.StatusTooManyRequests {
				require.Equal(t, "6", res.Header.Get("Retry-After"))
			}
			statuses[res.StatusCode]++
		}
		return statuses
	}
	none := func(int) string { return "X-Nothing: 1" }
	good := app.User("ann").Token
	forged := good[:len(good)-4] + "AAAA"
	expired := app.Forge("ann", apitest.Claims{"exp": 1}).Token()
	s.Run(t, "RS-027 ten failures a minute", func(t *testing.T) {
		require.Equal(t, map[int]int{401: 10, 429: 190}, count(t, "192.0.2.1:1", channels, forged, 200, none))
		require.Equal(t, 200, ask("192.0.2.2:1", channels, good).StatusCode, "an honest key from elsewhere")
		require.Equal(t, 401, ask("192.0.2.2:1", channels, forged).StatusCode)
		require.Equal(t, 200, ask("192.0.2.1:1", channels, good).StatusCode, "an honest key through the same proxy")
		now.Store(new(now.Load().Add(7 * time.Second)))
		require.Equal(t, map[int]int{401: 1}, count(t, "192.0.2.1:1", channels, forged, 1, none))
	})
	s.Run(t, "RS-027 the operator's token likewise", func(t *testing.T) {
		require.Equal(t, map[int]int{401: 10, 429: 10}, count(t, "192.0.2.3:1", "/v1/admin/tokens", "guess", 20, none))
	})
	s.Run(t, "RS-130 a forged X-Forwarded-For changes nothing", func(t *testing.T) {
		require.Equal(t, map[int]int{401: 10, 429: 40}, count(t, "192.0.2.4:1", channels, forged, 50, func(i int) string {
			return []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded"}[i%3] + fmt.Sprintf(": for=10.0.0.%d", i)
		}))
		require.Equal(t, map[int]int{401: 50}, count(t, "127.0.0.1:1", channels, forged, 50, func(int) string { return "X-Forwarded-For: 192.0.2.4" }))
	})
	s.Run(t, "CH-004 an expired token and a missing one are no attempts", func(t *testing.T) {
		require.Equal(t, map[int]int{401: 50}, count(t, "192.0.2.5:1", channels, expired, 50, none))
		require.Equal(t, map[int]int{401: 50}, count(t, "192.0.2.5:1", channels, forged, 50, func(int) string { return "Authorization: Basic eDp5" }))
	})
	s.Run(t, "RS-027 peers on this machine are exempt", func(t *testing.T) {
		require.Equal(t, map[int]int{401: 50}, count(t, "[::1]:1", channels, forged, 50, none))
	})
}

func TestFailuresOfPeersOnThisMachineCanBeCounted(t *testing.T) {
	s := apitest.Open(t, func(c *server.Config) { c.LimitLoopback = true })
	app := s.App("demo")
	s.Run(t, "RS-027", func(t *testing.T) {
		for range 10 {
			app.Bearer("ann", "x").Get(channels).Refused(401, "AUTH_INVALID_TOKEN")
		}
		require.LessOrEqual(t, retryAfter(t, app.Bearer("ann", "x").Get(channels)), 6*time.Second)
		app.User("ann").Get(channels).Want(200)
	})
}

func TestLimitsOnAnotherNode(t *testing.T) {
	nodes := apitest.Nodes(t, 2)
	app := nodes[0].App("demo")
	ann := app.User("ann")
	group := ann.Group("g")
	there := ann.On(nodes[1])
	there.Send(group, "x")
	app.Limit(domain.Limits{UserSends: 0.001, UserSendBurst: 1})
	nodes[0].Run(t, "CH-019 a limit changed elsewhere holds here", func(t *testing.T) {
		require.Eventually(t, func() bool {
			nodes[1].Clock.Advance(time.Second)
			return there.Post(apitest.Messages(group), `{"body":"x"}`).Status == http.StatusTooManyRequests
		}, apitest.Patience, time.Millisecond)
	})
}

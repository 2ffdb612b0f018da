package native_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
	"parley/internal/server"
)

func TestHeadIsAnsweredLikeGet(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	group := ann.Group("g")
	for range 50 { // more than a page of the network
		ann.Send(group, strings.Repeat("x", 100))
	}
	id := ann.Send(group, "x")
	ann.Put(apitest.Block("bob"), nil).Want(204)
	for _, path := range []string{
		channels, apitest.Channel(group), apitest.Members(group), apitest.Messages(group), apitest.Messages(group, id), typing(group),
		"/v1/users/me/blocks", "/healthz", "/readyz", apitest.Channel("77"), apitest.Messages(group) + "?limit=0", "/nothing",
	} {
		s.Run(t, "CH-027 HEAD "+path, func(t *testing.T) {
			get, head := ann.Get(path), ann.Do(http.MethodHead, path, nil)
			require.Equal(t, get.Status, head.Status)
			length := len(get.Body)
			if get.Code() != "" { // a request id of the server's own has 36 characters, always
				require.NotEmpty(t, head.Header.Get("X-Request-Id"))
			}
			require.Equal(t, strconv.Itoa(length), head.Header.Get("Content-Length"))
			require.Equal(t, get.Header.Get("Content-Type"), head.Header.Get("Content-Type"))
		})
	}
	s.Run(t, "CH-027 CH-002 without a token", func(t *testing.T) {
		require.Equal(t, 401, s.Anybody().Do(http.MethodHead, channels, nil).Status)
	})
	s.Unchanged(t, func() {
		s.Run(t, "CH-027 CH-017 where there is no GET", func(t *testing.T) {
			head := ann.Do(http.MethodHead, apitest.Block("bob"), nil)
			require.Equal(t, 405, head.Status)
			require.Equal(t, "DELETE, OPTIONS, PUT", head.Header.Get("Allow"))
		})
	})
}

func TestOptionsNamesTheMethods(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	group := ann.Group("g")
	for path, methods := range map[string]string{
		channels: "GET, HEAD, OPTIONS, POST", apitest.Block("bob"): "DELETE, OPTIONS, PUT",
		typing(group): "GET, HEAD, OPTIONS, POST", "/healthz": "GET, HEAD, OPTIONS",
	} {
		s.Run(t, "CH-027 OPTIONS "+path, func(t *testing.T) {
			for _, u := range []*apitest.User{ann, s.Anybody()} {
				a := u.Do(http.MethodOptions, path, nil, "Origin: https://chat.example.com", "Access-Control-Request-Method: GET").Want(204)
				require.Equal(t, methods, a.Header.Get("Allow"))
				for name := range a.Header {
					require.False(t, strings.HasPrefix(name, "Access-Control"), "RS-126 off by default: %s", name)
				}
			}
		})
		s.Run(t, "CH-017 another method "+path, func(t *testing.T) {
			require.Equal(t, methods, ann.Do("BREW", path, nil).Refused(405, "METHOD_NOT_ALLOWED").Header.Get("Allow"))
		})
	}
	s.Run(t, "CH-016 OPTIONS of no path", func(*testing.T) {
		ann.Do(http.MethodOptions, "/v1/nothing", nil).Refused(404, "NOT_FOUND")
	})
	s.Run(t, "CH-002 the admin face tells nobody", func(*testing.T) {
		s.Anybody().Do(http.MethodOptions, "/v1/admin/tokens", nil).Refused(401, "AUTH_MISSING_TOKEN")
	})
}

func TestOtherOrigins(t *testing.T) {
	const ours = "https://chat.example.com"
	s := apitest.Open(t, func(c *server.Config) { c.CORSOrigins = []string{ours, "http://localhost:3000"} })
	token := s.App("demo").User("ann").Token
	ask := func(method, path, origin string, headers ...string) http.Header {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
		r.Header.Set("Origin", origin)
		r.Header.Set("Authorization", "Bearer "+token)
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Set(name, value)
		}
		s.Handler.ServeHTTP(w, r)
		require.Empty(t, w.Header().Get("Access-Control-Allow-Credentials"), "RS-126 never with credentials")
		w.Header().Set("Status", strconv.Itoa(w.Code))
		return w.Header()
	}
	asked := "Access-Control-Request-Headers: authorization,content-type,idempotency-key,parley-min-position,x-request-id"
	for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
		s.Run(t, "CH-027 RS-126 pre-flight of "+method, func(t *testing.T) {
			h := ask(http.MethodOptions, channels, ours, "Access-Control-Request-Method: "+method, asked)
			require.Equal(t, "204", h.Get("Status"))
			require.Equal(t, ours, h.Get("Access-Control-Allow-Origin"))
			require.NotEmpty(t, h.Get("X-Request-Id"), "CH-018")
			for name := range strings.SplitSeq(strings.TrimPrefix(asked, "Access-Control-Request-Headers: "), ",") {
				require.Contains(t, h.Get("Access-Control-Allow-Headers"), name)
			}
		})
	}
	s.Run(t, "CH-027 an answer may be read, with our headers", func(t *testing.T) {
		h := ask(http.MethodGet, channels, ours)
		require.Equal(t, "200", h.Get("Status"))
		require.Equal(t, ours, h.Get("Access-Control-Allow-Origin"))
		require.Contains(t, h.Values("Vary"), "Origin")
		for _, name := range []string{"parley-position", "x-request-id", "retry-after", "idempotent-replayed"} {
			require.Contains(t, strings.ToLower(h.Get("Access-Control-Expose-Headers")), name)
		}
		require.Equal(t, "http://localhost:3000", ask(http.MethodGet, channels, "http://localhost:3000").Get("Access-Control-Allow-Origin"))
		require.Equal(t, ours, ask(http.MethodGet, "/v1/nothing", ours).Get("Access-Control-Allow-Origin"), "refusals too")
	})
	for name, origin := range map[string]string{
		"foreign": "https://evil.example", "null": "null", "suffix": ours + ".evil.example", "prefix": "https://evil-chat.example.com",
		"subdomain": "https://a.chat.example.com", "scheme": "http://chat.example.com", "port": ours + ":444", "case": "https://CHAT.example.com",
		"path": ours + "/", "two": ours + " https://evil.example", "any": "*", "empty": "",
	} {
		s.Run(t, "RS-126 "+name+" origin", func(t *testing.T) {
			for _, h := range []http.Header{
				ask(http.MethodGet, channels, origin),
				ask(http.MethodOptions, channels, origin, "Access-Control-Request-Method: GET", asked),
			} {
				require.Empty(t, h.Get("Access-Control-Allow-Origin"))
				require.Empty(t, h.Get("Access-Control-Allow-Headers"))
			}
		})
	}
	s.Run(t, "RS-126 other methods and headers", func(t *testing.T) {
		require.Empty(t, ask(http.MethodOptions, channels, ours, "Access-Control-Request-Method: PATCH").Get("Access-Control-Allow-Methods"))
		require.Empty(t, ask(http.MethodOptions, channels, ours, "Access-Control-Request-Method: GET",
			"Access-Control-Request-Headers: x-evil").Get("Access-Control-Allow-Headers"))
	})
	s.Run(t, "RS-126 not on the admin face", func(t *testing.T) {
		require.Empty(t, ask(http.MethodOptions, "/v1/admin/tokens", ours, "Access-Control-Request-Method: POST").Get("Access-Control-Allow-Origin"))
	})
	s.Run(t, "CH-027 OPTIONS that is no pre-flight", func(t *testing.T) {
		require.Equal(t, "GET, HEAD, OPTIONS, POST", ask(http.MethodOptions, channels, ours).Get("Allow"))
	})
}

func TestOriginsThatAreNotAllowed(t *testing.T) {
	for _, origins := range [][]string{
		{"*"},
		{"null"},
		{""},
		{"https://*.example.com"},
		{"https://example.com/"},
		{"https://example.com:*"},
		{"example.com"},
		{"https://good.example.com", "https://user@example.com"},
		{"file://"},
		{"https://exa mple.com"},
		{"https://example.com\r\nX: y"},
	} {
		require.Error(t, server.CheckOrigins(origins), "RS-126 %q", origins)
	}
	require.NoError(t, server.CheckOrigins(nil))
	require.NoError(t, server.CheckOrigins([]string{"https://example.com", "http://localhost:8080", "http://192.0.2.1"}))
}

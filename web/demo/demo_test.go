package demo_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/web/demo"
)

func page(users func(context.Context) ([]demo.User, error)) http.Handler {
	p := &demo.Page{Users: users, Logger: slog.New(slog.DiscardHandler)}
	return p.Over(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
}

func ann(context.Context) ([]demo.User, error) {
	return []demo.User{{ID: "ann", Name: "Ann", Token: "t", Expires: 7}}, nil
}

// get asks as a browser on the server's machine does, but for what change says.
func get(h http.Handler, path string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8080"+path, nil)
	r.RemoteAddr = "127.0.0.1:5000"
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestTokensGoToThisMachineOnly(t *testing.T) {
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	tests := map[string]struct {
		change func(*http.Request)
		status int
	}{
		"a browser here":                   {nil, http.StatusOK},
		"a browser here, by name":          {func(r *http.Request) { r.Host = "localhost:8080" }, http.StatusOK},
		"a browser here, by IPv6":          {func(r *http.Request) { r.Host, r.RemoteAddr = "[::1]:8080", "[::1]:5000" }, http.StatusOK},
		"the page itself":                  {header("Sec-Fetch-Site", "same-origin"), http.StatusOK},
		"a page of another origin":         {header("Sec-Fetch-Site", "cross-site"), http.StatusForbidden},
		"a page of another port":           {header("Sec-Fetch-Site", "same-site"), http.StatusForbidden},
		"another machine":                  {func(r *http.Request) { r.RemoteAddr = "192.0.2.7:5000" }, http.StatusForbidden},
		"a name that was bound to here":    {func(r *http.Request) { r.Host = "evil.example:8080" }, http.StatusForbidden},
		"a name that looks like loopback":  {func(r *http.Request) { r.Host = "127.0.0.1.evil.example" }, http.StatusForbidden},
		"through a proxy":                  {header("X-Forwarded-For", "192.0.2.7"), http.StatusForbidden},
		"through a proxy of the new style": {header("Forwarded", "for=192.0.2.7"), http.StatusForbidden},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := get(page(ann), "/demo/session.json", tt.change)
			require.Equal(t, tt.status, w.Code)
			require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			require.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
			if tt.status == http.StatusOK {
				require.JSONEq(t, `{"users":[{"user_id":"ann","display_name":"Ann","token":"t","expires_at":7}]}`, w.Body.String())
			} else {
				require.NotContains(t, w.Body.String(), "token\":")
			}
		})
	}
}

func TestAFaultIsNotShown(t *testing.T) {
	w := get(page(func(context.Context) ([]demo.User, error) { return nil, errors.New("secret thing") }), "/demo/session.json", nil)
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.NotContains(t, w.Body.String(), "secret thing")
}

func TestThePageIsServedStrictly(t *testing.T) {
	h := page(ann)
	w := get(h, "/demo", nil)
	require.Equal(t, http.StatusPermanentRedirect, w.Code)
	require.Equal(t, "/demo/", w.Header().Get("Location"))

	w = get(h, "/demo/", nil)
	require.Equal(t, http.StatusOK, w.Code)
	policy := w.Header().Get("Content-Security-Policy")
	require.Contains(t, policy, "default-src 'none'; script-src 'self'; style-src 'self'")
	require.NotContains(t, policy, "unsafe")
	require.Regexp(t, `<script[^>]* src="/demo/assets/[^"]+"></script>`, w.Body.String())
	require.NotRegexp(t, `<script[^>]*>[^<]|<style| on[a-z]+=| style=`, w.Body.String(), "nothing is inline")
	for _, name := range regexp.MustCompile(`/demo/assets/[^"]+`).FindAllString(w.Body.String(), -1) {
		w = get(h, name, nil)
		require.Equal(t, http.StatusOK, w.Code, name)
		require.Contains(t, w.Header().Get("Cache-Control"), "immutable")
	}

	require.Equal(t, http.StatusNotFound, get(h, "/demo/nothing", nil).Code)
	require.Equal(t, http.StatusTeapot, get(h, "/demonstration", nil).Code, "everything else is as it was")
	require.Equal(t, http.StatusTeapot, get(h, "/v1/channels", nil).Code)
	w = get(h, "/demo/", func(r *http.Request) { r.Method = http.MethodPost })
	require.Equal(t, http.StatusMethodNotAllowed, w.Code)
	require.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
}

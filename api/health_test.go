package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/api"
)

func TestHealth(t *testing.T) {
	sound := api.Check{Name: "sound", Run: func(context.Context) error { return nil }}
	broken := api.Check{Name: "store", Run: func(context.Context) error { return errors.New("is away") }}
	ask := func(t *testing.T, method, path string, checks ...api.Check) (*http.Response, map[string]any) {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
		r.Header.Set("X-Request-Id", "r-1")
		api.Handler(api.Faces{Health: api.Health(checks, func() bool { return false })}).ServeHTTP(w, r)
		res := w.Result()
		t.Cleanup(func() { _ = res.Body.Close() })
		var body map[string]any
		require.NoError(t, json.NewDecoder(res.Body).Decode(&body))
		require.Equal(t, "r-1", res.Header.Get("X-Request-Id"))
		require.Equal(t, "nosniff", res.Header.Get("X-Content-Type-Options"))
		require.Equal(t, "application/json", res.Header.Get("Content-Type"))
		return res, body
	}
	t.Run("CH-021 the process lives, whatever the store does", func(t *testing.T) {
		res, _ := ask(t, http.MethodGet, "/healthz", broken)
		require.Equal(t, 200, res.StatusCode)
	})
	t.Run("CH-021 ready", func(t *testing.T) {
		res, _ := ask(t, http.MethodGet, "/readyz", sound)
		require.Equal(t, 200, res.StatusCode)
	})
	t.Run("CH-021 CH-008 not ready", func(t *testing.T) {
		res, body := ask(t, http.MethodGet, "/readyz", sound, broken)
		require.Equal(t, 503, res.StatusCode)
		require.Regexp(t, "^[123]$", res.Header.Get("Retry-After"))
		require.Equal(t, map[string]any{"store": "is away"}, body["failed"])
		require.Equal(t, map[string]any{"code": "UNAVAILABLE", "message": "not ready", "request_id": "r-1"}, body["error"])
	})
	t.Run("CH-017 another method", func(t *testing.T) {
		res, body := ask(t, http.MethodPost, "/healthz")
		require.Equal(t, 405, res.StatusCode)
		require.NotEmpty(t, res.Header.Get("Allow"))
		require.Equal(t, "METHOD_NOT_ALLOWED", body["error"].(map[string]any)["code"])
	})
}

package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/api"
)

func TestHeadOfAFace(t *testing.T) {
	for name, test := range map[string]struct {
		face   http.HandlerFunc
		status int
		length string
	}{
		"CH-027 a short body": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "abc") }, 200, "3"},
		"CH-027 a long body in pieces": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTeapot)
			for range 100 {
				_, _ = io.WriteString(w, strings.Repeat("x", 1000))
			}
		}, 418, "100000"},
		"CH-027 no body":      {func(http.ResponseWriter, *http.Request) {}, 200, "0"},
		"CH-001 no content":   {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, 204, ""},
		"CH-027 not modified": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) }, 304, ""},
		"CH-027 a file": {func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "a.txt", time.Time{}, strings.NewReader(strings.Repeat("x", 1<<20)))
		}, 200, "1048576"},
		"CH-027 a body of known length is not made": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			if n, err := w.Write(make([]byte, 10)); n != 0 || err == nil {
				panic("the body goes on")
			}
		}, 200, "1000"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(api.Handler(api.Faces{Native: test.face}))
			defer server.Close()
			q, err := http.NewRequestWithContext(t.Context(), http.MethodHead, server.URL+"/v1/x", nil)
			require.NoError(t, err)
			a, err := server.Client().Do(q)
			require.NoError(t, err)
			defer a.Body.Close()
			body, err := io.ReadAll(a.Body)
			require.NoError(t, err)
			require.Empty(t, body)
			require.Equal(t, test.status, a.StatusCode)
			require.Equal(t, test.length, a.Header.Get("Content-Length"))
		})
	}
}

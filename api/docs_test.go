package api_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheReferencePage(t *testing.T) {
	for path, mime := range map[string]string{
		"/openapi.json": "application/json", "/docs": "text/html; charset=utf-8", "/docs/start.js": "text/javascript; charset=utf-8",
		"/docs/scalar.js": "text/javascript; charset=utf-8", "/docs/licenses.txt": "text/plain; charset=utf-8",
	} {
		t.Run(path, func(t *testing.T) {
			plain := fetch(t, http.MethodGet, path, "X-Request-Id: r-1")
			require.Equal(t, http.StatusOK, plain.Code)
			h := plain.Header()
			require.Equal(t, mime, h.Get("Content-Type"))
			require.Equal(t, "r-1", h.Get("X-Request-Id"))
			require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
			require.Equal(t, "no-referrer", h.Get("Referrer-Policy"))
			require.Equal(t, "same-origin", h.Get("Cross-Origin-Opener-Policy"))
			require.Equal(t, "public, no-cache", h.Get("Cache-Control"))
			require.Equal(t, "Accept-Encoding", h.Get("Vary"))
			require.Contains(t, h.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'; ")
			require.NotContains(t, h.Get("Content-Security-Policy"), "http")

			packed := fetch(t, http.MethodGet, path, "Accept-Encoding: br, gzip;q=0.5")
			require.Equal(t, "gzip", packed.Header().Get("Content-Encoding"))
			z, err := gzip.NewReader(packed.Body)
			require.NoError(t, err)
			content, err := io.ReadAll(z)
			require.NoError(t, err)
			require.True(t, bytes.Equal(plain.Body.Bytes(), content), "packed or not, the content is the same")

			for _, tag := range []string{h.Get("ETag"), `"other", ` + h.Get("ETag"), "*"} {
				known := fetch(t, http.MethodGet, path, "If-None-Match: "+tag)
				require.Equal(t, http.StatusNotModified, known.Code)
				require.Empty(t, known.Body.Bytes())
				require.Equal(t, h.Get("ETag"), known.Header().Get("ETag"))
			}
			require.Equal(t, http.StatusOK, fetch(t, http.MethodGet, path, `If-None-Match: W/"other"`).Code)
			require.Empty(t, fetch(t, http.MethodGet, path, "Accept-Encoding: gzip;q=0").Header().Get("Content-Encoding"))

			head := fetch(t, http.MethodHead, path)
			require.Equal(t, http.StatusOK, head.Code)
			require.Empty(t, head.Body.Bytes())
			require.Equal(t, h.Get("ETag"), head.Header().Get("ETag"))
			require.Equal(t, strconv.Itoa(plain.Body.Len()), h.Get("Content-Length"), "CH-027")
			require.Equal(t, h.Get("Content-Length"), head.Header().Get("Content-Length"), "CH-027")

			options := fetch(t, http.MethodOptions, path)
			require.Equal(t, http.StatusNoContent, options.Code)
			require.Equal(t, "GET, HEAD, OPTIONS", options.Header().Get("Allow"))
			for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
				refusedAs(t, method, path, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED")
			}
		})
	}
	for _, path := range []string{"/docs/", "/docs/index.html", "/docs/LICENSE", "/docs/../openapi.yaml", "/docs/scalar.js.gz", "/docs/start.js/"} {
		t.Run("CH-016 nothing is at "+path, func(t *testing.T) {
			refusedAs(t, http.MethodGet, path, http.StatusNotFound, "NOT_FOUND")
		})
	}
}

func refusedAs(t *testing.T, method, path string, status int, code string) {
	t.Helper()
	res := fetch(t, method, path, "X-Request-Id: r-1")
	require.Equal(t, status, res.Code)
	require.Equal(t, "application/json", res.Header().Get("Content-Type"))
	require.Equal(t, "no-store", res.Header().Get("Cache-Control"))
	var body map[string]map[string]any
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &body))
	require.Equal(t, code, body["error"]["code"])
	require.Equal(t, "r-1", body["error"]["request_id"])
}

func TestTheReferenceNeedsNothingFromElsewhere(t *testing.T) {
	for _, path := range []string{"/docs", "/docs/start.js"} {
		require.NotRegexp(t, `//[a-z]+\.`, fetch(t, http.MethodGet, path).Body.String())
	}
}

// TestTheVendoredScript holds what is embedded to what scripts/vendor-docs
// makes of the package and version that it names.
func TestTheVendoredScript(t *testing.T) {
	script := fetch(t, http.MethodGet, "/docs/scalar.js").Body.Bytes()
	sum := sha256.Sum256(script)
	require.Equal(t, "81b8d2bdab4a42ab81465386441b9a0f928b68631364360f00e8cce620cc1efb", hex.EncodeToString(sum[:]))
	recipe, err := os.ReadFile("../scripts/vendor-docs")
	require.NoError(t, err)
	require.Contains(t, string(recipe), "version=1.46.4")
	require.Contains(t, string(script[:1000]), "@scalar/api-reference 1.46.4")
	require.Contains(t, fetch(t, http.MethodGet, "/docs/licenses.txt").Body.String(), "Copyright (c) 2023-present Scalar")
}

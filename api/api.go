package api

import (
	"net/http"
	"strings"
)

// Faces are the handlers of the service; Native also answers what belongs to
// no other.
type Faces struct {
	Native http.Handler
	Admin  http.Handler
	Files  http.Handler // signed URLs
	Health http.Handler
	Docs   http.Handler // the description of the API, and its page
	Lanes  *Lanes       // nil: nothing is bounded
	// Draining says that the server is about to end, so that connections are
	// not kept; nil: never.
	Draining func() bool
}

// Handler is the one port.
func Handler(f Faces) http.Handler {
	if f.Draining == nil {
		f.Draining = func() bool { return false }
	}
	if f.Lanes == nil {
		f.Lanes = &Lanes{}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		if len(r.TransferEncoding) > 0 || f.Draining() {
			// With chunks it may have had a Content-Length too, which net/http drops: what
			// follows on the connection could be part of the body to others.
			h.Set("Connection", "close")
		}
		if r.Method == http.MethodHead && r.URL.Path != "/v1/ws" {
			w, r = asHead(w, r)
			defer w.(*head).end()
		}
		switch path := r.URL.Path; {
		case path == "/healthz" || path == "/readyz":
			f.Health.ServeHTTP(w, r)
		case path == "/openapi.json" || path == "/docs" || strings.HasPrefix(path, "/docs/"):
			f.Docs.ServeHTTP(w, r)
		case strings.HasPrefix(path, "/v1/admin/"):
			f.Admin.ServeHTTP(w, r)
		case strings.HasPrefix(path, "/v1/assets/"):
			pass(f.Lanes.Files, r.Body, w, r, f.Files)
		default:
			lane, body := f.Lanes.native(r)
			pass(lane, body, w, r, f.Native)
		}
	})
}

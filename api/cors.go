package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/jub0bs/cors"
)

// CORS lets scripts of some web origins use a face (CH-027): those that are
// named exactly, never all, and never with credentials of the browser. Without
// origins the face is as it was.
func CORS(origins []string, face http.Handler) (http.Handler, error) {
	if len(origins) == 0 {
		return face, nil
	}
	for _, o := range origins {
		if o == "" || strings.Contains(o, "*") {
			return nil, fmt.Errorf("CORS origin %q: want exact origins as https://chat.example.com, separated by commas", o)
		}
	}
	m, err := cors.NewMiddleware(cors.Config{
		Origins: origins,
		Methods: []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete},
		RequestHeaders: []string{
			"Authorization", "Content-Type", "Idempotency-Key", "Parley-Min-Position", "X-Request-Id",
		},
		ResponseHeaders: []string{"Parley-Position", "X-Request-Id", "Retry-After", "Idempotent-Replayed"},
		MaxAgeInSeconds: 600,
	})
	if err != nil {
		return nil, errors.New("CORS origins: " + strings.ReplaceAll(strings.TrimPrefix(err.Error(), "cors: "), "\n", "; "))
	}
	face = m.Wrap(face)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			w.Header().Set("X-Request-Id", requestID(r)) // the face may not see it
		}
		face.ServeHTTP(w, r)
	}), nil
}

package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// Check is one thing that must be right for the service to be ready; nil
// means it is.
type Check struct {
	Name string
	Run  func(context.Context) error
}

const checkTimeout = 2 * time.Second

// Health answers /healthz while the process lives, and /readyz 200 or 503
// with what is wrong (CH-021).
func Health(checks []Check) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			w.WriteHeader(http.StatusMethodNotAllowed)
			w.Write([]byte(`{"data":null,"error":{"code":"METHOD_NOT_ALLOWED","message":"the path does not take this method"}}`))
			return
		}
		if r.URL.Path == "/healthz" {
			w.Write([]byte(`{"status":"ok"}`))
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
		defer cancel()
		failed := map[string]string{}
		for _, c := range checks {
			if err := c.Run(ctx); err != nil {
				failed[c.Name] = err.Error()
			}
		}
		if len(failed) == 0 {
			w.Write([]byte(`{"status":"ready"}`))
			return
		}
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		json.NewEncoder(w).Encode(map[string]any{"status": "not ready", "failed": failed})
	})
}

package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Check is one thing that must be right for the service to be ready; nil
// means it is. Note, if there is one, says what the operator should know all
// the same, or nothing.
type Check struct {
	Name string
	Run  func(context.Context) error
	Note func() string
}

const checkTimeout = 2 * time.Second

// Health answers /healthz while the process lives, and /readyz 200 or 503
// with what is wrong (CH-021): at once while the server is draining. Refusals
// have the shape of CH-008.
func Health(checks []Check, draining func() bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := requestID(r)
		w.Header().Set("X-Request-Id", id)
		switch {
		case !isRead(w, r, id):
		case r.URL.Path == "/healthz":
			answer(w, http.StatusOK, map[string]any{"status": "ok"})
		case draining():
			notReady(w, id, map[string]string{"draining": "the server is stopping"})
		default:
			ready(w, r, id, checks)
		}
	})
}

// isRead answers OPTIONS, and refuses what is neither GET nor HEAD (CH-017,
// CH-027).
func isRead(w http.ResponseWriter, r *http.Request, id string) bool {
	if r.Method == http.MethodGet {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD, OPTIONS")
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return false
	}
	answer(w, http.StatusMethodNotAllowed, refusal(id, "METHOD_NOT_ALLOWED", "the path does not take this method"))
	return false
}

func ready(w http.ResponseWriter, r *http.Request, id string, checks []Check) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	failed, notes := map[string]string{}, map[string]string{}
	for _, c := range checks {
		if err := c.Run(ctx); err != nil {
			failed[c.Name] = err.Error()
		}
		if c.Note != nil && c.Note() != "" {
			notes[c.Name] = c.Note()
		}
	}
	if len(failed) == 0 {
		body := map[string]any{"status": "ready"}
		if len(notes) > 0 {
			body["notes"] = notes
		}
		answer(w, http.StatusOK, body)
		return
	}
	notReady(w, id, failed)
}

func notReady(w http.ResponseWriter, id string, failed map[string]string) {
	w.Header().Set("Retry-After", RetryAfter())
	body := refusal(id, "UNAVAILABLE", "not ready")
	body["status"], body["failed"] = "not ready", failed
	answer(w, http.StatusServiceUnavailable, body)
}

func refusal(id, code, message string) map[string]any {
	return map[string]any{
		"data":  nil,
		"error": map[string]string{"code": code, "message": message, "request_id": id},
	}
}

func answer(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}

// requestID is the request's own id if it is usable, else a new one (CH-018).
func requestID(r *http.Request) string {
	id := r.Header.Get("X-Request-Id")
	usable := id != "" && len(id) <= 64 &&
		!strings.ContainsFunc(id, func(c rune) bool { return c < ' ' || c > '~' })
	if !usable {
		return uuid.NewString()
	}
	return id
}

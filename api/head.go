package api

import (
	"net/http"
	"strconv"
)

// asHead makes a GET of a HEAD, whose answer loses its body on the way out
// (CH-027): no face has to know HEAD.
func asHead(w http.ResponseWriter, r *http.Request) (*head, *http.Request) {
	get := *r
	get.Method = http.MethodGet
	return &head{ResponseWriter: w}, &get
}

// head keeps the header back until the length of the body is known.
type head struct {
	http.ResponseWriter
	status int
	length int64
}

// WriteHeader notes the status.
func (h *head) WriteHeader(status int) {
	if h.status == 0 {
		h.status = status
	}
}

// Write counts. When the handler has said how long the body is it need not be
// made: that error tells it so.
func (h *head) Write(b []byte) (int, error) {
	h.WriteHeader(http.StatusOK)
	if h.Header().Get("Content-Length") != "" {
		return 0, http.ErrBodyNotAllowed
	}
	h.length += int64(len(b))
	return len(b), nil
}

// Unwrap leads to the connection's deadlines.
func (h *head) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// end sends the header.
func (h *head) end() {
	h.WriteHeader(http.StatusOK)
	bodiless := h.status == http.StatusNoContent || h.status == http.StatusNotModified
	if !bodiless && h.Header().Get("Content-Length") == "" {
		h.Header().Set("Content-Length", strconv.FormatInt(h.length, 10))
	}
	h.ResponseWriter.WriteHeader(h.status)
}

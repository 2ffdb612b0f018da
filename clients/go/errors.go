package parley

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Refused is a refusal by the server (CH-008). Switch on Code.
type Refused struct {
	ErrorDetail
	// Status is that of HTTP; 0 where a frame of a socket refuses.
	Status int
	// RetryAfter is how long the server asks to wait; 0: it does not say.
	RetryAfter time.Duration
}

// Error names the code and why.
func (r *Refused) Error() string {
	if r.Code == "" {
		return fmt.Sprintf("refused with status %d", r.Status)
	}
	return fmt.Sprintf("%s: %s", r.Code, r.Message)
}

// IsRefused reports whether an error is a refusal with this code.
func IsRefused(err error, code ErrorCode) bool {
	var r *Refused
	return errors.As(err, &r) && r.Code == code
}

// newRefused reads the refusal of an answer. One that is not parley's own, of
// a proxy perhaps, has no code.
func newRefused(resp *http.Response, text []byte) *Refused {
	var body Error
	_ = json.Unmarshal(text, &body) // what cannot be read leaves no code
	r := &Refused{ErrorDetail: body.Error, Status: resp.StatusCode}
	if n, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && n > 0 {
		r.RetryAfter = time.Duration(n) * time.Second
	}
	return r
}

// passing reports whether the same request may succeed later.
func passing(err error) bool {
	var r *Refused
	if !errors.As(err, &r) {
		return errors.Is(err, errLost)
	}
	switch r.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retryAfter is how long a refusal asks to wait.
func retryAfter(err error) time.Duration {
	var r *Refused
	if errors.As(err, &r) {
		return r.RetryAfter
	}
	return 0
}

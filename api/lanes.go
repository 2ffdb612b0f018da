package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"parley/internal/overload"
)

// Lanes bound the requests of each sort by themselves, so that one sort never
// keeps another waiting. Health, the admin face and sockets have none.
type Lanes struct {
	Reads  *overload.Lane
	Writes *overload.Lane
	// Slow are requests that take long because of their client: large bodies,
	// and reads that wait for a position.
	Slow  *overload.Lane
	Files *overload.Lane
}

// NewLanes makes lanes of the usual width.
func NewLanes() *Lanes {
	const wait = 400 * time.Millisecond
	const target = 150 * time.Millisecond
	return &Lanes{
		Reads:  overload.New(overload.Config{Limit: 128, Least: 16, Most: 256, Queue: 4096, Wait: wait, Target: target}),
		Writes: overload.New(overload.Config{Limit: 256, Least: 32, Most: 512, Queue: 4096, Wait: wait, Target: target}),
		Slow:   overload.New(overload.Config{Limit: 256, Queue: 1024, Wait: wait}),
		Files:  overload.New(overload.Config{Limit: 1024}),
	}
}

// native is the lane of a request to the native face, nil for none, and its
// body.
func (l *Lanes) native(r *http.Request) (*overload.Lane, io.ReadCloser) {
	if l.Reads == nil {
		return nil, r.Body
	}
	switch r.Method {
	case http.MethodGet:
		switch {
		case r.URL.Path == "/v1/ws":
			return nil, r.Body
		case r.Header.Get("Parley-Min-Position") != "":
			return l.Slow, r.Body
		}
		return l.Reads, r.Body
	case http.MethodOptions:
		return nil, r.Body
	}
	whole, body := readAhead(r)
	if !whole {
		return l.Slow, body
	}
	return l.Writes, body
}

// aheadBytes is how large a body may be to be read before its request takes a
// place: a client that sends slowly holds up nobody (RS-123).
const aheadBytes = 64 << 10

// readAhead reads a small body. It reports whether nothing more will come, or
// the rest comes from a client that must not be waited for in the lane of
// others. The request keeps its body: the server looks at it when it closes the
// connection.
func readAhead(r *http.Request) (whole bool, body io.ReadCloser) {
	if r.Body == nil || r.ContentLength == 0 {
		return true, r.Body
	}
	if r.ContentLength > aheadBytes || r.Header.Get("Expect") != "" {
		return false, r.Body
	}
	size := r.ContentLength
	if size < 0 {
		size = aheadBytes + 1
	}
	a := &ahead{Closer: r.Body}
	b, err := readUpTo(r.Body, size, r.ContentLength < 0)
	a.read.Reset(b)
	a.Reader = &a.read
	whole = err == nil || errors.Is(err, io.EOF)
	if !whole {
		a.Reader = io.MultiReader(&a.read, r.Body) // it says again what is wrong
	}
	return whole, a
}

var errMore = errors.New("there is more")

// readUpTo reads size bytes. A body of unknown length that has as many is not
// at its end.
func readUpTo(body io.Reader, size int64, unknown bool) ([]byte, error) {
	if unknown {
		b, err := io.ReadAll(io.LimitReader(body, size))
		if err == nil && int64(len(b)) == size {
			err = errMore
		}
		return b, err
	}
	b := make([]byte, size)
	n, err := io.ReadFull(body, b)
	return b[:n], err
}

// ahead is a body that was read already.
type ahead struct {
	io.Reader
	io.Closer
	read bytes.Reader
}

// pass serves a request in a lane, or tells it to come again.
func pass(l *overload.Lane, body io.ReadCloser, w http.ResponseWriter, r *http.Request, face http.Handler) {
	if l == nil {
		face.ServeHTTP(w, r)
		return
	}
	place, err := l.Enter(r.Context())
	if err != nil {
		tooBusy(w, r, err)
		return
	}
	defer place.Leave()
	q := r.WithContext(overload.WithPlace(r.Context(), place))
	q.Body = body
	face.ServeHTTP(w, q)
}

// tooBusy answers who was not let in (CH-008, CH-018).
func tooBusy(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) {
		return // nobody is there to hear it
	}
	id := requestID(r)
	h := w.Header()
	h.Set("X-Request-Id", id)
	h.Set("Content-Type", "application/json")
	h.Set("Retry-After", RetryAfter())
	if strings.HasPrefix(r.URL.Path, "/v1/assets/") {
		h.Set("Connection", "close") // what it sends is not read
	}
	answer(w, http.StatusServiceUnavailable, refusal(id, "UNAVAILABLE", "too many requests at once; try again"))
}

// RetryAfter is when to come again, in seconds: not the same for everybody.
func RetryAfter() string { return strconv.Itoa(1 + rand.IntN(3)) }

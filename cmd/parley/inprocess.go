package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// inProcessURL stands for the server in this process.
const inProcessURL = "http://in-process"

// inProcess carries requests to a handler of this process. Bodies stream in
// both directions, as over a connection.
type inProcess struct {
	handler http.Handler
	serving sync.WaitGroup
}

// RoundTrip calls the handler and returns when it begins to answer.
func (p *inProcess) RoundTrip(q *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(q.Context())
	r, w := io.Pipe()
	a := &pipedAnswer{header: http.Header{}, body: w, began: make(chan struct{})}
	in := q.Clone(ctx)
	in.RequestURI, in.RemoteAddr = q.URL.RequestURI(), "127.0.0.1:0"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	p.serving.Go(func() {
		defer in.Body.Close()
		defer func() {
			if v := recover(); v != nil {
				w.CloseWithError(fmt.Errorf("panic: %v", v))
				a.WriteHeader(http.StatusInternalServerError)
				return
			}
			a.WriteHeader(http.StatusOK)
			w.Close()
		}()
		p.handler.ServeHTTP(a, in)
	})
	select {
	case <-a.began:
	case <-ctx.Done():
		cancel()
		r.Close()
		return nil, ctx.Err()
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.sent, Body: &pipedBody{r, cancel}, ContentLength: -1, Request: q,
	}, nil
}

// pipedAnswer is the handler's side of an answer.
type pipedAnswer struct {
	header http.Header
	body   *io.PipeWriter
	once   sync.Once
	began  chan struct{}
	status int         // read it after began
	sent   http.Header // header as it was then
}

// Header is to be changed before the first write.
func (a *pipedAnswer) Header() http.Header { return a.header }

// WriteHeader begins the answer.
func (a *pipedAnswer) WriteHeader(status int) {
	a.once.Do(func() {
		a.status, a.sent = status, a.header.Clone()
		close(a.began)
	})
}

// Write waits until it is read.
func (a *pipedAnswer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

// Flush has nothing to do: nothing is held back.
func (a *pipedAnswer) Flush() { a.WriteHeader(http.StatusOK) }

// SetReadDeadline is ignored: the request's context bounds everything.
func (*pipedAnswer) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline is ignored.
func (*pipedAnswer) SetWriteDeadline(time.Time) error { return nil }

// EnableFullDuplex is how it works anyway.
func (*pipedAnswer) EnableFullDuplex() error { return nil }

// pipedBody ends the request when it is closed, as a connection would.
type pipedBody struct {
	*io.PipeReader
	cancel context.CancelFunc
}

// Close lets go of the answer.
func (b *pipedBody) Close() error {
	defer b.cancel()
	return b.PipeReader.Close()
}

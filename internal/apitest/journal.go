package apitest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// canary marks what requests carry and no log may hold: each request has it
// in headers, and tests that write it anywhere else are watched as well.
const canary = "canary-of-"

// journal keeps all that a server logs, at every level.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write keeps a line.
func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// over is a logger that tells the journal first.
func (j *journal) over(l *slog.Logger) *slog.Logger {
	return slog.New(tee{slog.NewJSONHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}), l.Handler()})
}

// leak is what of the secrets, the issued tokens, what users wrote and the canaries a log holds,
// "" for nothing.
func (j *journal) leak(s *secrets) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	text := j.text.String()
	around := func(i int) string { return text[max(0, i-200):min(len(text), i+100)] }
	if i := strings.Index(text, canary); i >= 0 {
		return fmt.Sprintf("a canary, in ...%s", around(i))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for secret, name := range s.texts {
		if i := strings.Index(text, secret); i >= 0 && !s.loggable[name] {
			return fmt.Sprintf("the %s, in ...%s", name, around(i))
		}
	}
	for private, what := range s.private {
		if i := strings.Index(text, private); i >= 0 {
			return fmt.Sprintf("a %s, in ...%s", what, around(i))
		}
	}
	return ""
}

// tee hands records to two handlers.
type tee struct{ first, second slog.Handler }

// Enabled takes everything: the first does.
func (tee) Enabled(context.Context, slog.Level) bool { return true }

// Handle hands on.
func (h tee) Handle(ctx context.Context, r slog.Record) error {
	if h.second.Enabled(ctx, r.Level) {
		_ = h.second.Handle(ctx, r.Clone()) // the test's own
	}
	return h.first.Handle(ctx, r)
}

// WithAttrs hands on.
func (h tee) WithAttrs(a []slog.Attr) slog.Handler {
	return tee{h.first.WithAttrs(a), h.second.WithAttrs(a)}
}

// WithGroup hands on.
func (h tee) WithGroup(name string) slog.Handler {
	return tee{h.first.WithGroup(name), h.second.WithGroup(name)}
}

// Package accesslog writes a line about a request: what an allow-list names,
// never a body, a query, a header or a user id.
package accesslog

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"sync"
	"time"
)

// Mode says which requests get a line that is seen without debug logs.
type Mode string

// Modes.
const (
	Slow Mode = "slow" // faults, and what takes longer than a second
	All  Mode = "all"
	Off  Mode = "off"
)

// slow is how long a request takes to be worth a line.
const slow = time.Second

// perSecond is how many lines of mode Slow there are in a second at most: when
// everything is slow a part of it says enough.
const perSecond = 20

// Entry is a request that was answered.
type Entry struct {
	Method  string
	Route   string // the template
	Status  int
	Took    time.Duration
	Request string // the id
	App     string
	User    string // it becomes a pseudonym
}

// Log writes lines.
type Log struct {
	logger *slog.Logger
	mode   Mode
	key    []byte
	now    func() time.Time

	mu      sync.Mutex
	second  int64
	written int
	left    int // out since the last line
}

// New makes a Log. Pseudonyms of users are made with the key: the same on all
// nodes that share it.
func New(logger *slog.Logger, mode Mode, key string, now func() time.Time) *Log {
	if mode == "" {
		mode = Slow
	}
	sum := sha256.Sum256([]byte("access log\x00" + key))
	return &Log{logger: logger, mode: mode, key: sum[:], now: now}
}

// Note writes the line of a request if there is to be one.
func (l *Log) Note(e Entry) {
	level := slog.LevelDebug
	left := 0
	switch {
	case l.mode == All:
		level = slog.LevelInfo
	case l.mode == Slow && (e.Status >= 500 && e.Status != 503 || e.Took >= slow):
		var ok bool
		if left, ok = l.admit(); ok {
			level = slog.LevelInfo
		}
	}
	ctx := context.Background()
	if !l.logger.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", method(e.Method)), slog.String("route", e.Route), slog.Int("status", e.Status),
		slog.Float64("ms", float64(e.Took.Microseconds())/1000), slog.String("request", e.Request),
	}
	if e.App != "" {
		attrs = append(attrs, slog.String("app", e.App))
	}
	if e.User != "" {
		attrs = append(attrs, slog.String("user", l.Pseudonym(e.App, e.User)))
	}
	if left > 0 {
		attrs = append(attrs, slog.Int("left_out", left))
	}
	l.logger.LogAttrs(ctx, level, "request", attrs...)
}

// admit counts a line, and tells how many were left out before it.
func (l *Log) admit() (left int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if second := l.now().Unix(); second != l.second {
		l.second, l.written = second, 0
	}
	if l.written >= perSecond {
		l.left++
		return 0, false
	}
	l.written++
	left, l.left = l.left, 0
	return left, true
}

// Pseudonym stands for a user: always the same, and of no use without the key.
func (l *Log) Pseudonym(app, user string) string {
	m := hmac.New(sha256.New, l.key)
	m.Write([]byte(app + "\x00" + user))
	return hex.EncodeToString(m.Sum(nil)[:8])
}

// method is a method that HTTP knows: others are text of the client.
func method(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT":
		return m
	}
	return "other"
}

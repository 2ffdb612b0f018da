package accesslog_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/accesslog"
)

// lines are what a log writes of entries.
func lines(t *testing.T, mode accesslog.Mode, level slog.Level, entries ...accesslog.Entry) (out []map[string]any) {
	t.Helper()
	var b bytes.Buffer
	l := accesslog.New(slog.New(slog.NewJSONHandler(&b, &slog.HandlerOptions{Level: level})), mode, "key", func() time.Time { return time.Unix(1, 0) })
	for _, e := range entries {
		l.Note(e)
	}
	for line := range strings.Lines(b.String()) {
		var o map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &o))
		delete(o, "time")
		out = append(out, o)
	}
	return out
}

func TestAccessLog(t *testing.T) {
	quick := accesslog.Entry{Method: "GET", Route: "/v1/channels", Status: 200, Took: 2500 * time.Microsecond, Request: "r-1", App: "demo", User: "ann"}
	with := func(f func(*accesslog.Entry)) accesslog.Entry {
		e := quick
		f(&e)
		return e
	}
	slow := with(func(e *accesslog.Entry) { e.Took = 2 * time.Second })
	fault := with(func(e *accesslog.Entry) { e.Status = 500 })
	busy := with(func(e *accesslog.Entry) { e.Status = 503 })
	tests := map[string]struct {
		mode  accesslog.Mode
		level slog.Level
		entry accesslog.Entry
		lines int
	}{
		"quick":                    {"", slog.LevelInfo, quick, 0},
		"quick, debug":             {"", slog.LevelDebug, quick, 1},
		"quick, all":               {accesslog.All, slog.LevelInfo, quick, 1},
		"slow":                     {"", slog.LevelInfo, slow, 1},
		"slow, off":                {accesslog.Off, slog.LevelInfo, slow, 0},
		"a fault":                  {accesslog.Slow, slog.LevelInfo, fault, 1},
		"refused for the overload": {accesslog.Slow, slog.LevelInfo, busy, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { require.Len(t, lines(t, tt.mode, tt.level, tt.entry), tt.lines) })
	}
	t.Run("a line has what the allow-list names", func(t *testing.T) {
		got := lines(t, accesslog.All, slog.LevelInfo, quick)[0]
		require.Regexp(t, "^[0-9a-f]{16}$", got["user"])
		delete(got, "user")
		require.Equal(t, map[string]any{
			"level": "INFO", "msg": "request", "method": "GET", "route": "/v1/channels", "status": 200.0, "ms": 2.5, "request": "r-1", "app": "demo",
		}, got)
	})
	t.Run("what is no method is not repeated", func(t *testing.T) {
		e := with(func(e *accesslog.Entry) { e.Method = "SECRET" })
		require.Equal(t, "other", lines(t, accesslog.All, slog.LevelInfo, e)[0]["method"])
	})
	t.Run("a flood of slow ones is cut short", func(t *testing.T) {
		many := make([]accesslog.Entry, 1000)
		for i := range many {
			many[i] = slow
		}
		require.Len(t, lines(t, accesslog.Slow, slog.LevelInfo, many...), 20)
	})
}

func TestPseudonyms(t *testing.T) {
	of := func(key, app, user string) string {
		return accesslog.New(slog.New(slog.DiscardHandler), accesslog.All, key, time.Now).Pseudonym(app, user)
	}
	require.Equal(t, of("k", "a", "ann"), of("k", "a", "ann"), "the same on every node")
	require.NotEqual(t, of("k", "a", "ann"), of("k", "b", "ann"))
	require.NotEqual(t, of("k", "a", "ann"), of("k", "a", "bob"))
	require.NotEqual(t, of("k", "a", "ann"), of("l", "a", "ann"))
}

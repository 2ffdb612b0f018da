package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// spoken lists by room what the excerpt has people say.
func spoken(t *testing.T) map[string][]string {
	t.Helper()
	said := map[string][]string{}
	for line := range strings.Lines(excerpt) {
		var e entry
		require.NoError(t, json.Unmarshal([]byte(line), &e))
		if (e.Type == "message" || e.Type == "action") && strings.TrimSpace(e.Text) != "" {
			said[e.Room] = append(said[e.Room], e.User+": "+e.Text)
		}
	}
	return said
}

// shown reads what is in the rooms by the curl lines that a demo prints last,
// the oldest message first.
func shown(t *testing.T, p *process) map[string][]string {
	t.Helper()
	lines := curlLines(p)
	require.GreaterOrEqual(t, len(lines), 3)
	rooms := map[string][]string{}
	for _, line := range lines[len(lines)-3:] {
		line, name, found := strings.Cut(line, "   # ")
		require.True(t, found, line)
		before, more := "", true
		for more {
			status, body := paste(t, strings.Replace(line, "limit=5", "limit=100"+before, 1))
			require.Equal(t, http.StatusOK, status, string(body))
			var page struct {
				Messages []message
				More     bool `json:"has_more"`
			}
			require.NoError(t, json.Unmarshal(body, &page))
			for _, m := range page.Messages {
				rooms[name] = append(rooms[name], m.SenderID+": "+m.Body)
				before = "&before=" + m.ID
			}
			more = page.More
		}
		slices.Reverse(rooms[name])
	}
	return rooms
}

// sayNothingTwice demands that each room shows what the excerpt has, in its
// order, up to some point.
func sayNothingTwice(t *testing.T, rooms map[string][]string) {
	t.Helper()
	all := spoken(t)
	require.Len(t, rooms, len(all))
	for name, said := range rooms {
		require.LessOrEqual(t, len(said), len(all[name]))
		require.Equal(t, all[name][:len(said)], said)
	}
}

func TestDemo(t *testing.T) {
	x := newExternal(t)
	p := start(t, x.args("demo", "--pace", "0")...)
	history := shown(t, p)
	t.Run("three rooms with history", func(t *testing.T) {
		require.Len(t, curlLines(p), 6, "three of the first start, one for each room")
		require.Len(t, history, 3)
		for name, said := range history {
			require.Greater(t, len(said), demoHistory/2, name)
		}
		sayNothingTwice(t, history)
	})
	p.stop(t)
	head, sent := x.head(t), x.sent(t)
	t.Run("a second run adds nothing to the history", func(t *testing.T) {
		p := start(t, x.args("demo", "--pace", "0")...)
		require.Len(t, curlLines(p), 3)
		require.Equal(t, history, shown(t, p))
		p.stop(t)
		require.Equal(t, head, x.head(t))
	})
	t.Run("live talk goes on where it stopped", func(t *testing.T) {
		for range 3 {
			p := start(t, x.args("demo", "--pace", "2ms")...)
			talked(t, x, sent+10)
			p.stop(t)
			before := sent
			sent = x.sent(t)
			require.Greater(t, sent, before)
		}
		p := start(t, x.args("demo", "--pace", "0")...)
		rooms := shown(t, p)
		sayNothingTwice(t, rooms)
		count := 0
		for name, said := range rooms {
			count += len(said)
			require.Greater(t, len(said), len(history[name]), "%s is silent", name)
		}
		require.Equal(t, sent, count)
		require.NotContains(t, p.stderr.String(), "demo talk")
	})
	t.Run("the excerpt comes to an end", func(t *testing.T) {
		all := 0
		for _, said := range spoken(t) {
			all += len(said)
		}
		p := start(t, x.args("demo", "--pace", "1us")...)
		talked(t, x, all)
		p.stop(t)
		head := x.head(t)
		p = start(t, x.args("demo", "--pace", "1us")...)
		require.Equal(t, spoken(t), shown(t, p))
		p.stop(t)
		require.Equal(t, head, x.head(t))
	})
}

// talked waits until the log has a number of messages.
func talked(t *testing.T, x external, messages int) {
	t.Helper()
	eventually(t, func() error {
		if n := x.sent(t); n < messages {
			return fmt.Errorf("%d messages of %d: %w", n, messages, errors.New("people are silent"))
		}
		return nil
	})
}

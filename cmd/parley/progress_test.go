package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProgressInPlainLines(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, "rebuilding timeline", "events", 1000)
	p.add(100)
	require.Empty(t, out.String(), "not at once")
	p.began, p.shown = time.Now().Add(-10*time.Second), time.Now().Add(-time.Minute)
	p.add(150)
	require.Equal(t, "rebuilding timeline: 250 of 1000 events (25 %), 25/s, about 30s left\n", out.String())
	p.set(1000, 1000)
	p.finish()

	out.Reset()
	p = newProgress(&out, "importing", "entries", -1)
	p.began, p.shown = time.Now().Add(-10*time.Second), time.Now().Add(-time.Minute)
	p.add(500)
	require.Equal(t, "importing: 500 entries, 50/s\n", out.String())
}

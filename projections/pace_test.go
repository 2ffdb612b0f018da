package projections

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPace(t *testing.T) {
	for name, tt := range map[string]struct {
		rate   int
		demand demand
		chunk  int
		rest   time.Duration // after each of ten chunks of 100 events that took 20 ms
	}{
		"alone":                {chunk: chunkItems},
		"somebody reads":       {demand: demand{reads: true}, chunk: politeChunk, rest: 20 * time.Millisecond},
		"somebody waits":       {demand: demand{reads: true, waiting: true}, chunk: politeChunk, rest: 60 * time.Millisecond},
		"bounded":              {rate: 1000, chunk: 100, rest: 80 * time.Millisecond},
		"bounded below itself": {rate: 1_000_000, chunk: chunkItems},
		"bounded, not polite":  {rate: 1000, demand: demand{waiting: true}, chunk: 100, rest: 80 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &pace{rate: tt.rate, demand: func() demand { return tt.demand }}
				for range 10 {
					time.Sleep(20 * time.Millisecond)
					began := time.Now()
					require.NoError(t, p.after(t.Context(), 100, 20*time.Millisecond))
					require.Equal(t, tt.rest, time.Since(began))
				}
				require.Equal(t, tt.chunk, p.chunk())
				ended, cancel := context.WithCancel(t.Context())
				cancel()
				require.ErrorIs(t, p.after(ended, 1000, time.Second), context.Canceled)
			})
		})
	}
}

func TestSplittingStatements(t *testing.T) {
	require.Equal(t, []string{"A 'b; ''c'", `D "e;f" g`, "H"}, split("A 'b; ''c'; -- no; such\nD \"e;f\" g;\n\n;H"))
	require.Empty(t, split(" -- nothing"))
}

package bench

import (
	"io"
	"testing"
)

// BenchmarkProjections measures all projections over an embedded PostgreSQL
// that flushes each commit, in events per second.
func BenchmarkProjections(b *testing.B) {
	for b.Loop() {
		r, err := MeasureProjections(b.Context(), ProjectionsOptions{Messages: 20_000, Channels: 100, Progress: io.Discard})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(r.PerSecond, "events/s")
	}
}

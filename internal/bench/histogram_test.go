package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestQuantilesAreCloseToTheTruth(t *testing.T) {
	var h Histogram
	for i := 1; i <= 1000; i++ {
		h.Add(time.Duration(i) * time.Millisecond)
	}
	require.EqualValues(t, 1000, h.Count())
	require.Equal(t, time.Second, h.Max())
	for q, want := range map[float64]time.Duration{
		0: time.Millisecond, 0.5: 500 * time.Millisecond, 0.9: 900 * time.Millisecond,
		0.99: 990 * time.Millisecond, 1: time.Second,
	} {
		require.InEpsilon(t, want, h.Quantile(q), 0.016, "quantile %v", q)
	}
}

func TestShortDurationsAreExact(t *testing.T) {
	var h Histogram
	for _, d := range []time.Duration{3, 5, 7, 63} {
		h.Add(d)
	}
	require.Equal(t, time.Duration(5), h.Quantile(0.5))
	require.Equal(t, time.Duration(63), h.Quantile(1))
}

func TestEmptyHistogramHasNoQuantiles(t *testing.T) {
	var h Histogram
	require.Zero(t, h.Quantile(0.99))
	require.Zero(t, h.Max())
}

func TestNoQuantileExceedsTheGreatest(t *testing.T) {
	var h Histogram
	h.Add(1000003)
	require.LessOrEqual(t, h.Quantile(0.5), h.Max())
}

func TestMergedHistogramsCountAsOne(t *testing.T) {
	var low, high, both Histogram
	low.Add(-time.Second) // a clock that was set back
	low.Add(10)
	high.Add(time.Hour)
	both.Merge(&low)
	both.Merge(&high)
	require.EqualValues(t, 3, both.Count())
	require.Equal(t, time.Duration(10), both.Quantile(0.5))
	require.Equal(t, time.Hour, both.Max())
}

func TestEveryDurationFindsABucketNearIt(t *testing.T) {
	last := -1
	for v := uint64(1); v < 1<<62; v += v/40 + 1 {
		b := bucket(v)
		require.Less(t, b, buckets)
		require.GreaterOrEqual(t, b, last)
		require.InEpsilon(t, v, middle(b), 0.016)
		last = b
	}
	require.Less(t, bucket(1<<63-1), buckets)
}

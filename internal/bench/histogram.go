package bench

import (
	"math/bits"
	"time"
)

// A bucket is at most 1/64 as wide as the durations it holds.
const (
	stepBits = 6
	steps    = 1 << stepBits
	buckets  = (64 - stepBits) * steps
)

// Histogram counts durations in buckets that are exact to about 1.6 %. The
// zero value is empty and ready; it belongs to one goroutine.
type Histogram struct {
	counts [buckets]uint32
	total  int64
	most   time.Duration
}

// Add counts a duration; a negative one counts as none at all.
func (h *Histogram) Add(d time.Duration) {
	d = max(d, 0)
	h.counts[bucket(uint64(d))]++
	h.total++
	h.most = max(h.most, d)
}

// Merge adds what another histogram has counted.
func (h *Histogram) Merge(o *Histogram) {
	for i, n := range o.counts {
		h.counts[i] += n
	}
	h.total += o.total
	h.most = max(h.most, o.most)
}

// Count is how many durations were added.
func (h *Histogram) Count() int64 { return h.total }

// Max is the greatest duration, exactly.
func (h *Histogram) Max() time.Duration { return h.most }

// Quantile is the duration that a share q of all durations do not exceed, 0
// when there are none.
func (h *Histogram) Quantile(q float64) time.Duration {
	rank := int64(q*float64(h.total) + 0.999999)
	rank = min(max(rank, 1), h.total)
	seen := int64(0)
	for i, n := range h.counts {
		seen += int64(n)
		if n > 0 && seen >= rank {
			return min(time.Duration(middle(i)), h.most)
		}
	}
	return 0
}

// bucket numbers values up to 63 one by one, and 64 buckets for each doubling
// from there.
func bucket(v uint64) int {
	if v < steps {
		return int(v)
	}
	shift := bits.Len64(v) - stepBits - 1
	return (shift+1)*steps + int(v>>shift) - steps
}

// middle is the value in the middle of a bucket.
func middle(i int) uint64 {
	if i < steps {
		return uint64(i)
	}
	shift := i/steps - 1
	return uint64(i%steps+steps)<<shift + uint64(1)<<shift/2
}

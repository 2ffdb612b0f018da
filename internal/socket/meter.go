package socket

import (
	"maps"
	"sync"
	"sync/atomic"
)

// Meter counts over many connections.
type Meter struct {
	open    atomic.Int64
	written atomic.Uint64
	dropped atomic.Uint64
	mu      sync.Mutex
	closes  map[int]uint64
}

// abnormal is the code under which connections count that ended without a
// close frame.
const abnormal = 1006

// Stats is what a Meter has counted: connections that are open, frames written
// and dropped, and ends by close code, 1006 for those without one.
type Stats struct {
	Open             int64
	Written, Dropped uint64
	Closes           map[int]uint64
}

// Stats reads the counters.
func (m *Meter) Stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Stats{m.open.Load(), m.written.Load(), m.dropped.Load(), maps.Clone(m.closes)}
}

func (m *Meter) close(code int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closes == nil {
		m.closes = map[int]uint64{}
	}
	m.closes[code]++
}

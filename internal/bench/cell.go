package bench

import (
	"context"
	"fmt"
	"time"
)

// Cell is one measurement: one server, one round.
type Cell struct {
	What      string        `json:"what"` // send, newest or random
	Server    string        `json:"server"`
	Round     int           `json:"round"`
	Clients   int           `json:"clients"`
	Channels  int           `json:"channels"`
	Requests  int64         `json:"requests"`
	PerSecond float64       `json:"per_second"`
	P50       float64       `json:"p50_ms"`
	P90       float64       `json:"p90_ms"`
	P99       float64       `json:"p99_ms"`
	Max       float64       `json:"max_ms"`
	CPU       CPUPerRequest `json:"cpu_us_per_request"`
	// Behind is how long after the last request parley's read models had
	// caught up with what was sent; the processor time includes it.
	Behind  float64 `json:"behind_ms"`
	Refused int64   `json:"refused"`
	Refusal string  `json:"refusal,omitempty"`
}

func ms(d time.Duration) float64 { return float64(d) / 1e6 }

// measure runs a load against a target. settle, called after it, waits until
// the server has nothing left to do; may be nil.
func (w *world) measure(ctx context.Context, t target, c Cell, l Load, settle func() error) (Cell, error) {
	c.Server, c.Clients = t.name, len(l.Clients)
	var before, used CPU
	profiled := w.profile(ctx, t, c)
	l.Addr, l.Warm, l.Time = t.addr, w.warm(), w.Time
	l.Begin = func() { before = readCPU(t.pid) }
	l.End = func() { used = readCPU(t.pid).Sub(before) }
	s, err := l.Run(ctx)
	if err == nil && settle != nil {
		ended := time.Now()
		err = settle()
		c.Behind = ms(time.Since(ended))
		late := readCPU(t.pid).Sub(before)
		used.Server, used.Postgres = late.Server, late.Postgres
	}
	if perr := profiled(); err == nil {
		err = perr
	}
	if err != nil {
		return c, fmt.Errorf("%s, %s, %d clients: %w", c.What, t.name, c.Clients, err)
	}
	c.Requests, c.PerSecond = s.Latency.Count(), s.PerSecond()
	c.P50, c.P90, c.P99 = ms(s.Latency.Quantile(.5)), ms(s.Latency.Quantile(.9)), ms(s.Latency.Quantile(.99))
	c.Max, c.Refused, c.Refusal = ms(s.Latency.Max()), s.Refused, s.Refusal
	c.CPU = used.per(c.Requests)
	if c.Requests == 0 {
		return c, fmt.Errorf("%s, %s, %d clients: no request succeeded: %s", c.What, t.name, c.Clients, c.Refusal)
	}
	w.progress("round %d  %-7s %-6s %3d clients %3d channels  %8.0f/s  p50 %6.2f ms  p99 %6.2f ms%s",
		c.Round+1, c.What, c.Server, c.Clients, c.Channels, c.PerSecond, c.P50, c.P99, refusals(c))
	return c, nil
}

func refusals(c Cell) string {
	if c.Refused == 0 {
		return ""
	}
	return fmt.Sprintf("  %d REFUSED: %s", c.Refused, c.Refusal)
}

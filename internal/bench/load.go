package bench

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// answerTime is how long an answer may take before a measurement fails.
const answerTime = 20 * time.Second

// Client is what one connection does: one request after the other.
type Client struct {
	// Next is the n-th request. It may reuse its bytes.
	Next func(n int64) []byte
	// Done sees every expected answer; may be nil.
	Done func(n int64, body []byte) error
	// Want is the expected status of the n-th request; nil: the load's.
	Want func(n int64) int
}

// Load is what clients do to a server at once.
type Load struct {
	Addr    string
	Clients []Client
	Want    int           // the expected status
	Warm    time.Duration // not counted
	Time    time.Duration // counted
	Count   int64         // ends it after so many requests; 0: time alone
	Begin   func()        // called when counting begins; may be nil
	End     func()        // called when counting ends; may be nil
}

// Sample is what was counted. Refused are answers of another status.
type Sample struct {
	Latency Histogram
	Refused int64
	Refusal string // one of them
	Elapsed time.Duration
}

// PerSecond is the rate of expected answers.
func (s *Sample) PerSecond() float64 {
	if s.Elapsed <= 0 {
		return 0
	}
	return float64(s.Latency.Count()) / s.Elapsed.Seconds()
}

// run is a Load on its way.
type run struct {
	Load
	from, until time.Time
	left        atomic.Int64
}

// Run connects all clients and lets them work. It fails when a connection
// does, or when the context ends.
func (l Load) Run(ctx context.Context) (*Sample, error) {
	conns, err := l.dial(ctx)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	r := &run{Load: l, from: now.Add(l.Warm), until: now.Add(l.Warm + l.Time)}
	r.left.Store(l.Count)
	for _, c := range conns {
		c.conn.SetDeadline(r.until.Add(answerTime))
	}
	stop := context.AfterFunc(ctx, func() {
		for _, c := range conns {
			c.conn.SetDeadline(time.Unix(1, 0))
		}
	})
	defer stop()

	samples, errs := make([]Sample, len(conns)), make([]error, len(conns))
	var working sync.WaitGroup
	for i, c := range conns {
		working.Go(func() {
			defer c.Close()
			errs[i] = r.work(c, l.Clients[i], &samples[i])
		})
	}
	ended := make(chan struct{})
	go func() { working.Wait(); close(ended) }()
	sum := &Sample{Elapsed: r.watch(ended)}
	<-ended
	for i := range samples {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if errs[i] != nil {
			return nil, fmt.Errorf("client %d of %s: %w", i, l.Addr, errs[i])
		}
		sum.Latency.Merge(&samples[i].Latency)
		sum.Refused += samples[i].Refused
		if sum.Refusal == "" {
			sum.Refusal = samples[i].Refusal
		}
	}
	return sum, nil
}

func (l Load) dial(ctx context.Context) ([]*Conn, error) {
	conns := make([]*Conn, len(l.Clients))
	for i := range conns {
		var err error
		if conns[i], err = Dial(ctx, l.Addr); err != nil {
			for _, c := range conns[:i] {
				c.Close()
			}
			return nil, err
		}
	}
	return conns, nil
}

// watch calls Begin and End in time and returns how long it counted.
func (r *run) watch(ended <-chan struct{}) time.Duration {
	wait := func(t time.Time) {
		timer := time.NewTimer(time.Until(t))
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ended:
		}
	}
	wait(r.from)
	if r.Begin != nil {
		r.Begin()
	}
	wait(r.until)
	elapsed := min(time.Since(r.from), r.Time)
	if r.End != nil {
		r.End()
	}
	return elapsed
}

// work sends until the time or the count is over.
func (r *run) work(c *Conn, client Client, s *Sample) error {
	for n := int64(0); ; n++ {
		if r.Count > 0 && r.left.Add(-1) < 0 {
			return nil
		}
		began := time.Now()
		if !began.Before(r.until) {
			return nil
		}
		a, err := c.Do(client.Next(n))
		if err != nil {
			return err
		}
		ended := time.Now()
		want := r.Want
		if client.Want != nil {
			want = client.Want(n)
		}
		counts := !began.Before(r.from) && !ended.After(r.until)
		switch {
		case a.Status != want:
			s.Refused++
			s.Refusal = fmt.Sprintf("%d %.200s", a.Status, a.Body)
		case counts:
			s.Latency.Add(ended.Sub(began))
		}
		if a.Status == want && client.Done != nil {
			if err := client.Done(n, a.Body); err != nil {
				return err
			}
		}
		if a.Close {
			return fmt.Errorf("the server closed the connection after status %d", a.Status)
		}
	}
}

package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"
)

// OverloadOptions are those of the measurement of overload.
type OverloadOptions struct {
	Options
	Clients  int // that fill the server
	Channels int
	Factor   int // how many times as much is offered then
}

// OverloadReport is what is left of the capacity when more is asked for.
type OverloadReport struct {
	Machine Machine        `json:"machine"`
	Factor  int            `json:"factor"`
	Rows    []OverloadRow  `json:"rows"`
	Cells   []OverloadCell `json:"cells"`
}

// OverloadRow sums up the rounds of one load. Goodput is its accepted requests
// per second against those of the full server in the same round.
type OverloadRow struct {
	What    string  `json:"what"`
	Goodput *Figure `json:"goodput_ratio,omitempty"`
	OK      Figure  `json:"ok_per_second"`
	P50     Figure  `json:"p50_ms"`
	P99     Figure  `json:"p99_ms"`
	Refused int64   `json:"refused"` // 429 and 503
	Other   int64   `json:"other"`   // statuses and broken connections
}

// OverloadCell is one load in one round. Due is how many requests the
// timetable had, 0 for clients that ask as fast as they are answered.
type OverloadCell struct {
	What    string  `json:"what"`
	Round   int     `json:"round"`
	Clients int     `json:"clients"`
	Due     int64   `json:"due"`
	Sent    int64   `json:"sent"`
	OK      int64   `json:"ok"`
	Refused int64   `json:"refused"`
	Other   int64   `json:"other"`
	Why     string  `json:"why,omitempty"` // one of the others
	Rate    float64 `json:"ok_per_second"`
	P50     float64 `json:"p50_ms"` // of what was accepted
	P99     float64 `json:"p99_ms"`
	Seconds float64 `json:"seconds"`
}

// Loads that are measured.
const (
	fullLoad = "full"
	overLoad = "overload"
)

// MeasureOverload measures how much is answered with success when clients ask
// for as much as the server can do, and then for several times as much: as many
// times the clients, with requests due at as many times the rate, whether
// those before them were answered or not. Each client has one request under
// way at a time.
func MeasureOverload(ctx context.Context, o OverloadOptions) (_ *OverloadReport, err error) {
	if o.Factor < 2 || o.Factor > 20 {
		err = errors.New("want a factor of 2 to 20")
	}
	if err := errors.Join(o.Validate(), positive("clients", []int{o.Clients, o.Channels}), err); err != nil {
		return nil, err
	}
	w, err := openWith(ctx, o.Options, parleyName)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	w.progress("preparing users and channels")
	many := o.Clients * o.Factor
	set, err := w.makeChannels(ctx, "overload", o.Channels, []int{o.Clients, many})
	if err != nil {
		return nil, err
	}
	r := &OverloadReport{Machine: machine(o.Options), Factor: o.Factor}
	for round := range o.Rounds {
		full, err := w.overloadCell(ctx, OverloadCell{What: fullLoad, Round: round, Clients: o.Clients}, set, 0, 2*round)
		if err != nil {
			return nil, err
		}
		over, err := w.overloadCell(ctx, OverloadCell{What: overLoad, Round: round, Clients: many}, set, float64(o.Factor)*full.Rate, 2*round+1)
		if err != nil {
			return nil, err
		}
		r.Cells = append(r.Cells, full, over)
	}
	r.Rows = overloadRows(r.Cells)
	return r, nil
}

// overloadCell lets clients ask, at a rate of all together or, with 0, as fast
// as they are answered.
func (w *world) overloadCell(ctx context.Context, c OverloadCell, set channels, rate float64, serial int) (OverloadCell, error) {
	l, err := w.senders(ctx, w.parley, set, c.Clients, serial, false)
	if err != nil {
		return c, err
	}
	now := time.Now()
	o := &overloaded{from: now.Add(w.warm()), until: now.Add(w.warm() + w.Time), begin: now, rate: rate}
	tallies := make([]tally, c.Clients)
	var asking sync.WaitGroup
	for i, client := range l.Clients {
		asking.Go(func() { o.ask(ctx, w.parley.addr, client, &tallies[i]) })
	}
	asking.Wait()
	if ctx.Err() != nil {
		return c, ctx.Err()
	}
	var all tally
	for i := range tallies {
		all.add(&tallies[i])
	}
	c.Seconds = w.Time.Seconds()
	c.Due = int64(rate * c.Seconds)
	c.Sent, c.OK, c.Refused, c.Other, c.Why = all.sent, all.accepted.Count(), all.refused, all.other, all.why
	c.Rate = float64(c.OK) / c.Seconds
	c.P50, c.P99 = ms(all.accepted.Quantile(.5)), ms(all.accepted.Quantile(.99))
	w.progress("round %d  %-8s %4d clients  %8.0f/s ok of %d due, %d sent, %d refused, %d other %s  p50 %.1f ms  p99 %.1f ms",
		c.Round+1, c.What, c.Clients, c.Rate, c.Due, c.Sent, c.Refused, c.Other, c.Why, c.P50, c.P99)
	if c.OK == 0 {
		return c, fmt.Errorf("no request succeeded: %s", c.Why)
	}
	return c, w.settle(ctx, set[0])
}

// overloaded is a load on its way.
type overloaded struct {
	begin, from, until time.Time
	rate               float64
	next               atomic.Int64 // number of the next request on the timetable
}

// tally counts what one client was answered between from and until.
type tally struct {
	accepted             Histogram
	sent, refused, other int64
	why                  string
}

func (t *tally) add(o *tally) {
	t.accepted.Merge(&o.accepted)
	t.sent, t.refused, t.other = t.sent+o.sent, t.refused+o.refused, t.other+o.other
	if t.why == "" {
		t.why = o.why
	}
}

// ask sends what is due until the time is over. A connection that ends is
// replaced.
func (o *overloaded) ask(ctx context.Context, addr string, client Client, t *tally) {
	var conn *Conn
	drop := func() {
		if conn != nil {
			conn.Close()
		}
		conn = nil
	}
	defer func() { drop() }()
	for n := int64(0); o.wait(ctx); n++ {
		began := time.Now()
		var err error
		if conn == nil {
			if conn, err = Dial(ctx, addr); err != nil {
				conn = nil
				o.count(t, began, 0, err)
				continue
			}
			conn.conn.SetDeadline(o.until.Add(answerTime))
		}
		a, err := conn.Do(client.Next(n))
		o.count(t, began, a.Status, err)
		if err != nil || a.Close {
			drop()
		}
	}
}

// wait returns when the next request is due, or false when there is none.
func (o *overloaded) wait(ctx context.Context) bool {
	if o.rate > 0 {
		due := o.begin.Add(time.Duration(float64(o.next.Add(1)-1) / o.rate * float64(time.Second)))
		if due.After(o.until) {
			return false
		}
		if d := time.Until(due); d > time.Millisecond {
			time.Sleep(d)
		}
	}
	return ctx.Err() == nil && time.Now().Before(o.until)
}

func (o *overloaded) count(t *tally, began time.Time, status int, err error) {
	ended := time.Now()
	if began.Before(o.from) || ended.After(o.until) && status == http.StatusCreated {
		return
	}
	t.sent++
	switch {
	case err != nil:
		t.other++
		t.why = err.Error()
	case status == http.StatusCreated:
		t.accepted.Add(ended.Sub(began))
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		t.refused++
	default:
		t.other++
		t.why = fmt.Sprint("status ", status)
	}
}

func overloadRows(cells []OverloadCell) []OverloadRow {
	rows := []OverloadRow{{What: fullLoad}, {What: overLoad}}
	full := map[int]float64{}
	for i := range rows {
		var rate, p50, p99, ratio []float64
		for _, c := range cells {
			if c.What != rows[i].What {
				continue
			}
			rate, p50, p99 = append(rate, c.Rate), append(p50, c.P50), append(p99, c.P99)
			rows[i].Refused += c.Refused
			rows[i].Other += c.Other
			if c.What == fullLoad {
				full[c.Round] = c.Rate
			} else if full[c.Round] > 0 {
				ratio = append(ratio, c.Rate/full[c.Round])
			}
		}
		rows[i].OK, rows[i].P50, rows[i].P99 = highest(rate), lowest(p50), lowest(p99)
		if len(ratio) > 0 {
			f := highest(ratio)
			rows[i].Goodput = &f
		}
	}
	return rows
}

// Write prints the report for people.
func (r *OverloadReport) Write(out io.Writer) error {
	fmt.Fprintf(out, "Sends of about 150 bytes: as many as can be done, then %d times the clients and %d times the rate.\n%s\n", r.Factor, r.Factor, r.Machine)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\tok/s\tgoodput\tp50 ms\tp99 ms\trefused\tother")
	for _, row := range r.Rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\t%d\n", row.What, figureCell(&row.OK, "%.0f"), figureCell(row.Goodput, "%.2f"),
			figureCell(&row.P50, "%.1f"), figureCell(&row.P99, "%.1f"), row.Refused, row.Other)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out, "Goodput: accepted requests a second, against the full server of the same round. Latencies are of accepted ones.")
	return nil
}

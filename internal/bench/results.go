package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
)

// Comparison holds two results of the same measurement against each other,
// situation by situation.
type Comparison struct {
	Before string           `json:"before"`
	After  string           `json:"after"`
	Rows   []ComparisonLine `json:"rows"`
	// Only are situations that one of the results does not have.
	Only []string `json:"only,omitempty"`
}

// ComparisonLine compares one situation. Ratios are after / before: of the
// rate, of the median latency, of the processor time of a request; and of the
// ratios to the floor, which say more when the machine was not as free.
type ComparisonLine struct {
	Situation string   `json:"situation"`
	Before    float64  `json:"before_per_second"`
	After     float64  `json:"after_per_second"`
	Rate      float64  `json:"rate"`
	P50       float64  `json:"p50"`
	CPU       *float64 `json:"cpu,omitempty"`
	ToFloor   *float64 `json:"to_floor,omitempty"`
}

// result is what every report of rows holds.
type result struct {
	Rows []Row `json:"rows"`
}

// CompareResults reads two results that were printed as JSON.
func CompareResults(before, after string) (*Comparison, error) {
	old, err := readResult(before)
	if err != nil {
		return nil, err
	}
	now, err := readResult(after)
	if err != nil {
		return nil, err
	}
	c := &Comparison{Before: before, After: after}
	known := map[string]Row{}
	for _, r := range old.Rows {
		known[r.situation()] = r
	}
	for _, r := range now.Rows {
		was, ok := known[r.situation()]
		if !ok {
			c.Only = append(c.Only, r.situation())
			continue
		}
		delete(known, r.situation())
		if line, ok := compareRows(was, r); ok {
			c.Rows = append(c.Rows, line)
		}
	}
	for _, r := range old.Rows {
		if _, left := known[r.situation()]; left {
			c.Only = append(c.Only, r.situation())
		}
	}
	if len(c.Rows) == 0 {
		return nil, errors.New("the two results have no situation in common")
	}
	return c, nil
}

func readResult(file string) (r result, err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("%s is no result printed with --json: %w", file, err)
	}
	if len(r.Rows) == 0 {
		return r, fmt.Errorf("%s has no rows: compare results of send, mixed, history, unread or scale, printed with --json", file)
	}
	return r, nil
}

func (r Row) situation() string {
	return fmt.Sprintf("%s, %d clients, %d channels", r.What, r.Clients, r.Channels)
}

func compareRows(was, is Row) (l ComparisonLine, ok bool) {
	if was.Parley == nil || is.Parley == nil || was.Parley.PerSecond.Median <= 0 || was.Parley.P50.Median <= 0 {
		return l, false
	}
	l = ComparisonLine{
		Situation: is.situation(), Before: was.Parley.PerSecond.Median, After: is.Parley.PerSecond.Median,
		Rate: is.Parley.PerSecond.Median / was.Parley.PerSecond.Median, P50: is.Parley.P50.Median / was.Parley.P50.Median,
	}
	if was.Parley.CPU != nil && is.Parley.CPU != nil && was.Parley.CPU.sum() > 0 {
		cpu := is.Parley.CPU.sum() / was.Parley.CPU.sum()
		l.CPU = &cpu
	}
	if was.Rate != nil && is.Rate != nil && was.Rate.Median > 0 {
		floor := is.Rate.Median / was.Rate.Median
		l.ToFloor = &floor
	}
	return l, true
}

// Write prints the comparison for people.
func (c *Comparison) Write(out io.Writer) error {
	fmt.Fprintf(out, "%s against %s before: above 1 is more.\n", c.After, c.Before)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\tbefore/s\tafter/s\trate\tp50\tCPU\trate : floor")
	for _, l := range c.Rows {
		fmt.Fprintf(t, "%s\t%.0f\t%.0f\t%.2f\t%.2f\t%s\t%s\n", l.Situation, l.Before, l.After, l.Rate, l.P50, optional(l.CPU), optional(l.ToFloor))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, s := range c.Only {
		fmt.Fprintf(out, "only one of them has: %s\n", s)
	}
	return nil
}

func optional(f *float64) string {
	if f == nil {
		return "-"
	}
	return fmt.Sprintf("%.2f", *f)
}

package bench

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Write prints the report for people.
func (r *SendReport) Write(out io.Writer) error {
	keys := ""
	if r.Once {
		keys = ", each with an idempotency key"
	}
	fmt.Fprintf(out, "Sends of about 150 bytes%s, all projections running.\n%s\n", keys, r.Machine)
	if err := writeRows(out, r.Rows, true); err != nil {
		return err
	}
	for _, l := range r.Lags {
		fmt.Fprintf(out, "Lag from acknowledgement to visible, %d clients sending: p50 %.2f ms, p99 %.2f ms, max %.2f ms (%d probes).\n",
			l.Clients, l.P50, l.P99, l.Max, l.Probes)
	}
	return nil
}

// Write prints the report for people.
func (r *HistoryReport) Write(out io.Writer) error {
	fmt.Fprintf(out, "Pages of %d from a channel of %d messages, after %d messages to %d other channels.\n%s\n",
		pageSize, r.Messages, r.Busy, r.Channels, r.Machine)
	return writeRows(out, r.Rows, false)
}

// Write prints the report for people.
func (r *MixedReport) Write(out io.Writer) error {
	fmt.Fprintf(out, "Of twenty commands sixteen messages, two reactions, one edit, one read cursor, all projections running.\n%s\n", r.Machine)
	return writeRows(out, r.Rows, true)
}

// Write prints the report for people.
func (r *UnreadReport) Write(out io.Writer) error {
	fmt.Fprintf(out, "Lists of all channels of a user with unread counts, about %d unread messages in each. The floor is a bare SELECT of as many rows.\n%s\n",
		r.Messages, r.Machine)
	return writeRows(out, r.Rows, false)
}

// String is a sentence or two.
func (m Machine) String() string {
	s := fmt.Sprintf("%s, %d CPUs shared by servers, databases and clients", m.System, m.CPUs)
	if m.Load != "" {
		s += ", load average " + m.Load + " when it began"
	}
	s += fmt.Sprintf(". Median [best] of %d rounds of %gs.", m.Rounds, m.Seconds)
	if m.Server != "" {
		return s + "\nMeasured on " + m.Server + ": there is no floor beside it, and its CPU is not known."
	}
	return s + fmt.Sprintf(" Ratios are parley / floor of the same round. Floor: Gin, JWT, one durable statement, %d connections.", m.Connections)
}

// writeRows prints a table; for sends the ratio is that of the rates, for
// pages that of the median latencies.
func writeRows(out io.Writer, rows []Row, sends bool) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	head := []string{"", "clients", "channels", "floor/s", "p50 ms", "p99 ms", "parley/s", "p50 ms", "p99 ms", "ratio", "CPU µs floor", "CPU µs parley", "by CPU"}
	if sends {
		head = append(head, "behind ms")
	}
	fmt.Fprintln(t, strings.Join(head, "\t"))
	refused := int64(0)
	for _, r := range rows {
		cells := []string{r.What, fmt.Sprint(r.Clients), fmt.Sprint(r.Channels)}
		cells = append(cells, sideCells(r.Floor)...)
		cells = append(cells, sideCells(r.Parley)...)
		ratio := r.P50
		if sends {
			ratio = r.Rate
		}
		cells = append(cells, figureCell(ratio, "%.2f"), cpuCell(r.Floor), cpuCell(r.Parley), figureCell(r.CPU, "%.2f"))
		if sends && r.Parley != nil {
			cells = append(cells, figureCell(&r.Parley.Behind, "%.1f"))
		}
		fmt.Fprintln(t, strings.Join(cells, "\t"))
		for _, s := range []*Side{r.Floor, r.Parley} {
			if s != nil {
				refused += s.Refused
			}
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	what := "p50"
	if sends {
		what = "requests per second"
	}
	fmt.Fprintf(out, "Ratio of %s. CPU: server + PostgreSQL + client, per request; by CPU: floor / parley of their sums.\n", what)
	if refused > 0 {
		fmt.Fprintf(out, "%d requests were refused and are not counted above.\n", refused)
	}
	return nil
}

func sideCells(s *Side) []string {
	if s == nil {
		return []string{"-", "-", "-"}
	}
	return []string{figureCell(&s.PerSecond, "%.0f"), figureCell(&s.P50, "%.2f"), figureCell(&s.P99, "%.2f")}
}

func figureCell(f *Figure, format string) string {
	if f == nil {
		return "-"
	}
	return fmt.Sprintf(format+" ["+format+"]", f.Median, f.Best)
}

func cpuCell(s *Side) string {
	switch {
	case s == nil || s.CPU == nil:
		return "-"
	case s.CPU.Server == nil:
		return fmt.Sprintf("? + ? + %.0f", s.CPU.Generator)
	}
	return fmt.Sprintf("%.0f + %.0f + %.0f", *s.CPU.Server, *s.CPU.Postgres, s.CPU.Generator)
}

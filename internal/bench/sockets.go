package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// SocketsOptions are those of the measurement of sockets.
type SocketsOptions struct {
	Options
	Listeners int   // sockets in the one channel that is sent to
	Rates     []int // messages a second, rising; it ends at the first that is too much
	Idle      int   // sockets in channels where nothing happens
	Lazy      int   // sockets in a busy channel that never read
}

// SocketsReport is how much live delivery takes: the largest rate that is
// delivered without a backlog and the delay at half of it, and the memory of
// the server with many sockets.
type SocketsReport struct {
	Machine Machine      `json:"machine"`
	Fanout  []FanoutCell `json:"fanout"`
	Best    float64      `json:"best_deliveries_per_second"`
	Half    *FanoutCell  `json:"at_half_of_it,omitempty"`
	Memory  []MemoryCell `json:"memory"`
}

// FanoutCell is one rate. The delay is from the acknowledgement of a message
// to its frame, at one of each fifty sockets.
type FanoutCell struct {
	Sockets    int     `json:"sockets"`
	Offered    int     `json:"messages_per_second"`
	Sent       int64   `json:"sent"`
	Deliveries float64 `json:"deliveries_per_second"`
	P50        float64 `json:"p50_ms"`
	P99        float64 `json:"p99_ms"`
	Tail       float64 `json:"tail_ms"` // from the last acknowledgement to the last frame
	Kept       bool    `json:"without_backlog"`
}

// MemoryCell is the server at one point.
type MemoryCell struct {
	What    string  `json:"what"`
	Sockets int     `json:"sockets"`
	MiB     float64 `json:"resident_mib"`
	P50     float64 `json:"p50_ms,omitempty"` // of those who read
	P99     float64 `json:"p99_ms,omitempty"`
	Closed  int64   `json:"lazy_closed,omitempty"`
}

// Write prints the report for people.
func (r *SocketsReport) Write(out io.Writer) error {
	for _, c := range r.Fanout {
		verdict := "backlog"
		if c.Kept {
			verdict = "kept up"
		}
		fmt.Fprintf(out, "  %4d messages/s to %d sockets: %8.0f deliveries/s  p50 %6.2f ms  p99 %7.2f ms  tail %6.1f ms  %s\n",
			c.Offered, c.Sockets, c.Deliveries, c.P50, c.P99, c.Tail, verdict)
	}
	fmt.Fprintf(out, "largest rate without a backlog: %.0f deliveries/s\n", r.Best)
	if r.Half != nil {
		fmt.Fprintf(out, "at half of it: p50 %.2f ms, p99 %.2f ms from acknowledgement to frame\n", r.Half.P50, r.Half.P99)
	}
	for _, m := range r.Memory {
		fmt.Fprintf(out, "  %-40s %5d sockets  %7.1f MiB", m.What, m.Sockets, m.MiB)
		if m.P99 > 0 {
			fmt.Fprintf(out, "  p50 %.2f ms  p99 %.2f ms  lazy closed %d", m.P50, m.P99, m.Closed)
		}
		fmt.Fprintln(out)
	}
	return nil
}

// MeasureSockets measures fan-out in one channel, then memory. There is no
// floor.
func MeasureSockets(ctx context.Context, o SocketsOptions) (_ *SocketsReport, err error) {
	if err := errors.Join(o.Validate(), positive("sockets and rates", append([]int{o.Listeners}, o.Rates...))); err != nil {
		return nil, err
	}
	w, err := openWith(ctx, o.Options, parleyName)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	r := &SocketsReport{Machine: machine(o.Options)}
	if err := w.fanout(ctx, o, r); err != nil {
		return nil, err
	}
	if o.Idle > 0 {
		err = w.crowdOfSockets(ctx, o, r)
	}
	return r, err
}

// fanout raises the rate until it is too much.
func (w *world) fanout(ctx context.Context, o SocketsOptions, r *SocketsReport) error {
	room, err := w.openRoom(ctx, "fanout", o.Listeners)
	if err != nil {
		return err
	}
	defer room.close()
	best := 0
	for _, rate := range o.Rates {
		c, err := room.run(ctx, rate, w.Time)
		if err != nil {
			return err
		}
		w.progress("%d messages/s to %d sockets: %.0f deliveries/s, p99 %.1f ms", rate, o.Listeners, c.Deliveries, c.P99)
		r.Fanout = append(r.Fanout, c)
		if !c.Kept {
			break
		}
		best, r.Best = rate, c.Deliveries
	}
	if best < 2 {
		return nil
	}
	half, err := room.run(ctx, best/2, 2*w.Time)
	r.Half = &half
	return err
}

// crowdOfSockets looks at the server's memory with sockets that are idle and with some
// that never read.
func (w *world) crowdOfSockets(ctx context.Context, o SocketsOptions, r *SocketsReport) error {
	note := func(m MemoryCell) error {
		var err error
		m.MiB, err = residentMiB(w.parley.pid)
		r.Memory = append(r.Memory, m)
		w.progress("%s: %.0f MiB", m.What, m.MiB)
		return err
	}
	quiet, err := w.openRoom(ctx, "quiet", 1)
	if err != nil {
		return err
	}
	defer quiet.close()
	idle, err := w.listeners(ctx, quiet.channel, "idle", o.Idle)
	defer closeAll(idle)
	if err == nil {
		err = note(MemoryCell{What: "idle", Sockets: o.Idle})
	}
	if err != nil {
		return err
	}
	room, err := w.openRoom(ctx, "busy", 20)
	if err != nil {
		return err
	}
	defer room.close()
	before, err := room.run(ctx, lazyRate, 2*w.Time)
	if err != nil {
		return err
	}
	if err := note(MemoryCell{What: "20 read a busy channel", Sockets: o.Idle + 20, P50: before.P50, P99: before.P99}); err != nil {
		return err
	}
	lazy, err := w.listeners(ctx, room.channel, "lazy", o.Lazy) // takes a second or two: connections of senders last longer
	defer closeAll(lazy)
	if err != nil {
		return err
	}
	during, err := room.run(ctx, lazyRate, 6*w.Time)
	if err != nil {
		return err
	}
	return note(MemoryCell{What: "and others there never read", Sockets: o.Idle + o.Lazy + 20, P50: during.P50, P99: during.P99, Closed: gone(lazy)})
}

// lazyRate is how many messages a second there are in the busy channel.
const lazyRate = 200

// gone counts the sockets that the server has closed.
func gone(lazy []*listener) (n int64) {
	var all sync.WaitGroup
	var count atomic.Int64
	for _, l := range lazy {
		all.Go(func() {
			l.conn.SetReadDeadline(time.Now().Add(time.Second))
			for {
				if _, err := l.skip(); err != nil {
					if !errors.Is(err, os.ErrDeadlineExceeded) {
						count.Add(1)
					}
					return
				}
			}
		})
	}
	all.Wait()
	return count.Load()
}

// listeners opens sockets of as many users.
func (w *world) listeners(ctx context.Context, channel, name string, n int) ([]*listener, error) {
	all := make([]*listener, n)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(preparers)
	for i := range n {
		g.Go(func() (err error) {
			who := name + "-" + strconv.Itoa(i)
			token, err := w.people.token(ctx, who)
			if err != nil {
				return err
			}
			if err := w.join1(ctx, channel, who, token); err != nil {
				return err
			}
			all[i], err = listen(ctx, w.parley.addr, token, channel)
			return err
		})
	}
	return all, g.Wait()
}

// join1 makes a user a member of a room.
func (w *world) join1(ctx context.Context, channel, who, token string) error {
	_, err := w.api.call(ctx, "POST", "/v1/channels/"+channel+"/members", token, map[string]any{"user_id": who}, nil)
	return err
}

func closeAll(all []*listener) {
	for _, l := range all {
		if l != nil {
			l.close()
		}
	}
}

// residentMiB is the memory that a process has, 0 where the system does not
// tell.
func residentMiB(pid int) (float64, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	_, after, _ := strings.Cut(string(b), "VmRSS:")
	line, _, _ := strings.Cut(after, "kB")
	kib, _ := strconv.ParseFloat(strings.TrimSpace(line), 64)
	return kib / 1024, err
}

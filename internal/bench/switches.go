package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/domain"
	"parley/internal/embeddedpg"
	"parley/internal/eventstore/postgres"
	"parley/internal/keyring"
	"parley/projections"
	"parley/queries"
)

// SwitchesOptions are those of the measurement of switches between builds.
type SwitchesOptions struct {
	ProjectionsOptions
	Readers  int
	Pause    time.Duration // of a reader between two reads
	Before   time.Duration // how long is read without a rebuild
	Switches int
	Hold     time.Duration // how long one reader keeps its transaction open, again and again; 0 for none
}

// SwitchesReport is what readers notice of rebuilds: the 99th percentile of
// reads before them, while builds grow, and in the second around each switch.
type SwitchesReport struct {
	Events   int64   `json:"events"`
	Reads    int64   `json:"reads"`
	Failures int64   `json:"failures"`
	Before   Cost    `json:"before"`
	Building Cost    `json:"building"`
	Around   []Cost  `json:"around_switches"`
	Median   float64 `json:"around_median_p99_ms"`
	Worst    float64 `json:"around_worst_p99_ms"`
}

// Cost are percentiles of reads in milliseconds.
type Cost struct {
	Reads int     `json:"reads"`
	P50   float64 `json:"p50_ms"`
	P99   float64 `json:"p99_ms"`
	Max   float64 `json:"max_ms"`
}

// Write prints the report for people.
func (r *SwitchesReport) Write(out io.Writer) error {
	line := func(what string, c Cost) {
		fmt.Fprintf(out, "  %-22s %8d reads  p50 %6.2f ms  p99 %6.2f ms  max %7.2f ms\n", what, c.Reads, c.P50, c.P99, c.Max)
	}
	fmt.Fprintf(out, "%d reads of a log of %d events, %d failed.\n", r.Reads, r.Events, r.Failures)
	line("before", r.Before)
	line("while builds grow", r.Building)
	for i, c := range r.Around {
		line(fmt.Sprintf("around switch %d", i+1), c)
	}
	_, err := fmt.Fprintf(out, "p99 around a switch: median %.2f ms, worst %.2f ms; before: %.2f ms.\n", r.Median, r.Worst, r.Before.P99)
	return err
}

// sample is one read.
type sample struct {
	at   time.Time
	took time.Duration
}

// costOf are the percentiles of the samples in some spans.
func costOf(samples []sample, in func(time.Time) bool) Cost {
	var h Histogram
	for _, s := range samples {
		if in(s.at) {
			h.Add(s.took)
		}
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return Cost{int(h.Count()), ms(h.Quantile(0.5)), ms(h.Quantile(0.99)), ms(h.Max())}
}

// MeasureSwitches lets readers read without a pause while the projections are
// rebuilt in turn.
func MeasureSwitches(ctx context.Context, o SwitchesOptions) (_ *SwitchesReport, err error) {
	if o.Messages < 1 || o.Channels < 1 || o.Readers < 1 || o.Switches < 1 {
		return nil, errors.New("want at least one message, one channel, one reader and one switch")
	}
	dir, err := newFolder(o.Dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, removeFolder(dir)) }()
	data, quiet := filepath.Join(dir, "parley"), slog.New(slog.DiscardHandler)
	pg, err := embeddedpg.Start(ctx, embeddedpg.Config{DataDir: data, BinDir: o.PgBin, Logger: quiet})
	if err != nil {
		return nil, err
	}
	defer pg.Stop(context.WithoutCancel(ctx))
	pool, err := serverPool(ctx, pg.URL())
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	rootKey := filepath.Join(data, "root.key")
	if err := fill(ctx, o.ProjectionsOptions, pool, rootKey, quiet); err != nil {
		return nil, err
	}
	return switches(ctx, o, pool, rootKey, quiet)
}

// serverPool is a pool as the server has it.
func serverPool(ctx context.Context, url string) (*pgxpool.Pool, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	c.MaxConns = int32(8 + 4*runtime.NumCPU())
	params := c.ConnConfig.RuntimeParams
	params["plan_cache_mode"], params["jit"] = "force_generic_plan", "off"
	params["enable_seqscan"], params["enable_bitmapscan"] = "off", "off"
	return pgxpool.NewWithConfig(ctx, c)
}

func switches(ctx context.Context, o SwitchesOptions, pool *pgxpool.Pool, rootKey string, quiet *slog.Logger) (*SwitchesReport, error) {
	log, err := postgres.Open(ctx, pool, postgres.Config{Logger: quiet})
	if err != nil {
		return nil, err
	}
	defer log.Close()
	keys, err := keyring.Open(ctx, pool, keyring.Config{RootKeyFile: rootKey, Logger: quiet})
	if err != nil {
		return nil, err
	}
	defer keys.Close()
	c := projections.Config{Log: log, DB: pool, Logger: quiet, Grace: time.Second}
	if err := projections.Prepare(ctx, c, projections.PrepareOptions{}); err != nil {
		return nil, err
	}
	models, err := projections.New(ctx, c)
	if err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(ctx)
	var loops sync.WaitGroup
	defer loops.Wait()
	defer stop()
	loops.Go(func() { _ = models.Run(running) })
	rd := &readers{service: queries.New(pool, keys, models), pause: o.Pause}
	for i := range o.Readers {
		if err := rd.start(ctx, running, &loops, domain.UserID(user(i))); err != nil {
			return nil, err
		}
	}
	if o.Hold > 0 {
		loops.Go(func() { hold(running, pool, o.Hold) })
	}
	return rd.watch(ctx, o, models, log)
}

// hold keeps a transaction open that has read something, again and again.
func hold(ctx context.Context, pool *pgxpool.Pool, d time.Duration) {
	for ctx.Err() == nil {
		tx, err := pool.Begin(ctx)
		if err != nil {
			return
		}
		_, _ = tx.Exec(ctx, `SELECT count(*) FROM rm.channels_v3`)
		_, _ = tx.Exec(ctx, `SELECT count(*) FROM rm.channel_counters_v3`)
		wait(ctx, d)
		_ = tx.Rollback(context.WithoutCancel(ctx))
		wait(ctx, d)
	}
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// readers read and note how long it took.
type readers struct {
	service  *queries.Service
	pause    time.Duration
	failures atomic.Int64
	mu       sync.Mutex
	samples  []sample
}

// start lets a user read the list of channels and their newest pages.
func (r *readers) start(ctx, running context.Context, loops *sync.WaitGroup, u domain.UserID) error {
	list := queries.ChannelList{App: "bench", User: u, Limit: 100}
	own, err := r.service.Channels(ctx, 1, list)
	if err != nil {
		return err
	}
	if len(own) == 0 {
		return fmt.Errorf("%s is in no channel", u)
	}
	loops.Go(func() {
		for n := 0; running.Err() == nil; n++ {
			began := time.Now()
			var err error
			if n%4 == 0 {
				_, err = r.service.Channels(running, 1, list)
			} else {
				_, _, err = r.service.History(running, 1, queries.History{App: "bench", Channel: own[n%len(own)].ID, User: u, Limit: 50})
			}
			switch {
			case running.Err() != nil:
			case err != nil:
				r.failures.Add(1)
			default:
				r.note(sample{began, time.Since(began)})
			}
			wait(running, r.pause)
		}
	})
	return nil
}

func (r *readers) note(s sample) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.samples = append(r.samples, s)
}

// aroundSwitch is half the window around a switch.
const aroundSwitch = 500 * time.Millisecond

// watch rebuilds and puts the report together.
func (r *readers) watch(ctx context.Context, o SwitchesOptions, models *projections.Runtime, log *postgres.Log) (*SwitchesReport, error) {
	head, err := log.Head(ctx)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(o.Progress, "%d readers, %s without a rebuild\n", o.Readers, o.Before)
	wait(ctx, time.Second) // plans and caches
	from := time.Now()
	wait(ctx, o.Before)
	until := time.Now()
	var moments []time.Time
	for n := range o.Switches {
		name := projections.All[n%len(projections.All)].Name
		fmt.Fprintf(o.Progress, "rebuild %d of %d: %s\n", n+1, o.Switches, name)
		job, err := models.Rebuild(name, projections.RebuildOptions{Rate: o.Rate})
		if err == nil {
			err = job.Wait(ctx)
		}
		if err != nil {
			return nil, err
		}
		moments = append(moments, time.Now())
		wait(ctx, 2*aroundSwitch)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	near := func(t time.Time) bool {
		return slices.ContainsFunc(moments, func(m time.Time) bool { return t.Sub(m).Abs() < aroundSwitch })
	}
	report := &SwitchesReport{
		Events: int64(head), Reads: int64(len(r.samples)), Failures: r.failures.Load(),
		Before:   costOf(r.samples, func(t time.Time) bool { return t.After(from) && t.Before(until) }),
		Building: costOf(r.samples, func(t time.Time) bool { return t.After(until) && !near(t) }),
	}
	var p99 []float64
	for _, m := range moments {
		c := costOf(r.samples, func(t time.Time) bool { return t.Sub(m).Abs() < aroundSwitch })
		report.Around, p99 = append(report.Around, c), append(p99, c.P99)
	}
	slices.Sort(p99)
	report.Median, report.Worst = p99[len(p99)/2], p99[len(p99)-1]
	return report, nil
}

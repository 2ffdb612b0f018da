package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"parley/internal/embeddedpg"
	"parley/internal/eventstore/postgres"
	"parley/internal/server"
	"parley/projections"
)

// ProjectionsOptions are those of the measurement of projections.
type ProjectionsOptions struct {
	PgBin    string
	Dir      string
	Messages int
	Channels int
	Rate     int    // bound of a rebuild in events per second; 0 for none
	Profile  string // file for a CPU profile of the rebuild
	Progress io.Writer
}

// ProjectionsReport is how fast all projections together apply a log from
// empty read models, nothing else running: as a running server does, and as a
// rebuild of all at once. The replay is the same log read and decoded once,
// nothing written.
type ProjectionsReport struct {
	Events    int64            `json:"events"`
	Replay    Speed            `json:"replay"`
	Seconds   float64          `json:"seconds"`
	PerSecond float64          `json:"per_second"`
	Each      []ProjectionTime `json:"projections"`
	Rebuild   Speed            `json:"rebuild"`
}

// Speed is how long something took, and how many events a second that is.
type Speed struct {
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"per_second"`
}

func speed(events int64, began time.Time) Speed {
	took := time.Since(began).Seconds()
	return Speed{took, float64(events) / took}
}

// ProjectionTime is when one of them had caught up.
type ProjectionTime struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// Write prints the report for people.
func (r *ProjectionsReport) Write(out io.Writer) error {
	_, err := fmt.Fprintf(out, "All projections together applied %d events in %.2f s: %.0f events/s.\n", r.Events, r.Seconds, r.PerSecond)
	for _, p := range r.Each {
		fmt.Fprintf(out, "  %-12s caught up after %.2f s\n", p.Name, p.Seconds)
	}
	fmt.Fprintf(out, "Rebuilt together, the live ones idle: %.2f s, %.0f events/s.\n", r.Rebuild.Seconds, r.Rebuild.PerSecond)
	fmt.Fprintf(out, "The log read and decoded once: %.2f s, %.0f events/s.\n", r.Replay.Seconds, r.Replay.PerSecond)
	return err
}

// MeasureProjections sends messages while no projection runs, then times the
// projections from empty read models until they have caught up.
func MeasureProjections(ctx context.Context, o ProjectionsOptions) (_ *ProjectionsReport, err error) {
	if o.Messages < 1 || o.Channels < 1 {
		return nil, errors.New("want at least one message and one channel")
	}
	dir, err := newFolder(o.Dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, removeFolder(dir)) }()
	data := filepath.Join(dir, "parley")
	quiet := slog.New(slog.DiscardHandler)
	pg, err := embeddedpg.Start(ctx, embeddedpg.Config{DataDir: data, BinDir: o.PgBin, Logger: quiet})
	if err != nil {
		return nil, err
	}
	defer pg.Stop(context.WithoutCancel(ctx))
	c, err := pgxpool.ParseConfig(pg.URL())
	if err != nil {
		return nil, err
	}
	c.MaxConns = int32(8 + 4*runtime.NumCPU()) // as in the server
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	return project(ctx, o, pool, filepath.Join(data, "root.key"), quiet)
}

// fill makes a log in an empty database.
func fill(ctx context.Context, o ProjectionsOptions, pool *pgxpool.Pool, rootKey string, logger *slog.Logger) error {
	if err := server.Migrate(ctx, pool, logger); err != nil {
		return err
	}
	fmt.Fprintf(o.Progress, "sending %d messages to %d channels without projections\n", o.Messages, o.Channels)
	return writeLog(ctx, o, pool, rootKey, logger)
}

func project(ctx context.Context, o ProjectionsOptions, pool *pgxpool.Pool, rootKey string, logger *slog.Logger) (*ProjectionsReport, error) {
	if err := fill(ctx, o, pool, rootKey, logger); err != nil {
		return nil, err
	}
	// A log opened anew has no events in memory: they come from the database.
	log, err := postgres.Open(ctx, pool, postgres.Config{Logger: logger})
	if err != nil {
		return nil, err
	}
	defer log.Close()
	head, err := log.Head(ctx)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := replay(ctx, log); err != nil {
		return nil, err
	}
	replayed := speed(int64(head), began)
	runtime, err := projections.New(ctx, projections.Config{Log: log, DB: pool, Logger: logger})
	if err != nil {
		return nil, err
	}
	running, cancel := context.WithCancel(ctx)
	var loops sync.WaitGroup
	defer loops.Wait()
	defer cancel()
	began = time.Now()
	loops.Go(func() { _ = runtime.Run(running) })
	r := &ProjectionsReport{Events: int64(head), Replay: replayed, Each: make([]ProjectionTime, len(runtime.Status()))}
	g, waiting := errgroup.WithContext(ctx)
	for i, p := range runtime.Status() {
		g.Go(func() error {
			_, err := runtime.Wait(waiting, []string{p.Name}, int64(head))
			r.Each[i] = ProjectionTime{p.Name, time.Since(began).Seconds()}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	r.Seconds = time.Since(began).Seconds()
	r.PerSecond = float64(r.Events) / r.Seconds
	if o.Profile != "" {
		stop, err := profileTo(o.Profile)
		if err != nil {
			return nil, err
		}
		defer stop()
	}
	began = time.Now()
	if err := rebuild(ctx, runtime); err != nil {
		return nil, err
	}
	r.Rebuild = speed(r.Events, began)
	return r, nil
}

// replay reads and decodes the whole log.
func replay(ctx context.Context, log *postgres.Log) error {
	for r, err := range log.ReadAll(ctx, 0, 0) {
		if err == nil {
			_, err = r.Decode()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// rebuild rebuilds all projections side by side.
func rebuild(ctx context.Context, r *projections.Runtime) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, p := range r.Status() {
		job, err := r.Rebuild(p.Name, projections.RebuildOptions{})
		if err != nil {
			return err
		}
		g.Go(func() error { return job.Wait(ctx) })
	}
	return g.Wait()
}

// profileTo profiles this process until stop.
func profileTo(path string) (stop func(), err error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close() // a profile that cannot be written does no harm
	}, nil
}

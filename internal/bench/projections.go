package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"runtime"
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
	Progress io.Writer
}

// ProjectionsReport is how fast all projections together apply a log from
// empty read models, nothing else running.
type ProjectionsReport struct {
	Events    int64            `json:"events"`
	Seconds   float64          `json:"seconds"`
	PerSecond float64          `json:"per_second"`
	Each      []ProjectionTime `json:"projections"`
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

func project(ctx context.Context, o ProjectionsOptions, pool *pgxpool.Pool, rootKey string, logger *slog.Logger) (*ProjectionsReport, error) {
	if err := server.Migrate(ctx, pool, logger); err != nil {
		return nil, err
	}
	fmt.Fprintf(o.Progress, "sending %d messages to %d channels without projections\n", o.Messages, o.Channels)
	if err := writeLog(ctx, o, pool, rootKey, logger); err != nil {
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
	runtime, err := projections.New(ctx, projections.Config{Log: log, DB: pool, Logger: logger})
	if err != nil {
		return nil, err
	}
	running, cancel := context.WithCancel(ctx)
	var loops sync.WaitGroup
	defer loops.Wait()
	defer cancel()
	began := time.Now()
	loops.Go(func() { _ = runtime.Run(running) })
	r := &ProjectionsReport{Events: int64(head), Each: make([]ProjectionTime, len(runtime.Status()))}
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
	return r, nil
}

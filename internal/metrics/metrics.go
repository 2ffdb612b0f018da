package metrics

import (
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Sources are asked for numbers at each scrape. All are optional, and are set
// before the first scrape.
type Sources struct {
	Lanes       func() []Lane
	Log         func() Log
	Projections func() []Projection
	Database    func() Database
	Caches      func() map[string]int // entries by the name of the cache
	Drops       func() map[string]uint64
	Sockets     func() Sockets
	Draining    func() bool
}

// Lane is how many requests of a sort are inside, wait, have lent their place to
// others and may be inside, how many had to wait, and how many were not let in.
type Lane struct {
	Name                           string
	Inside, Waiting, Paused, Limit int
	Waited                         uint64
	WaitTime                       time.Duration
	Full, Late                     uint64
}

// Log is the event log as this node knows it.
type Log struct {
	Position int64
	Waiting  int // appends
	Refused  uint64
}

// Projection is how far a projection is behind the log.
type Projection struct {
	Name     string
	Position int64
	Events   int64         // behind
	Behind   time.Duration // age of the oldest event that is not applied
	Parked   int           // partitions
	Stopped  bool
}

// Database is the pool of connections.
type Database struct {
	Used, Idle, Opening, Most int
	Acquired, Waited, Gone    int64 // since the start
	WaitTime                  time.Duration
}

// Sockets is what the live hub counts.
type Sockets struct {
	Open   int
	Frames uint64         // sent
	Drops  uint64         // frames that found a queue full
	Closes map[int]uint64 // by close code
}

// Metrics is the registry of a node.
type Metrics struct {
	registry *prometheus.Registry
	requests *requests
	events   prometheus.Histogram
	appends  prometheus.Histogram
	batches  prometheus.Histogram
}

// New makes a registry that asks the sources.
func New(s *Sources) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(), requests: newRequests(),
		events: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_append_batch_events", Help: "Events in a batch of the log's writer.", Buckets: prometheus.ExponentialBuckets(1, 2, 11),
		}),
		appends: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_append_batch_appends", Help: "Appends in a batch of the log's writer.", Buckets: prometheus.ExponentialBuckets(1, 2, 11),
		}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_append_batch_seconds", Help: "Time that a batch took to be durable.", Buckets: seconds,
		}),
	}
	m.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.requests.answers, m.requests.took, m.requests.refused, m.events, m.appends, m.batches, build(), &scraped{s},
	)
	return m
}

// seconds are the bounds of histograms of times.
var seconds = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}

// Handler answers scrapes.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Appended notes a batch of the log's writer.
func (m *Metrics) Appended(appends, events int, took time.Duration) {
	m.appends.Observe(float64(appends))
	m.events.Observe(float64(events))
	m.batches.Observe(took.Seconds())
}

// build tells which parley runs.
func build() prometheus.Collector {
	g := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "parley_build_info", Help: "Always 1; the labels tell which parley runs.",
		ConstLabels: prometheus.Labels{"version": version(), "go": runtime.Version()},
	})
	g.Set(1)
	return g
}

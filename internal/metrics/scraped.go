package metrics

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// scraped asks the sources at each scrape.
type scraped struct{ s *Sources }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("parley_"+name, help, labels, nil)
}

var (
	laneInside  = desc("requests_in_flight", "Requests that are worked on.", "lane")
	laneWaiting = desc("requests_waiting", "Requests that wait to be worked on.", "lane")
	lanePaused  = desc("requests_paused", "Requests that wait for their turn on a stream.", "lane")
	laneLimit   = desc("requests_limit", "How many requests may be worked on now.", "lane")
	laneWaited  = desc("requests_waited_total", "Requests that had to wait and were let in.", "lane")
	laneWait    = desc("requests_wait_seconds_total", "Time that they waited, all together.", "lane")
	laneRefused = desc("requests_refused_total", "Requests that were not let in: too many waited (full), or none left in time (late).", "lane", "reason")

	logPosition = desc("log_position", "Position of the newest event that the node knows.")
	logWaiting  = desc("append_queue_length", "Appends that wait for the log's writer.")
	logRefused  = desc("append_refused_total", "Appends that were refused because too many waited.")

	projectionPosition = desc("projection_position", "Position up to which a projection has applied the log.", "projection")
	projectionEvents   = desc("projection_lag_events", "Events that a projection has not applied.", "projection")
	projectionBehind   = desc("projection_lag_seconds", "Age of the oldest event that a projection has not applied.", "projection")
	projectionParked   = desc("projection_parked_partitions", "Channels, users and apps that stand still in a projection.", "projection")
	projectionStopped  = desc("projection_stopped", "1 for a projection that does not go on.", "projection")

	poolConnections = desc("database_connections", "Connections of the pool.", "state")
	poolMost        = desc("database_connections_max", "Connections that the pool may have.")
	poolAcquired    = desc("database_acquires_total", "Times that a connection was taken.")
	poolWaited      = desc("database_acquire_waits_total", "Times that none was free at once.")
	poolGone        = desc("database_acquire_canceled_total", "Times that nobody waited any longer.")
	poolWait        = desc("database_acquire_wait_seconds_total", "Time that was waited for connections, all together.")

	cacheEntries = desc("cache_entries", "Entries of a cache, about.", "cache")
	dropped      = desc("dropped_total", "Signals that were dropped because there was no room.", "what")
	draining     = desc("draining", "1 while the server is about to end.")

	sockets      = desc("sockets", "Open WebSockets.")
	socketFrames = desc("socket_frames_total", "Frames sent.")
	socketDrops  = desc("socket_queue_drops_total", "Frames that found the queue of their socket full.")
	socketCloses = desc("socket_closes_total", "Sockets that were closed, by close code.", "code")
)

// Describe announces nothing: labels come with the numbers.
func (*scraped) Describe(chan<- *prometheus.Desc) {}

// Collect asks everybody.
func (c *scraped) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	count := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	c.requests(gauge, count)
	c.storage(gauge, count)
	c.live(gauge, count)
}

type emit = func(d *prometheus.Desc, v float64, labels ...string)

func (c *scraped) requests(gauge, count emit) {
	if c.s.Lanes != nil {
		for _, l := range c.s.Lanes() {
			gauge(laneInside, float64(l.Inside), l.Name)
			gauge(laneWaiting, float64(l.Waiting), l.Name)
			gauge(lanePaused, float64(l.Paused), l.Name)
			gauge(laneLimit, float64(l.Limit), l.Name)
			count(laneWaited, float64(l.Waited), l.Name)
			count(laneWait, l.WaitTime.Seconds(), l.Name)
			count(laneRefused, float64(l.Full), l.Name, "full")
			count(laneRefused, float64(l.Late), l.Name, "late")
		}
	}
	if c.s.Draining != nil {
		gauge(draining, oneIf(c.s.Draining()))
	}
}

func (c *scraped) storage(gauge, count emit) {
	if c.s.Log != nil {
		l := c.s.Log()
		gauge(logPosition, float64(l.Position))
		gauge(logWaiting, float64(l.Waiting))
		count(logRefused, float64(l.Refused))
	}
	if c.s.Projections != nil {
		for _, p := range c.s.Projections() {
			gauge(projectionPosition, float64(p.Position), p.Name)
			gauge(projectionEvents, float64(p.Events), p.Name)
			gauge(projectionBehind, p.Behind.Seconds(), p.Name)
			gauge(projectionParked, float64(p.Parked), p.Name)
			gauge(projectionStopped, oneIf(p.Stopped), p.Name)
		}
	}
	if c.s.Database != nil {
		d := c.s.Database()
		gauge(poolConnections, float64(d.Used), "used")
		gauge(poolConnections, float64(d.Idle), "idle")
		gauge(poolConnections, float64(d.Opening), "opening")
		gauge(poolMost, float64(d.Most))
		count(poolAcquired, float64(d.Acquired))
		count(poolWaited, float64(d.Waited))
		count(poolGone, float64(d.Gone))
		count(poolWait, d.WaitTime.Seconds())
	}
	if c.s.Caches != nil {
		for name, n := range c.s.Caches() {
			gauge(cacheEntries, float64(n), name)
		}
	}
}

func (c *scraped) live(gauge, count emit) {
	if c.s.Drops != nil {
		for what, n := range c.s.Drops() {
			count(dropped, float64(n), what)
		}
	}
	if c.s.Sockets == nil {
		return
	}
	s := c.s.Sockets()
	gauge(sockets, float64(s.Open))
	count(socketFrames, float64(s.Frames))
	count(socketDrops, float64(s.Drops))
	for code, n := range s.Closes {
		count(socketCloses, float64(n), strconv.Itoa(code))
	}
}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

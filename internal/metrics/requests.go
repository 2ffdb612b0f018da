package metrics

import (
	"maps"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// requests counts answers. The series of a route are looked up once and then
// found in a map that is never written to.
type requests struct {
	answers *prometheus.CounterVec
	took    *prometheus.HistogramVec
	refused *prometheus.CounterVec

	mu    sync.Mutex
	known atomic.Pointer[map[answer]series]
}

type answer struct {
	method, route string
	status        int
}

type series struct {
	answers prometheus.Counter
	took    prometheus.Observer
}

func newRequests() *requests {
	r := &requests{
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_http_requests_total", Help: "Answered requests.",
		}, []string{"method", "route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "parley_http_request_seconds", Help: "Time from the begin of the work on a request to its answer.", Buckets: seconds,
		}, []string{"method", "route", "class"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_http_refused_total", Help: "Requests that were told to come again, by reason.",
		}, []string{"reason"}),
	}
	r.known.Store(&map[answer]series{})
	return r
}

// Reasons are shown as 0 before the first request was refused for them.
func (m *Metrics) Reasons(reasons ...string) {
	for _, r := range reasons {
		m.requests.refused.WithLabelValues(r)
	}
}

// Answered notes a request: its method, the template of its route ("" for
// none), the status of the answer and why it was told to come again ("" if it
// was not).
func (m *Metrics) Answered(method, route string, status int, reason string, took time.Duration) {
	r := m.requests
	a := answer{method, route, status}
	s, ok := (*r.known.Load())[a]
	if !ok {
		s = r.learn(a)
	}
	s.answers.Inc()
	s.took.Observe(took.Seconds())
	if reason != "" {
		r.refused.WithLabelValues(reason).Inc()
	}
}

// learn makes the series of an answer. What is no method of HTTP shares one.
func (r *requests) learn(a answer) series {
	method, route := a.method, a.route
	switch method {
	case "GET", "POST", "PUT", "DELETE", "OPTIONS":
	default:
		method = "other"
	}
	if route == "" {
		route = "none"
	}
	s := series{
		r.answers.WithLabelValues(method, route, strconv.Itoa(a.status)),
		r.took.WithLabelValues(method, route, strconv.Itoa(a.status/100)+"xx"),
	}
	if method != a.method {
		return s // there is no end of names that are no method
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	grown := maps.Clone(*r.known.Load())
	grown[a] = s
	r.known.Store(&grown)
	return s
}

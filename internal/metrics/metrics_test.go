package metrics_test

import (
	"bytes"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
	"parley/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// scrape reads the metrics of a server as Prometheus does.
func scrape(t *testing.T, s *apitest.Server) map[string]*dto.MetricFamily {
	t.Helper()
	w := httptest.NewRecorder()
	s.Metrics.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	p := expfmt.NewTextParser(model.UTF8Validation)
	families, err := p.TextToMetricFamilies(bytes.NewReader(w.Body.Bytes()))
	require.NoError(t, err)
	return families
}

// value is that of the only series with all labels, written name=value.
func value(t *testing.T, families map[string]*dto.MetricFamily, name string, labels ...string) float64 {
	t.Helper()
	require.Contains(t, families, name)
	var values []float64
	for _, m := range families[name].Metric {
		var have []string
		for _, l := range m.Label {
			have = append(have, l.GetName()+"="+l.GetValue())
		}
		if !slices.ContainsFunc(labels, func(l string) bool { return !slices.Contains(have, l) }) {
			values = append(values, m.GetCounter().GetValue()+m.GetGauge().GetValue()+float64(m.GetHistogram().GetSampleCount()))
		}
	}
	require.Len(t, values, 1, "%s %v", name, labels)
	return values[0]
}

func TestMetricsOfAServer(t *testing.T) {
	s := apitest.Open(t)
	app := s.App("demo")
	ann := app.User("ann")
	room := ann.Room("r")
	for range 4 {
		ann.Send(room, "x")
	}
	at := ann.Post(apitest.Messages(room), `{"body":"x"}`).Want(201).Position()
	ann.Get(apitest.Messages(room)).Want(200)
	ann.Post(apitest.Messages("77"), `{"body":"x"}`).Want(404)
	ann.Get("/v1/nothing").Want(404)
	ann.Do("CANARY", "/v1/channels", nil)
	ann.Get("/v1/channels", "Parley-Min-Position: "+at+"zz").Want(503)
	ended := ann.Socket()
	ended.Raw(strings.Repeat("x", 1<<17))
	require.Equal(t, 1009, ended.CloseCode())
	for range 3 {
		ann.Socket().Subscribe(room)
	}
	families := scrape(t, s)

	t.Run("requests by template, never by what a client wrote", func(t *testing.T) {
		const messages = "route=/v1/channels/:channel/messages"
		require.EqualValues(t, 5, value(t, families, "parley_http_requests_total", "method=POST", messages, "status=201"))
		require.EqualValues(t, 1, value(t, families, "parley_http_requests_total", "method=POST", messages, "status=404"))
		require.EqualValues(t, 1, value(t, families, "parley_http_requests_total", "method=GET", "route=none", "status=404"))
		require.EqualValues(t, 1, value(t, families, "parley_http_requests_total", "method=other"))
		require.EqualValues(t, 5, value(t, families, "parley_http_request_seconds", "method=POST", messages, "class=2xx"))
		require.EqualValues(t, 1, value(t, families, "parley_http_refused_total", "reason=behind"))
		require.Zero(t, value(t, families, "parley_http_refused_total", "reason=limit"))
		require.Zero(t, value(t, families, "parley_requests_in_flight", "lane=writes"))
	})
	t.Run("the log and what is behind it", func(t *testing.T) {
		head, err := s.Log.Head(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, head, value(t, families, "parley_log_position"))
		require.Positive(t, value(t, families, "parley_append_batch_seconds"))
		require.Positive(t, value(t, families, "parley_append_batch_events"))
		require.Zero(t, value(t, families, "parley_projection_lag_events", "projection=timeline"))
		require.Zero(t, value(t, families, "parley_projection_lag_seconds", "projection=timeline"))
		require.EqualValues(t, head, value(t, families, "parley_projection_position", "projection=directory"))
		require.Positive(t, value(t, families, "parley_database_connections_max"))
		require.Positive(t, value(t, families, "parley_cache_entries", "cache=keys"))
	})
	t.Run("sockets", func(t *testing.T) {
		require.EqualValues(t, 3, value(t, families, "parley_sockets"))
		require.GreaterOrEqual(t, value(t, families, "parley_socket_frames_total"), 3.0)
		require.Zero(t, value(t, families, "parley_socket_queue_drops_total"))
		require.EqualValues(t, 1, value(t, families, "parley_socket_closes_total", "code=1009"))
	})
	t.Run("what stands still is seen", func(t *testing.T) {
		s.Poison("message-demo."+room+".1", "MessageSent")
		ann.Get(apitest.Channel(room)).Want(200)
		require.EqualValues(t, 1, value(t, scrape(t, s), "parley_projection_parked_partitions", "projection=timeline"))
	})
	t.Run("docs/metrics.md lists what there is, and nothing else", func(t *testing.T) {
		page, err := os.ReadFile("../../docs/metrics.md")
		require.NoError(t, err)
		var listed []string
		for _, row := range regexp.MustCompile("(?m)^\\| `(parley_[a-z_]+)`").FindAllStringSubmatch(string(page), -1) {
			listed = append(listed, row[1])
		}
		var have []string
		for _, name := range slices.Sorted(maps.Keys(families)) {
			switch {
			case strings.HasPrefix(name, "parley_"):
				have = append(have, name)
			case !strings.HasPrefix(name, "go_") && !strings.HasPrefix(name, "process_"):
				t.Errorf("%s is not ours", name)
			}
			require.NotEmpty(t, families[name].GetHelp(), name)
		}
		slices.Sort(listed)
		require.Equal(t, have, listed)
		require.Contains(t, families, "go_goroutines")
		require.Contains(t, families, "process_resident_memory_bytes")
	})
}

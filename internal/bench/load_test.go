package bench

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func counting(t *testing.T, status func(n int64) int) (addr string, seen *atomic.Int64) {
	t.Helper()
	seen = &atomic.Int64{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status(seen.Add(1)))
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String(), seen
}

func getters(addr string, n int) []Client {
	list := make([]Client, n)
	for i := range list {
		get := NewGet(addr, "t")
		list[i].Next = func(int64) []byte { return get.Bytes("/", "") }
	}
	return list
}

func TestLoadEndsWithItsCount(t *testing.T) {
	addr, seen := counting(t, func(int64) int { return 200 })
	began, ended := false, false
	s, err := Load{
		Addr: addr, Clients: getters(addr, 5), Want: 200, Time: time.Hour, Count: 100,
		Begin: func() { began = true }, End: func() { ended = true },
	}.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 100, s.Latency.Count())
	require.EqualValues(t, 100, seen.Load())
	require.True(t, began && ended)
	require.Positive(t, s.PerSecond())
}

func TestRefusalsAreCountedApart(t *testing.T) {
	addr, _ := counting(t, func(n int64) int {
		if n%2 == 0 {
			return 503
		}
		return 200
	})
	s, err := Load{Addr: addr, Clients: getters(addr, 1), Want: 200, Time: time.Hour, Count: 10}.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 5, s.Latency.Count())
	require.EqualValues(t, 5, s.Refused)
	require.Contains(t, s.Refusal, "503")
}

func TestLoadEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	addr, _ := counting(t, func(n int64) int {
		if n == 20 {
			cancel()
		}
		return 200
	})
	_, err := Load{Addr: addr, Clients: getters(addr, 3), Want: 200, Time: time.Hour}.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

func TestDeadServerFailsTheLoad(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	addr := s.Listener.Addr().String()
	s.Close()
	_, err := Load{Addr: addr, Clients: getters(addr, 1), Want: 200, Time: time.Second}.Run(t.Context())
	require.Error(t, err)
}

package native_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestReadiness(t *testing.T) {
	failed := func(t *testing.T, s *apitest.Server) map[string]any {
		t.Helper()
		a := s.Anybody().Get("/readyz").Refused(http.StatusServiceUnavailable, "UNAVAILABLE")
		require.NotEmpty(t, a.Header.Get("Retry-After"))
		return a.At("failed").(map[string]any)
	}
	s, app := open(t)
	s.Anybody().Get("/readyz").Want(http.StatusOK)
	s.Run(t, "CH-021 a server that is about to end is not ready and serves all the same", func(t *testing.T) {
		s.Drain()
		require.Equal(t, []string{"draining"}, keys(failed(t, s)))
		s.Anybody().Get("/healthz").Want(http.StatusOK)
		app.User("ann").Group("g")
	})
	s, _ = open(t)
	s.Run(t, "CH-021 a log that takes nothing is named", func(t *testing.T) {
		s.Prompt = true
		require.NoError(t, s.Log.Close())
		require.Equal(t, []string{"log"}, keys(failed(t, s)))
	})
}

// keys are the names of an object.
func keys(o map[string]any) (names []string) {
	for name := range o {
		names = append(names, name)
	}
	return names
}

package server_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/pgtest"
	"parley/internal/server"
)

// patience bounds every wait of a test.
const patience = time.Minute

func config(t *testing.T, url, rootKey string) server.Config {
	t.Helper()
	c := server.Config{
		DatabaseURL: url, Shared: true, RootKeyFile: rootKey, Operator: "operator-token-of-the-tests-0123456789",
		Logger: slog.New(slog.DiscardHandler), Unsafe: true,
	}
	c.Assets.Dir, c.Assets.Key = t.TempDir(), "asset-key-of-the-tests-0123456789abcdef"
	c.Assets.URL = "http://127.0.0.1:1/v1/assets"
	return c
}

func TestNodesMayStartAtOnceOnAnEmptyDatabase(t *testing.T) {
	url, rootKey := pgtest.URL(t), filepath.Join(t.TempDir(), "root.key")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var mu sync.Mutex
	var servers []*server.Server
	var starting sync.WaitGroup
	for range 5 {
		c := config(t, url, rootKey)
		starting.Go(func() {
			s, err := server.Open(ctx, c)
			if !assert.NoError(t, err) {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			servers = append(servers, s)
		})
	}
	starting.Wait()
	for _, s := range servers {
		defer s.Close()
	}
	require.Len(t, servers, 5)
	live, err := servers[0].Node.Live(ctx)
	require.NoError(t, err)
	require.Len(t, live, 5)
	together := 0
	var alone sync.WaitGroup
	for _, s := range servers {
		alone.Go(func() {
			assert.NoError(t, s.Alone(ctx, "test", func() error { together++; return nil })) // the race detector looks on
		})
	}
	alone.Wait()
	require.Equal(t, 5, together)
}

// TestNodesWithoutTheirNATSAreReadyAndSaySo takes NATS away: signals are lost,
// and the nodes follow each other all the same.
func TestNodesWithoutTheirNATSAreReadyAndSaySo(t *testing.T) {
	bus, err := natsserver.NewServer(&natsserver.Options{Host: "127.0.0.1", Port: natsserver.RANDOM_PORT, NoLog: true, NoSigs: true})
	require.NoError(t, err)
	bus.Start()
	defer bus.Shutdown()
	require.True(t, bus.ReadyForConnections(patience))
	url, rootKey := pgtest.URL(t), filepath.Join(t.TempDir(), "root.key")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var servers []*server.Server
	for range 2 {
		c := config(t, url, rootKey)
		c.NATS = bus.ClientURL()
		s, err := server.Open(ctx, c)
		require.NoError(t, err)
		defer s.Close()
		servers = append(servers, s)
	}
	followed := func() {
		t.Helper()
		out, err := servers[0].Commands.CreateChannel(ctx, commands.CreateChannel{
			By: domain.Actor{App: "shop", Kind: domain.ActorUser, ID: "ann"}, Kind: domain.Room, Name: "room",
		})
		require.NoError(t, err)
		for _, s := range servers {
			_, err := s.Projections.Wait(ctx, []string{"directory", "timeline"}, out.Position)
			require.NoError(t, err)
		}
	}
	_, err = servers[0].Commands.DeclareApp(ctx, commands.DeclareApp{By: domain.Actor{Kind: domain.ActorSystem, ID: "operator"}, App: "shop"})
	require.NoError(t, err)
	followed()
	require.NotContains(t, readiness(t, servers[1]), "NATS")
	bus.Shutdown()
	bus.WaitForShutdown()
	require.Eventually(t, func() bool { return strings.Contains(readiness(t, servers[1]), "NATS does not answer") }, patience, 5*time.Millisecond)
	followed()
}

// readiness is what a node says when it is ready.
func readiness(t *testing.T, s *server.Server) string {
	t.Helper()
	w := httptest.NewRecorder()
	s.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	return w.Body.String()
}

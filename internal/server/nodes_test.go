package server_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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

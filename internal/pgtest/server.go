package pgtest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"parley/internal/embeddedpg"
)

// The two servers of a test process, started when first asked for.
var (
	fast    = &server{ephemeral: true}
	durable = &server{}
)

// settings keep a server small: several test processes run side by side.
var settings = map[string]string{
	"shared_buffers":  "64MB",
	"max_connections": "200",
	"wal_buffers":     "4MB",
	"max_wal_size":    "512MB",
}

type server struct {
	ephemeral bool

	mu      sync.Mutex
	running *embeddedpg.Server
	folder  *folder
	err     error // of the first start: later tests need not wait for it again
}

// url starts the server if need be and returns the DSN of its own database.
func (s *server) url(t testing.TB) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == nil && s.err == nil {
		s.err = s.start()
	}
	if s.err != nil {
		t.Fatalf("this test needs PostgreSQL: %v", s.err)
	}
	return s.running.URL()
}

func (s *server) start() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	home, err := newFolder()
	if err != nil {
		return err
	}
	s.folder = &home
	s.running, err = embeddedpg.Start(ctx, embeddedpg.Config{
		DataDir:     home.path,
		BinDir:      os.Getenv("PARLEY_PG_BIN"),
		Logger:      slog.New(slog.DiscardHandler),
		Ephemeral:   s.ephemeral,
		Settings:    settings,
		TemplateDir: TemplateDir(),
	})
	if err != nil {
		return fmt.Errorf("start it in %s: %w", home.path, err)
	}
	return nil
}

// stop ends the server and removes its folder.
func (s *server) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil {
		_ = s.running.Stop(context.Background()) // its data is thrown away
		s.running = nil
	}
	if s.folder != nil {
		_ = s.folder.remove() // the next test process tries again
		s.folder = nil
	}
}

// TemplateDir is where initialised clusters are kept between test runs, for
// embeddedpg.Config; empty when this user has no cache folder.
func TemplateDir() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "parley", "pgtest")
}

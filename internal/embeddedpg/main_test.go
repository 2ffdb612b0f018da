package embeddedpg_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"parley/internal/embeddedpg"
	"parley/internal/pgtest"
)

// helperDir makes the test binary a process that holds a server in that
// folder until it is killed.
const helperDir = "PARLEY_TEST_HELPER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		holdServer(dir)
	}
	goleak.VerifyTestMain(m)
}

func holdServer(dir string) {
	s, err := embeddedpg.Start(context.Background(), embeddedpg.Config{DataDir: dir, BinDir: os.Getenv("PARLEY_PG_BIN")})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(s.PID())
	fmt.Println(s.Wait())
	os.Exit(1)
}

// startHelper runs holdServer in a process of its own.
func startHelper(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), helperDir+"="+dir)
	cmd.Stderr = os.Stderr
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // most tests have killed it
		_ = cmd.Wait()
	})
	return cmd
}

// config is a durable server in dir that starts from a copied cluster.
func config(t *testing.T, dir string) embeddedpg.Config {
	return embeddedpg.Config{
		DataDir:     dir,
		BinDir:      os.Getenv("PARLEY_PG_BIN"),
		Logger:      slog.New(slog.NewTextHandler(t.Output(), nil)),
		TemplateDir: pgtest.TemplateDir(),
	}
}

func start(t *testing.T, cfg embeddedpg.Config) *embeddedpg.Server {
	t.Helper()
	s, err := embeddedpg.Start(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *embeddedpg.Server) {
	t.Helper()
	require.NoError(t, s.Stop(context.Background()))
}

// query runs a statement, again while the server restarts.
func query(t *testing.T, s *embeddedpg.Server, sql string) (answer string) {
	t.Helper()
	eventually(t, func() error {
		conn, err := pgx.Connect(t.Context(), s.URL())
		if err != nil {
			return err
		}
		defer conn.Close(context.Background())
		err = conn.QueryRow(t.Context(), sql).Scan(&answer)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	return answer
}

// eventually calls f until it succeeds.
func eventually(t *testing.T, f func() error) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := f()
		if err == nil {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("still not so: %v", err)
		case <-tick.C:
		}
	}
}

// gone reports whether no process of that id is left, save one that has ended
// and that its parent, init for an orphan, has not collected.
func gone(pid int) error {
	_, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	collected := runtime.GOOS == "linux" && errors.Is(err, fs.ErrNotExist)
	if !collected && syscall.Kill(pid, 0) == nil {
		return fmt.Errorf("process %d is alive", pid)
	}
	return nil
}

package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"parley/internal/pgtest"
)

// patience bounds every wait.
const patience = time.Minute

// asParley makes the test binary the binary itself, so that a test can kill it.
const asParley = "PARLEY_TEST_AS_PARLEY"

// TestMain takes the settings of whoever runs the tests away from the binary,
// save for the place of PostgreSQL.
func TestMain(m *testing.M) {
	if os.Getenv(asParley) != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if strings.HasPrefix(name, "PARLEY_") && name != "PARLEY_PG_BIN" && !strings.HasPrefix(name, "PARLEY_TEST_") {
			os.Unsetenv(name)
		}
	}
	goleak.VerifyTestMain(pgtest.Runner(m))
}

// text is a writer that others may read meanwhile.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (x *text) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.Write(p)
}

func (x *text) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.String()
}

// process is a run of the binary that goes on until it is stopped.
type process struct {
	url            string // known once it is ready
	stdout, stderr text
	cancel         context.CancelFunc
	ready          chan struct{} // closed when it says so
	exited         chan struct{} // closed when it has ended
	code           int           // read it after exited
}

// launch runs the binary on ports of its own, unless told otherwise, and does
// not wait until it is ready. Whatever becomes of the test, it ends with it.
func launch(t *testing.T, args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p := &process{cancel: cancel, ready: make(chan struct{}), exited: make(chan struct{})}
	r, w := io.Pipe()
	go func() {
		defer close(p.exited)
		var listening sync.WaitGroup
		listening.Go(func() { p.listen(r) })
		args := append([]string{args[0], "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0", "--drain-delay", "0"}, args[1:]...)
		p.code = run(ctx, args, w, &p.stderr)
		w.Close()
		listening.Wait()
	}()
	t.Cleanup(func() {
		p.cancel()
		p.wait(t)
		if t.Failed() {
			t.Logf("%s said:\n%s", strings.Join(args, " "), p.stderr.String())
		}
	})
	return p
}

// listen reads what the process says until it has ended.
func (p *process) listen(r io.Reader) {
	buffer := make([]byte, 4096)
	said := false
	for {
		n, err := r.Read(buffer)
		p.stdout.Write(buffer[:n])
		if err != nil {
			return
		}
		if said {
			continue
		}
		for line := range strings.Lines(p.stdout.String()) {
			if url, ok := strings.CutPrefix(line, "ready on "); ok && strings.HasSuffix(url, "\n") {
				p.url, said = strings.TrimSpace(url), true
				close(p.ready)
			}
		}
	}
}

// start runs the binary and waits until it is ready.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := launch(t, args...)
	p.awaitReady(t)
	return p
}

func (p *process) awaitReady(t *testing.T) {
	t.Helper()
	select {
	case <-p.ready:
	case <-p.exited:
		t.Fatalf("it ended with code %d before it was ready:\n%s", p.code, p.stderr.String())
	case <-time.After(patience):
		t.Fatal("it is not ready")
	}
}

// wait returns the exit code of a process that is about to end.
func (p *process) wait(t *testing.T) int {
	t.Helper()
	select {
	case <-p.exited:
		return p.code
	case <-time.After(patience):
		t.Fatal("it does not end")
		return 0
	}
}

// stop ends the process in good order.
func (p *process) stop(t *testing.T) {
	t.Helper()
	p.cancel()
	require.Equal(t, exitOK, p.wait(t), p.stderr.String())
}

// parley runs a command that ends by itself.
func parley(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var out, errs bytes.Buffer
	code = run(ctx, args, &out, &errs)
	require.NoError(t, ctx.Err(), "it does not end by itself")
	return code, out.String(), errs.String()
}

// refused runs a command that must end with a code and one line that holds
// all of some words; a hint to the help may follow it.
func refused(t *testing.T, code int, words []string, args ...string) {
	t.Helper()
	got, stdout, stderr := parley(t, args...)
	require.Equal(t, code, got, stderr)
	require.Empty(t, stdout)
	_, message, found := strings.Cut(stderr, "parley: ")
	require.True(t, found, stderr)
	message, _, _ = strings.Cut(message, "Run parley --help")
	require.Equal(t, 1, strings.Count(message, "\n"), stderr)
	for _, w := range words {
		require.Contains(t, message, w)
	}
}

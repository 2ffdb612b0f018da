package crashtest_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/pgtest"
)

// patience bounds every wait for the server.
const patience = 30 * time.Second

// The app that the bootstrap file declares.
const (
	appID     = "crash"
	keyID     = "load"
	keySecret = "a-secret-of-the-kill-loop-and-of-nothing-else"
	bootstrap = `apps:
  - id: ` + appID + `
    keys:
      - {name: ` + appID + `.` + keyID + `, secret: ` + keySecret + `, capability: {"*": ["*"]}, native: true}
    limits: "off"
`
)

// parley is a server on one data directory and one port, over all its lives.
type parley struct {
	binary, addr, dataDir, bootstrap string
	more                             []string // arguments; with an external database

	log  *os.File // standard error of all lives
	life *life
}

// life is one process.
type life struct {
	cmd    *exec.Cmd
	ready  chan struct{} // closed when it says so
	exited chan struct{} // closed when it has ended
	err    error         // how; read it after exited
}

// newParley builds the binary and prepares the folders. Whatever becomes of
// the test, at its end no process is left.
func newParley(t *testing.T) *parley {
	t.Helper()
	dir := pgtest.Dir(t)
	p := &parley{binary: build(t), addr: freeAddr(t), dataDir: filepath.Join(dir, "data"), bootstrap: filepath.Join(dir, "bootstrap.yaml")}
	require.NoError(t, os.WriteFile(p.bootstrap, []byte(bootstrap), 0o600))
	p.keepLog(t, "parley.log")
	return p
}

func build(t *testing.T) (binary string) {
	t.Helper()
	binary = filepath.Join(t.TempDir(), "parley")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "parley/cmd/parley").CombinedOutput()
	require.NoError(t, err, string(out))
	return binary
}

func (p *parley) keepLog(t *testing.T, name string) {
	t.Helper()
	var err error
	p.log, err = os.Create(filepath.Join(t.ArtifactDir(), name))
	require.NoError(t, err)
	t.Cleanup(func() { p.cleanUp(t) })
}

// freeAddr finds a port below those that outgoing connections are given: a
// client that knocks while the server is away must not take it.
func freeAddr(t *testing.T) string {
	t.Helper()
	for range 100 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(10_000)))
		if err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	t.Fatal("no free port")
	return ""
}

// start begins a life and does not wait for it to be ready.
func (p *parley) start(t *testing.T) {
	t.Helper()
	args := []string{"serve", "--addr", p.addr, "--data-dir", p.dataDir, "--bootstrap", p.bootstrap, "--log-format", "text", "--drain-delay", "0"}
	cmd := exec.Command(p.binary, append(args, p.more...)...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PARLEY_") || strings.HasPrefix(v, "PARLEY_PG_BIN=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Stderr = p.log
	dieWithUs(cmd)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	l := &life{cmd: cmd, ready: make(chan struct{}), exited: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread is this life's parent
		defer close(l.exited)
		err := cmd.Start()
		started <- err
		if err == nil {
			l.listen(stdout)
			l.err = cmd.Wait()
		}
	}()
	require.NoError(t, <-started)
	p.life = l
}

// listen reads what the process says until it has ended.
func (l *life) listen(stdout io.Reader) {
	said := false
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if !said && strings.HasPrefix(lines.Text(), "ready on http://") {
			said = true
			close(l.ready)
		}
	}
}

// awaitReady waits until the server says that it is ready.
func (p *parley) awaitReady(t *testing.T) {
	t.Helper()
	select {
	case <-p.life.ready:
	case <-p.life.exited:
		t.Fatalf("parley ended before it was ready: %v\n%s", p.life.err, p.lastWords())
	case <-time.After(patience):
		t.Fatalf("parley is not ready after %s\n%s", patience, p.lastWords())
	}
}

// kill ends the process as a power cut would, save for the disk.
func (p *parley) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, p.life.cmd.Process.Kill(), "parley ended by itself:\n%s", p.lastWords())
	<-p.life.exited
}

// stop ends the server in good order.
func (p *parley) stop() error {
	select {
	case <-p.life.exited:
		return fmt.Errorf("parley ended by itself: %w", errors.Join(p.life.err, errors.New("without a signal")))
	default:
	}
	if err := p.life.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.life.exited:
		return p.life.err
	case <-time.After(patience):
		_ = p.life.cmd.Process.Kill() // its exit is waited for
		<-p.life.exited
		return errors.New("parley did not stop on SIGTERM")
	}
}

// cleanUp leaves no process of ours behind and shows the logs of a failure.
func (p *parley) cleanUp(t *testing.T) {
	if p.life != nil {
		select {
		case <-p.life.exited:
		default:
			if err := p.stop(); err != nil {
				t.Logf("stop parley: %v", err)
			}
		}
		if err := p.awaitPostgresGone(); err != nil {
			t.Error(err)
		}
	}
	if t.Failed() {
		t.Logf("the end of parley's log:\n%s", p.lastWords())
	}
	if text, err := os.ReadFile(filepath.Join(p.dataDir, "postgres.log")); err == nil {
		_ = os.WriteFile(filepath.Join(t.ArtifactDir(), "postgres.log"), text, 0o600) // for those who ask for artifacts
	}
	_ = p.log.Close() // only a test's log
}

// lastWords is the end of the log of all lives.
func (p *parley) lastWords() string {
	const most = 6 << 10
	info, err := p.log.Stat()
	if err != nil {
		return err.Error()
	}
	from := max(0, info.Size()-most)
	text, err := io.ReadAll(io.NewSectionReader(p.log, from, most))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

package nodes_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"parley/internal/nodes"
)

// shortTTL keeps the tests of lost processes short.
const shortTTL = time.Second

// other is another process: it takes the lease x, says so, and says whether it
// still believes to hold it when it is asked.
func other(url string) error {
	pool, err := pgxpool.New(context.Background(), url)
	if err != nil {
		return err
	}
	node, err := nodes.Join(context.Background(), nodes.Config{DB: pool, TTL: shortTTL, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	lease := node.Lease("x")
	if err := lease.Acquire(context.Background()); err != nil {
		return err
	}
	fmt.Println("acquired")
	for asked := bufio.NewScanner(os.Stdin); asked.Scan(); {
		fmt.Println(lease.Held())
	}
	return errors.New("nobody asks any more")
}

// process is another process that holds the lease x.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	ask   func() string
	words *bufio.Scanner
}

func startProcess(t *testing.T, url string) *process {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), otherProcess+"="+url)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may be dead
		_ = cmd.Wait()
	})
	p := &process{t: t, cmd: cmd, words: bufio.NewScanner(out)}
	p.ask = func() string {
		_, err := fmt.Fprintln(in)
		require.NoError(t, err)
		return p.word()
	}
	require.Equal(t, "acquired", p.word())
	return p
}

func (p *process) word() string {
	p.t.Helper()
	require.True(p.t, p.words.Scan(), "the other process has ended")
	return p.words.Text()
}

func TestTheLeaseOfADeadProcessIsTakenOver(t *testing.T) {
	pool := database(t)
	p := startProcess(t, pool.Config().ConnString())
	lease := join(t, pool, shortTTL).Lease("x")
	got := acquiring(t, lease)
	require.NoError(t, p.cmd.Process.Kill())
	await(t, "the lease of a dead process", got)
	require.True(t, lease.Held())
}

func TestAFrozenProcessDoesNotBelieveToHoldItsLease(t *testing.T) {
	pool := database(t)
	p := startProcess(t, pool.Config().ConnString())
	require.Equal(t, "true", p.ask())
	lease := join(t, pool, shortTTL).Lease("x")
	got := acquiring(t, lease)
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGSTOP))
	await(t, "the lease of a frozen process", got)
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGCONT))
	require.Equal(t, "false", p.ask(), "the first thing that it says when it wakes")
	require.True(t, lease.Held())
}

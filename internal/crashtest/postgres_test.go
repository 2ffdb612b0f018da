package crashtest_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// cluster is the folder of the database: inside the data directory, or where
// that says.
func (p *parley) cluster() string {
	if home, err := os.ReadFile(filepath.Join(p.dataDir, "pg-location")); err == nil {
		return filepath.Join(strings.TrimSpace(string(home)), "pg")
	}
	return filepath.Join(p.dataDir, "pg")
}

// postmaster is the process id of the running PostgreSQL, 0 when there is none.
func (p *parley) postmaster() (int, error) {
	text, err := os.ReadFile(filepath.Join(p.cluster(), "postmaster.pid"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || pid <= 1 {
		return 0, nil // just being written
	}
	return pid, nil
}

// killPostgres kills the postmaster alone: its children notice by themselves.
func (p *parley) killPostgres(t *testing.T) (pid int) {
	t.Helper()
	pid, err := p.postmaster()
	require.NoError(t, err)
	require.NotZero(t, pid, "PostgreSQL is not running")
	if exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); err == nil {
		require.Equal(t, "postgres", filepath.Base(exe), "the process id has another owner")
	}
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	return pid
}

// awaitOtherPostgres waits until another postmaster has taken the place of the
// killed one.
func (p *parley) awaitOtherPostgres(t *testing.T, killed int) {
	t.Helper()
	err := poll(func() (bool, error) {
		select {
		case <-p.life.exited:
			return false, fmt.Errorf("parley ended with its PostgreSQL: %w", errors.Join(p.life.err, errors.New("see its log")))
		default:
		}
		pid, err := p.postmaster()
		return pid != 0 && pid != killed, err
	})
	require.NoError(t, err, "%s", p.lastWords())
}

// awaitPostgresGone waits for the PostgreSQL of a parley that has ended. One
// that does not go is killed.
func (p *parley) awaitPostgresGone() error {
	pid, err := p.postmaster()
	if err != nil || pid == 0 {
		return err
	}
	err = poll(func() (bool, error) {
		now, err := p.postmaster()
		return now == 0 || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH), err
	})
	if err != nil {
		return fmt.Errorf("PostgreSQL %d has outlived parley and was killed: %w", pid, errors.Join(err, syscall.Kill(pid, syscall.SIGKILL)))
	}
	return nil
}

// poll asks until the answer is yes.
func poll(ask func() (bool, error)) error {
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if yes, err := ask(); yes || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-deadline:
			return fmt.Errorf("not within %s", patience)
		}
	}
}

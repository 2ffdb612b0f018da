package embeddedpg_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/embeddedpg"
	"parley/internal/pgtest"
)

func TestKilledPostgresIsStartedAgain(t *testing.T) {
	s := start(t, config(t, pgtest.Dir(t)))
	query(t, s, `CREATE TABLE t AS SELECT 'kept' AS word`)
	first := s.PID()
	require.NoError(t, syscall.Kill(first, syscall.SIGKILL))
	eventually(t, func() error { return gone(first) })
	require.Equal(t, "kept", query(t, s, `SELECT word FROM t`))
	eventually(t, func() error {
		if s.PID() == first {
			return errors.New("same process")
		}
		return nil
	})
}

func TestServerThatKeepsDyingIsGivenUp(t *testing.T) {
	cfg := config(t, pgtest.Dir(t))
	s := start(t, cfg)
	deadline := time.After(time.Minute)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for running := true; running; {
		_ = syscall.Kill(s.PID(), syscall.SIGKILL) // it may be dead already
		select {
		case <-s.Done():
			running = false
		case <-tick.C:
		case <-deadline:
			t.Fatal("never given up")
		}
	}
	require.ErrorIs(t, s.Wait(), embeddedpg.ErrGaveUp)
	stop(t, s)
	start(t, cfg) // the directory is free and whole
}

func TestStopDuringARestart(t *testing.T) {
	s := start(t, config(t, pgtest.Dir(t)))
	require.NoError(t, syscall.Kill(s.PID(), syscall.SIGKILL))
	stop(t, s)
	require.NoError(t, s.Wait())
	require.NoError(t, gone(s.PID()))
}

func TestPostgresGoesWithAKilledParent(t *testing.T) {
	dir := filepath.Join(pgtest.Dir(t), "data")
	parent := startHelper(t, dir)
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	postmaster, err := strconv.Atoi(strings.TrimSpace(line))
	require.NoError(t, err, line)

	_, err = embeddedpg.Start(t.Context(), config(t, dir))
	var locked *embeddedpg.LockedError
	require.ErrorAs(t, err, &locked)
	require.Equal(t, parent.Process.Pid, locked.PID)

	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait() // killed, as it says

	s := start(t, config(t, dir)) // waits for the dying one
	require.NoError(t, gone(postmaster))
	require.Equal(t, "1", query(t, s, `SELECT '1'`))
}

func TestFirstStartKilledInTheMiddle(t *testing.T) {
	dir := filepath.Join(pgtest.Dir(t), "data")
	parent := startHelper(t, dir)
	require.NoError(t, parent.Start())
	eventually(t, func() error {
		if found, _ := filepath.Glob(filepath.Join(dir, "pg.new-*", "base")); len(found) == 0 {
			return errors.New("initdb has not begun")
		}
		return nil
	})
	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait() // killed, as it says
	require.NoDirExists(t, filepath.Join(dir, "pg"))

	cfg := config(t, dir)
	cfg.TemplateDir = ""
	s := start(t, cfg)
	require.Equal(t, "1", query(t, s, `SELECT '1'`))
	left, err := filepath.Glob(filepath.Join(dir, "pg.new-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestStartGivesUpWithItsContext(t *testing.T) {
	cfg := config(t, filepath.Join(pgtest.Dir(t), "data"))
	cfg.TemplateDir = ""
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := embeddedpg.Start(ctx, cfg)
	require.Error(t, err)
	start(t, cfg)
}

func TestProcessIDThatAnotherProgramHasNow(t *testing.T) {
	dir := pgtest.Dir(t)
	s := start(t, config(t, dir))
	stop(t, s)
	stranger := strangerLike(t, filepath.Join(dir, "pg"))
	mark := fmt.Sprintf("%d\n%s/pg\n1\n5432\n%s/run\n\n", stranger, dir, dir)
	for _, file := range []string{"pg/postmaster.pid", "run/.s.PGSQL.5432.lock"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(mark), 0o600))
		info, err := os.Stat(filepath.Join(dir, "pg"))
		require.NoError(t, err)
		owner := info.Sys().(*syscall.Stat_t)
		require.NoError(t, os.Chown(filepath.Join(dir, file), int(owner.Uid), int(owner.Gid)))
	}
	require.Equal(t, "1", query(t, start(t, config(t, dir)), `SELECT '1'`))
	require.Error(t, gone(stranger))
}

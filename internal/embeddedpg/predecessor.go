package embeddedpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// awaitVacant waits until no PostgreSQL runs on the cluster any more: when a
// parley is killed its server needs a moment to shut down.
func (c *cluster) awaitVacant(ctx context.Context) error {
	for began := time.Now(); ; {
		pids, err := tenants(c.dir())
		if err != nil {
			return fmt.Errorf("look for a running PostgreSQL: %w", err)
		}
		if len(pids) == 0 {
			return c.removeRecycled()
		}
		if time.Since(began) > patience {
			return &BusyError{Dir: c.dir(), PIDs: pids}
		}
		if time.Since(began) < time.Millisecond {
			c.Logger.Info("waiting for the last PostgreSQL on this data directory to end", "pids", pids)
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return errors.Join(&BusyError{Dir: c.dir(), PIDs: pids}, err)
		}
	}
}

// readPID reads the process id in a mark of PostgreSQL, 0 when there is none.
func readPID(file string) (int, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, _ := strconv.Atoi(strings.TrimSpace(line)) // an unreadable file is PostgreSQL's to judge
	return pid, nil
}

// alive reports whether a process of that id exists.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

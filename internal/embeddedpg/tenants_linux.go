package embeddedpg

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// tenants lists the PostgreSQL processes that work in a cluster, the orphans
// of a killed postmaster included: all of them have it as working directory.
func tenants(dir string) ([]int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		// A process that ends meanwhile, or that we may not look at, is not ours.
		if cwd, err := os.Readlink(filepath.Join("/proc", e.Name(), "cwd")); err != nil || cwd != dir {
			continue
		}
		exe, err := os.Readlink(filepath.Join("/proc", e.Name(), "exe"))
		if err == nil && strings.HasPrefix(filepath.Base(exe), "postgres") {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// removeRecycled deletes a postmaster.pid whose process id now belongs to a
// program that has nothing to do with the cluster, as happens in containers,
// where the same few ids come back. PostgreSQL would refuse to start. Nobody
// works in the cluster: awaitVacant has looked.
func (c *cluster) removeRecycled() error {
	for _, file := range []string{filepath.Join(c.dir(), "postmaster.pid"), filepath.Join(c.socket, socketFile+".lock")} {
		pid, err := readPID(file)
		if err != nil {
			return fmt.Errorf("look at the last PostgreSQL's mark: %w", err)
		}
		if pid <= 0 || !alive(pid) {
			continue // PostgreSQL itself sees that it is stale
		}
		c.Logger.Warn("removing the mark of a PostgreSQL that is gone, another program has its process id",
			"file", file, "pid", pid)
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove a stale mark: %w", err)
		}
	}
	return nil
}

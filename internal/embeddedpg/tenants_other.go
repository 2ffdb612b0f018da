//go:build !linux

package embeddedpg

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// tenants finds the PostgreSQL that a killed parley left running and asks it
// to shut down: there is no death signal on this system.
func tenants(dir string) ([]int, error) {
	pid, err := readPID(filepath.Join(dir, "postmaster.pid"))
	if err != nil || pid <= 0 || !alive(pid) {
		return nil, err
	}
	out, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil || !strings.Contains(string(out), "postgres") || !strings.Contains(string(out), dir) {
		return nil, nil // another program has the process id now
	}
	if strings.Contains(string(out), "cluster_name=parley") {
		_ = syscall.Kill(pid, syscall.SIGINT) // it may have ended meanwhile
	}
	return []int{pid}, nil
}

// removeRecycled leaves postmaster.pid alone: which processes work in the
// cluster cannot be told for certain here.
func (c *cluster) removeRecycled() error { return nil }

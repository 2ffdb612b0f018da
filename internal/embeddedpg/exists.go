package embeddedpg

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Exists reports whether a data directory has a cluster, in it or elsewhere.
// It changes nothing.
func Exists(dataDir string) bool {
	return exists(filepath.Join(dataDir, locationFile)) || exists(filepath.Join(dataDir, "pg", "PG_VERSION"))
}

// homeOf is where the cluster of a data directory is.
func homeOf(dataDir string) (string, error) {
	recorded, err := os.ReadFile(filepath.Join(dataDir, locationFile))
	if errors.Is(err, fs.ErrNotExist) {
		return filepath.Abs(dataDir)
	}
	return strings.TrimSpace(string(recorded)), err
}

// RunningURL is the DSN of the server that runs on a data directory now, "" if
// none does. It changes nothing.
func RunningURL(dataDir string) (string, error) {
	home, err := homeOf(dataDir)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(home, "pg", "postmaster.pid"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	lines := strings.Split(string(text), "\n")
	pid, _ := readPID(filepath.Join(home, "pg", "postmaster.pid"))
	if err != nil || len(lines) < 8 || strings.TrimSpace(lines[7]) != "ready" || !alive(pid) {
		return "", err
	}
	return (&cluster{socket: strings.TrimSpace(lines[4])}).url(database), nil
}

// Installation is what a data directory would be run with.
type Installation struct {
	Folder  string // of the server's binaries
	Version string // as postgres --version prints it
	Cluster int    // major version of the cluster, 0 when there is none
}

// Find looks for the server's binaries that fit a data directory: in binDir
// when it is not empty, else where they usually are. It changes nothing. Errors are
// those of Start.
func Find(ctx context.Context, dataDir, binDir string) (Installation, error) {
	home, err := homeOf(dataDir)
	if err != nil {
		return Installation{}, err
	}
	c := &cluster{home: home}
	major, err := c.version()
	if err != nil {
		return Installation{}, err
	}
	found, err := findBinaries(ctx, binDir, major, c.dir())
	return Installation{Folder: found.dir, Version: found.version, Cluster: major}, err
}

package embeddedpg

import (
	"errors"
	"fmt"
	"strings"
)

// ErrGaveUp is in the error of a server that died again and again.
var ErrGaveUp = errors.New("PostgreSQL keeps dying")

// MissingBinariesError says that no usable PostgreSQL server is installed.
type MissingBinariesError struct {
	Searched []string // folders, and why each was not used
	Remedy   string   // what to do on this system
}

func (e *MissingBinariesError) Error() string {
	return fmt.Sprintf("no PostgreSQL server (postgres and initdb, version %d or later) found in %s; %s",
		oldestMajor, strings.Join(e.Searched, ", "), e.Remedy)
}

// VersionError says that a cluster belongs to another major version of
// PostgreSQL than the binaries found. Nothing was touched.
type VersionError struct {
	Dir     string // the cluster
	Cluster string // its PG_VERSION
	Found   []int  // major versions installed
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("the database in %s was made by PostgreSQL %s and only %s is installed; nothing was changed. "+
		"Install PostgreSQL %s beside it (Debian, Ubuntu: apt-get install postgresql-%s; Homebrew: brew install postgresql@%s) "+
		"or name its folder in PARLEY_PG_BIN. To move the data to another version, stop parley and use PostgreSQL's own pg_upgrade",
		e.Dir, e.Cluster, joinMajors(e.Found), e.Cluster, e.Cluster, e.Cluster)
}

// LockedError says that another process holds the data directory.
type LockedError struct {
	Dir string
	PID int // 0 when the holder has not written it yet
}

func (e *LockedError) Error() string {
	holder, kill := "another process", ""
	if e.PID != 0 {
		holder, kill = fmt.Sprintf("process %d", e.PID), fmt.Sprintf(" (kill %d)", e.PID)
	}
	return fmt.Sprintf("data directory %s is in use by %s; stop it%s or choose another directory with PARLEY_DATA_DIR",
		e.Dir, holder, kill)
}

// BusyError says that a PostgreSQL which is not ours runs on the cluster, or
// that one of ours does not come to an end.
type BusyError struct {
	Dir  string
	PIDs []int
}

func (e *BusyError) Error() string {
	return fmt.Sprintf("a PostgreSQL server still runs on %s (processes %v); stop it with kill -INT %d and start again",
		e.Dir, e.PIDs, e.PIDs[0])
}

// LocationError says that the cluster of a data directory is not where it was
// or cannot be reached. An empty one is never made in its place.
type LocationError struct {
	Dir    string
	Reason string
	Remedy string
}

func (e *LocationError) Error() string {
	return fmt.Sprintf("the database of data directory %s %s; %s", e.Dir, e.Reason, e.Remedy)
}

func joinMajors(majors []int) string {
	words := make([]string, len(majors))
	for i, m := range majors {
		words[i] = fmt.Sprint(m)
	}
	return "version " + strings.Join(words, ", ")
}

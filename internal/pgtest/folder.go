package pgtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

const (
	// pattern names the folders of test servers in the temporary folder.
	pattern = "parley-pgtest-*"
	// mark is a file in each that its test process holds a flock on.
	mark = ".alive"
)

// folder is a place for a server as long as this process lives.
type folder struct {
	path string
	held *os.File
}

// Dir returns an empty folder that the account of an embedded server can
// enter, which t.TempDir is not under root. It is removed when the test ends,
// after the clean-ups that the test registers later.
func Dir(t testing.TB) string {
	t.Helper()
	f, err := newFolder()
	if err != nil {
		t.Fatalf("make a folder for PostgreSQL: %v", err)
	}
	t.Cleanup(func() {
		if err := f.remove(); err != nil {
			t.Logf("remove the folder of PostgreSQL: %v", err)
		}
	})
	return f.path
}

// newFolder makes a folder that others may pass through, as the server's
// account must, and removes what killed test processes left behind.
func newFolder() (folder, error) {
	base := temporary()
	removeStale(base)
	dir, err := os.MkdirTemp(base, pattern)
	if err != nil {
		return folder{}, fmt.Errorf("folder of the test server: %w", err)
	}
	f, err := os.Create(filepath.Join(dir, mark))
	if err == nil {
		err = errors.Join(syscall.Flock(int(f.Fd()), syscall.LOCK_EX), os.Chmod(dir, 0o711))
	}
	if err != nil {
		return folder{}, fmt.Errorf("folder of the test server: %w", err)
	}
	return folder{dir, f}, nil
}

func (f folder) remove() error {
	return errors.Join(os.RemoveAll(f.path), f.held.Close())
}

// temporary is the temporary folder, or /tmp for root with a private one.
func temporary() string {
	base := os.TempDir()
	for dir := base; os.Geteuid() == 0 && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err != nil || info.Mode()&0o001 == 0 {
			return "/tmp"
		}
	}
	return base
}

// removeStale deletes the folders that nobody holds: the lock on the mark is
// free when the test process is dead, however it died.
func removeStale(base string) {
	dirs, _ := filepath.Glob(filepath.Join(base, pattern)) // the pattern is well-formed
	for _, dir := range dirs {
		if stale(dir) {
			_ = os.RemoveAll(dir) // another process may be at it too
		}
	}
}

func stale(dir string) bool {
	f, err := os.Open(filepath.Join(dir, mark))
	if errors.Is(err, fs.ErrNotExist) {
		// Just made, or left by a process that died at that very moment.
		info, err := os.Stat(dir)
		return err == nil && time.Since(info.ModTime()) > time.Minute
	}
	if err != nil {
		return false
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

package bench

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// newFolder makes a temporary folder that the account of an embedded
// PostgreSQL may pass through; base is its parent, the system's when empty.
func newFolder(base string) (string, error) {
	if base == "" {
		base = temporary()
	}
	dir, err := os.MkdirTemp(base, "parley-bench-*")
	if err != nil {
		return "", err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o711)
}

// temporary is the temporary folder, or /tmp for root with a private one,
// which PostgreSQL's account could not enter.
func temporary() string {
	base := os.TempDir()
	for dir := base; os.Geteuid() == 0 && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err != nil || info.Mode()&0o001 == 0 {
			return "/tmp"
		}
	}
	return base
}

// removeFolder removes a folder and the clusters that its data directories
// had to keep elsewhere.
func removeFolder(dir string) error {
	var errs []error
	recorded, _ := filepath.Glob(filepath.Join(dir, "*", "pg-location"))
	for _, path := range recorded {
		home, err := os.ReadFile(path)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		where := strings.TrimSpace(string(home))
		owner, err := os.ReadFile(filepath.Join(where, "data-directory"))
		if err == nil && strings.TrimSpace(string(owner)) == filepath.Dir(path) {
			err = os.RemoveAll(where)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(append(errs, os.RemoveAll(dir))...)
}

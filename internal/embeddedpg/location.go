package embeddedpg

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Files by which a data directory and a home elsewhere know each other.
const (
	locationFile = "pg-location"    // in the data directory: its home
	ownerFile    = "data-directory" // in the home: its data directory
)

// prepareDataDir makes the data directory when there is none and returns its
// path without links, so that one folder has one name.
func prepareDataDir(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("data directory: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", fmt.Errorf("data directory: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("data directory: %w", err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", fmt.Errorf("data directory: %w", err)
	}
	return dir, nil
}

// findHome returns the folder that holds the cluster: the data directory
// itself, or a folder below fallback when the account cannot enter that one.
func findHome(ctx context.Context, data, fallback string, who account) (string, error) {
	recorded, err := os.ReadFile(filepath.Join(data, locationFile))
	if err == nil {
		home := strings.TrimSpace(string(recorded))
		return home, checkHome(data, home)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("data directory: %w", err)
	}
	ok, err := who.canEnter(ctx, filepath.Dir(data))
	if err != nil {
		return "", err
	}
	if ok {
		return data, letIn(ctx, data, who)
	}
	if exists(filepath.Join(data, "pg", "PG_VERSION")) {
		return "", &LocationError{
			data, "is inside it, where account " + who.name + " cannot go",
			"make its parent folders enterable (chmod o+x), or move the data directory",
		}
	}
	sum := sha256.Sum256([]byte(data))
	home := filepath.Join(fallback, hex.EncodeToString(sum[:8]))
	return home, claimHome(ctx, data, home, who)
}

// letIn allows the account to pass through the data directory, not to list it.
func letIn(ctx context.Context, data string, who account) error {
	if ok, err := who.canEnter(ctx, data); err != nil || ok {
		return err
	}
	info, err := os.Stat(data)
	if err == nil {
		err = os.Chmod(data, info.Mode().Perm()|0o011)
	}
	if err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	if ok, err := who.canEnter(ctx, data); err != nil || ok {
		return err
	}
	return &LocationError{data, "cannot be entered by account " + who.name, "choose another one with PARLEY_DATA_DIR"}
}

// claimHome makes a home outside the data directory, or finds the one that an
// interrupted first start made.
func claimHome(ctx context.Context, data, home string, who account) error {
	if err := os.MkdirAll(filepath.Dir(filepath.Dir(home)), 0o755); err != nil {
		return fmt.Errorf("home of the database: %w", err)
	}
	for _, dir := range []string{filepath.Dir(home), home} {
		err := os.Mkdir(dir, 0o711)
		if err == nil {
			err = os.Chmod(dir, 0o711) // whatever the umask says
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("home of the database: %w", err)
		}
	}
	ok, err := who.canEnter(ctx, home)
	if err != nil {
		return err
	}
	if !ok {
		return &LocationError{
			data, "would live in " + home + ", where account " + who.name + " cannot go",
			"choose another data directory with PARLEY_DATA_DIR",
		}
	}
	return writeFile(filepath.Join(home, ownerFile), data+"\n", 0o600)
}

// checkHome refuses a recorded home that is gone, or that belongs to another
// data directory: a copied directory must not write into its original.
func checkHome(data, home string) error {
	if !exists(filepath.Join(home, "pg", "PG_VERSION")) {
		return &LocationError{
			data, "was in " + home + " and is not there any more",
			"bring that folder back, or remove " + filepath.Join(data, locationFile) + " to begin with an empty database",
		}
	}
	text, err := os.ReadFile(filepath.Join(home, ownerFile))
	if err != nil {
		return fmt.Errorf("home of the database: %w", err)
	}
	owner := strings.TrimSpace(string(text))
	if owner == data {
		return nil
	}
	if exists(filepath.Join(owner, locationFile)) {
		return &LocationError{
			data, "in " + home + " belongs to " + owner,
			"remove " + filepath.Join(data, locationFile) + " to begin with an empty database",
		}
	}
	return writeFile(filepath.Join(home, ownerFile), data+"\n", 0o600) // the data directory was moved
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// writeFile replaces a file so that a crash leaves the old or the new one.
func writeFile(path, text string, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

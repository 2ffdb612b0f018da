package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// description is what a running server leaves in its data directory for the
// command line: readable by its owner only, for it holds the operator token.
type description struct {
	URL   string `json:"url"`
	Token string `json:"token"`
	PID   int    `json:"pid"`
}

const descriptionFile = "server.json"

func writeDescription(dir string, d description) error {
	b, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	return writePrivate(filepath.Join(dir, descriptionFile), append(b, '\n'))
}

// removeDescription takes the description away unless another server has
// written its own since.
func removeDescription(dir string) {
	if d, err := findServer(dir); err == nil && d.PID == os.Getpid() {
		os.Remove(filepath.Join(dir, descriptionFile))
	}
}

// writePrivate replaces a file of mode 0600 in one step.
func writePrivate(path string, b []byte) error {
	tmp := path + ".new"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

// findServer reads the description of a running server: in the given
// directory, or in those where servers usually are.
func findServer(dir string) (description, error) {
	dirs := []string{dir}
	if dir == "" {
		dirs = []string{"./parley-data", "./parley-demo"}
	}
	for _, dir := range dirs {
		b, err := os.ReadFile(filepath.Join(dir, descriptionFile))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var d description
		if err == nil {
			err = json.Unmarshal(b, &d)
		}
		if err != nil {
			return d, fmt.Errorf("read %s: %w", filepath.Join(dir, descriptionFile), err)
		}
		return d, nil
	}
	return description{}, fmt.Errorf("no running server found in %s: start one with parley serve, or name it with --data-dir, or with --server and --key",
		strings.Join(dirs, " or "))
}

// operatorToken is the configured token, or the one in the data directory,
// made on the first start.
func operatorToken(configured, dir string) (string, error) {
	if configured != "" {
		return configured, nil
	}
	path := filepath.Join(dir, "operator.key")
	b, err := os.ReadFile(path)
	switch {
	case err == nil:
		token := strings.TrimSpace(string(b))
		if len(token) < 32 {
			return "", fmt.Errorf("%s holds no operator token of at least 32 characters; delete it to get a new one", path)
		}
		return token, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("operator token: %w", err)
	}
	token := randomSecret()
	if err := writePrivate(path, []byte(token+"\n")); err != nil {
		return "", fmt.Errorf("operator token: %w", err)
	}
	return token, nil
}

// randomSecret has 260 bits in letters and digits.
func randomSecret() string { return strings.ToLower(rand.Text() + rand.Text()) }

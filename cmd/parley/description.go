package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"parley/commands"
)

// description is what a running server leaves in its data directory for the
// command line: readable by its owner only, for it holds the operator token.
type description struct {
	URL   string `json:"url"`
	Token string `json:"token"`
	PID   int    `json:"pid"`
	// Database is what databaseName makes of an external database's URL.
	Database string `json:"database,omitempty"`
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
	if d, err := readDescription(dir); err == nil && d.PID == os.Getpid() {
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

// errNoServer says that no running server was found.
var errNoServer = errors.New("no running server found")

func noServer(dir string) error {
	return fmt.Errorf("%w in %s: start one with parley serve, or name it with --data-dir, or with --server and --key",
		errNoServer, strings.Join(dataDirs(dir), " or "))
}

// findServer reads the description of a running server: in the given
// directory, or in those where servers usually are.
func findServer(dir string) (description, error) {
	for _, dir := range dataDirs(dir) {
		d, err := readDescription(dir)
		if !errors.Is(err, fs.ErrNotExist) {
			return d, err
		}
	}
	return description{}, noServer(dir)
}

// readDescription reads what the server of a data directory has left;
// fs.ErrNotExist without one.
func readDescription(dir string) (d description, err error) {
	path := filepath.Join(dir, descriptionFile)
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &d)
	}
	if err != nil {
		return d, fmt.Errorf("read %s: %w", path, err)
	}
	return d, nil
}

// Secrets that a first start makes in the data directory.
const (
	operatorFile = "operator.key"
	assetFile    = "asset.key"
	minSecret    = 32
)

// keptSecret is the configured secret, or the one in a file of the data
// directory, made on the first start.
func keptSecret(configured, dir, file string) (string, error) {
	if configured != "" {
		return configured, nil
	}
	path := filepath.Join(dir, file)
	b, err := os.ReadFile(path)
	switch {
	case err == nil:
		secret := strings.TrimSpace(string(b))
		if len(secret) < minSecret {
			return "", fmt.Errorf("%s holds no secret of at least %d characters; delete it to get a new one", path, minSecret)
		}
		return secret, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("secret: %w", err)
	}
	secret := commands.DrawSecret()
	if err := writePrivate(path, []byte(secret+"\n")); err != nil {
		return "", fmt.Errorf("secret: %w", err)
	}
	return secret, nil
}

package keyring

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"parley/domain"
)

const keySize = 32

const rootFileHeader = `# Root key of a parley installation.
#
# It wraps every key under which personal data is sealed, and the API secrets.
# Without this file no message, name or profile can be read again. Back it up
# apart from the database and the log: who has both can read everything.
# Every node needs the same file, readable by the server's account only.
#
# Each line: generation, base64 of 32 bytes.
`

// formatRootFile writes what parseRootFile reads.
func formatRootFile(keys map[int][]byte) []byte {
	var b bytes.Buffer
	b.WriteString(rootFileHeader)
	for _, g := range slices.Sorted(maps.Keys(keys)) {
		fmt.Fprintf(&b, "%d %s\n", g, base64.StdEncoding.EncodeToString(keys[g]))
	}
	return b.Bytes()
}

// parseRootFile reads the generations. Its errors name lines, never content.
func parseRootFile(text []byte) (map[int][]byte, error) {
	keys := map[int][]byte{}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) != 2 {
			return nil, fmt.Errorf("line %d is not a generation and a key", n)
		}
		g, err := strconv.ParseInt(fields[0], 10, 32)
		if err != nil || g < 1 {
			return nil, fmt.Errorf("line %d has no generation number", n)
		}
		raw, err := base64.StdEncoding.Strict().DecodeString(fields[1])
		if err != nil || len(raw) != keySize {
			return nil, fmt.Errorf("line %d has no base64 of %d bytes", n, keySize)
		}
		if keys[int(g)] != nil {
			return nil, fmt.Errorf("line %d repeats generation %d", n, g)
		}
		keys[int(g)] = raw
	}
	if len(keys) == 0 {
		return nil, errors.New("no generation in it")
	}
	return keys, nil
}

// readRootFile reads and checks the file; it changes nothing. A file that
// does not exist is fs.ErrNotExist.
func readRootFile(path string) (map[int][]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("root key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("root key file: %w", err)
	}
	malformed := &RootKeyError{
		File: path, Reason: ErrRootKeyMalformed,
		Remedy: "restore it from its backup; only if no database was ever started with it, delete it",
	}
	if !info.Mode().IsRegular() {
		malformed.Detail = "not a regular file"
		return nil, malformed
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, &RootKeyError{
			File: path, Reason: ErrRootKeyExposed,
			Detail: fmt.Sprintf("mode %04o", info.Mode().Perm()),
			Remedy: "let the server's account own it and set mode 0600 (chmod 600)",
		}
	}
	text, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("root key file: %w", err)
	}
	keys, err := parseRootFile(text)
	if err != nil {
		malformed.Detail = err.Error()
		return nil, malformed
	}
	return keys, nil
}

// createRootFile makes a file with a first generation that survives a crash
// from its return on. It never replaces a file: one that exists is
// fs.ErrExist.
func createRootFile(path string) (err error) {
	raw := make([]byte, keySize)
	rand.Read(raw)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("create root key file: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("create root key file: %w", err), os.Remove(path))
		}
	}()
	_, err = f.Write(formatRootFile(map[int][]byte{1: raw}))
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// readOrCreateRootFile is for the first start with a database; created says
// that the file is new.
func readOrCreateRootFile(path string) (keys map[int][]byte, created bool, err error) {
	keys, err = readRootFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return keys, false, err
	}
	err = createRootFile(path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, false, err
	}
	created = err == nil
	keys, err = readRootFile(path)
	return keys, created, err
}

// rootFingerprint identifies a generation in the database. The key is random,
// so the hash tells nothing about it.
func rootFingerprint(generation int, raw []byte) string {
	sum := sha256.Sum256(domain.AppendTuple(nil, []byte("parley root key"),
		strconv.AppendInt(nil, int64(generation), 10), raw))
	return hex.EncodeToString(sum[:16])
}

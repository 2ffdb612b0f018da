package embeddedpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// oldestMajor is the first version that knows every setting used here and
// that its makers still maintain.
const oldestMajor = 14

// usualFolders is where distributions put the server's binaries.
var usualFolders = []string{
	"/usr/lib/postgresql/*/bin", // Debian, Ubuntu
	"/usr/pgsql-*/bin",          // Red Hat, packages of postgresql.org
	"/usr/libexec/postgresql*",  // Alpine
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin", // Homebrew on Intel
	"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
	"/usr/local/pgsql/bin", // built from source
}

var versionNumber = regexp.MustCompile(`\(PostgreSQL\) (\d+)\S*`)

// binaries is one installation of the server.
type binaries struct {
	dir     string
	major   int
	version string // as postgres --version prints it
}

func (b binaries) postgres() string { return filepath.Join(b.dir, "postgres") }
func (b binaries) initdb() string   { return filepath.Join(b.dir, "initdb") }

// findBinaries chooses an installation: the only one in binDir when given,
// else the first on PATH, else the newest in the usual folders. When major is
// not zero, only an installation of that version will do.
func findBinaries(ctx context.Context, binDir string, major int, cluster string) (binaries, error) {
	var found []binaries
	var searched []string
	for _, dir := range candidateFolders(binDir) {
		b, err := inspect(ctx, dir)
		if err != nil {
			searched = append(searched, fmt.Sprintf("%s (%v)", dir, err))
			continue
		}
		found = append(found, b)
	}
	if len(found) == 0 {
		if binDir == "" {
			searched = append(searched, "PATH and the usual folders")
		}
		return binaries{}, &MissingBinariesError{Searched: searched, Remedy: remedy(binDir)}
	}
	if major == 0 {
		return found[0], nil
	}
	var majors []int
	for _, b := range found {
		if b.major == major {
			return b, nil
		}
		majors = append(majors, b.major)
	}
	slices.Sort(majors)
	return binaries{}, &VersionError{Dir: cluster, Cluster: strconv.Itoa(major), Found: slices.Compact(majors)}
}

// candidateFolders lists where to look, best first, without duplicates.
func candidateFolders(binDir string) []string {
	if binDir != "" {
		return []string{binDir}
	}
	var dirs []string
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		// A link on PATH leads to the folder that holds initdb and the rest.
		if p, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres")); err == nil {
			dirs = append(dirs, filepath.Dir(p))
		}
	}
	var usual []string
	for _, pattern := range usualFolders {
		matches, _ := filepath.Glob(pattern) // the patterns are well-formed
		for _, m := range matches {
			if p, err := filepath.EvalSymlinks(filepath.Join(m, "postgres")); err == nil {
				usual = append(usual, filepath.Dir(p))
			}
		}
	}
	slices.SortStableFunc(usual, newestFirst)
	seen := map[string]bool{}
	return slices.DeleteFunc(append(dirs, usual...), func(dir string) bool {
		again := seen[dir]
		seen[dir] = true
		return again
	})
}

var firstNumber = regexp.MustCompile(`\d+`)

// newestFirst sorts folders by the version in their names.
func newestFirst(a, b string) int {
	version := func(dir string) int {
		n, _ := strconv.Atoi(firstNumber.FindString(dir)) // none: last
		return n
	}
	return version(b) - version(a)
}

func inspect(ctx context.Context, dir string) (binaries, error) {
	b := binaries{dir: dir}
	for _, path := range []string{b.postgres(), b.initdb()} {
		if info, err := os.Stat(path); err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			return b, errors.New("no " + filepath.Base(path))
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, b.postgres(), "--version").Output()
	if err != nil {
		return b, fmt.Errorf("postgres --version: %w", err)
	}
	m := versionNumber.FindStringSubmatch(string(out))
	if m == nil {
		return b, fmt.Errorf("postgres --version says %q", out)
	}
	b.version = strings.TrimSpace(string(out))
	b.major, _ = strconv.Atoi(m[1])
	if b.major < oldestMajor {
		return b, fmt.Errorf("version %d is too old", b.major)
	}
	return b, nil
}

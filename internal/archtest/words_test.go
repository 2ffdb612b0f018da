package archtest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// vendors are words of dialects that the core must not know.
var vendors = regexp.MustCompile(`(?i)\b(ably|agora)\b`)

func TestVendorWordsStayOutsideTheCore(t *testing.T) {
	for _, dir := range []string{"domain", "commands", "projections", "queries", "migrations"} {
		eachFile(t, dir, func(path string, text string) {
			if word := vendors.FindString(text); word != "" {
				t.Errorf("%s says %q", path, word)
			}
		})
	}
}

// foreign are things that no file of the project may mention.
var foreign = regexp.MustCompile(`\.\./` + `shared|/bash_` + `jobs`)

func TestTheProjectStandsAlone(t *testing.T) {
	for _, dir := range []string{"cmd", "domain", "commands", "projections", "queries", "api", "migrations", "internal", "scripts", "docs", "web/demo/src", "web/demo/test", "clients/go", "clients/ts/src", "clients/ts/test", "README.md", "CHANGELOG.md"} {
		if _, err := os.Stat(filepath.Join(root, dir)); err != nil {
			continue
		}
		eachFile(t, dir, func(path string, text string) {
			if found := foreign.FindString(text); found != "" {
				t.Errorf("%s mentions %q", path, found)
			}
		})
	}
}

func eachFile(t *testing.T, dir string, f func(path, text string)) {
	t.Helper()
	seen := 0
	err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".gz") {
			return err
		}
		b, err := os.ReadFile(path)
		seen++
		f(path, string(b))
		return err
	})
	require.NoError(t, err)
	require.NotZero(t, seen, "no files in %s", dir)
}

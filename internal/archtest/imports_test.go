package archtest_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "parley"

// allowed is the architecture: package, then the packages of ours it may
// import. The last matching row counts; a name that ends in a slash stands
// for everything below it. cmd and internal/server are absent: they wire
// everything.
var allowed = []struct {
	pkg  string
	deps []string
}{
	{"domain", nil},
	{"migrations", nil},
	{"internal/pgerr", nil},
	{"internal/dbpool", nil},
	{"internal/overload", nil},
	{"internal/accesslog", nil},
	{"internal/metrics", nil},
	{"internal/eventstore", []string{"domain"}},
	{"internal/eventstore/", []string{"domain", "internal/dbpool", "internal/eventstore", "internal/pgerr"}},
	{"internal/feed", []string{"internal/eventstore"}},
	{"internal/keyring", []string{"domain", "internal/dbpool", "internal/pgerr"}},
	{"internal/embeddedpg", nil},
	{"internal/histcheck", nil},
	{"internal/irc", nil},
	{"internal/contract", nil},
	{"web/demo", nil},
	{"internal/audit", []string{"domain", "internal/eventstore"}},
	{"internal/signals", nil},
	{"internal/nodes", nil},
	{"internal/presence", []string{"commands", "domain", "internal/eventstore", "queries"}},
	{"internal/typing", []string{"commands", "domain", "internal/signals"}},
	{"internal/limits", []string{"domain"}},
	{"internal/assets", []string{"domain"}},
	{"internal/auth", []string{"commands", "domain"}},
	{"internal/socket", nil},
	{"internal/fanout", []string{"domain", "internal/eventstore", "queries"}},
	{"internal/tickets", []string{"internal/auth"}},
	{"commands", []string{"domain", "internal/eventstore", "internal/overload"}},
	{"projections", []string{"domain", "internal/eventstore", "internal/feed", "internal/pgerr", "migrations"}},
	{"queries", []string{"domain", "internal/dbpool"}},
	{"api", []string{"internal/overload"}},
	{"api/envelope", []string{"domain", "internal/dbpool", "internal/eventstore", "internal/pgerr", "queries"}},
	{"api/native", []string{
		"api/envelope", "commands", "domain", "internal/assets", "internal/auth", "internal/fanout", "internal/limits", "internal/socket", "queries",
	}},
	{"api/admin", []string{"api/envelope", "commands", "domain", "internal/audit", "internal/auth", "internal/eventstore", "projections", "queries"}},
	{"api/files", []string{"api/envelope", "domain", "internal/assets"}},
	{"clients/go", nil},
}

// forbidden are foreign packages that must not reach the core.
var forbidden = map[string][]string{
	"domain":      {"net/http", "github.com/gin-gonic/gin", "github.com/jackc/pgx", "context", "database/sql"},
	"commands":    {"net/http", "github.com/gin-gonic/gin", "github.com/jackc/pgx"},
	"projections": {"net/http", "github.com/gin-gonic/gin"},
	"queries":     {"net/http", "github.com/gin-gonic/gin"},
}

func TestImportsPointInward(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", module+"/...").Output()
	require.NoError(t, err)
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pkg := strings.TrimPrefix(fields[0], module+"/")
		deps, ruled := depsOf(pkg)
		for _, dep := range fields[1:] {
			if ours, ok := strings.CutPrefix(dep, module+"/"); ok && ruled && !slices.Contains(deps, ours) {
				t.Errorf("%s imports %s: not in the table of allowed imports", pkg, ours)
			}
			if strings.HasPrefix(dep, module+"/clients/") {
				t.Errorf("%s imports %s: clients are for programs elsewhere, and for tests", pkg, dep)
			}
			for _, f := range forbidden[pkg] {
				if dep == f || strings.HasPrefix(dep, f+"/") {
					t.Errorf("%s imports %s", pkg, dep)
				}
			}
		}
	}
}

func depsOf(pkg string) (deps []string, ruled bool) {
	for _, row := range allowed {
		if row.pkg == pkg || strings.HasSuffix(row.pkg, "/") && strings.HasPrefix(pkg, row.pkg) {
			deps, ruled = row.deps, true
		}
	}
	return deps, ruled
}

func TestTheCoreCompilesWithFewModules(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}",
		module+"/domain", module+"/commands").Output()
	require.NoError(t, err)
	modules := slices.Compact(slices.Sorted(slices.Values(strings.Fields(string(out)))))
	require.Less(t, len(modules), 5, "domain and commands pull in %v", modules)
}

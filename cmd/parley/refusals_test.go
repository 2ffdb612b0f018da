package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/pgtest"
)

// taken is an address on which somebody else listens.
func taken(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

func TestRefusalsBeforeAnythingIsTouched(t *testing.T) {
	port := taken(t)
	for name, test := range map[string]struct {
		code  int
		words []string
		args  []string
	}{
		"taken port":           {exitRefused, []string{"cannot serve on " + port, "in use", "--addr", "PARLEY_ADDR"}, []string{"serve", "--addr", port}},
		"taken port of a demo": {exitRefused, []string{"cannot serve on " + port}, []string{"demo", "--addr", port}},
		"short operator token": {exitUsage, []string{"operator token", "32 characters"}, []string{"serve", "--operator-key", strings.Repeat("x", 31)}},
		"every origin":         {exitUsage, []string{"CORS origin", `"*"`, "exact origins"}, []string{"serve", "--cors-origins", "*"}},
		"the null origin":      {exitUsage, []string{"CORS origins", "null"}, []string{"serve", "--cors-origins", "https://a.example.com,null"}},
		"a page as an origin":  {exitUsage, []string{"CORS origins", "https://a.example.com/page"}, []string{"serve", "--cors-origins", "https://a.example.com/page"}},
		"an empty origin":      {exitUsage, []string{"CORS origin", `""`}, []string{"serve", "--cors-origins", "https://a.example.com,,"}},
		"unclear about peers":  {exitUsage, []string{"--limit-loopback"}, []string{"serve", "--limit-loopback=perhaps"}},
		"unknown flag":         {exitUsage, []string{"unknown flag --adr"}, []string{"serve", "--adr", "x"}},
		"unknown log format":   {exitUsage, []string{"--log-format", "text"}, []string{"serve", "--log-format", "xml"}},
		"unknown event store":  {exitUsage, []string{"--event-store"}, []string{"serve", "--event-store", "paper"}},
		"attachment type":      {exitUsage, []string{`attachment type "Image/PNG"`, "type/subtype"}, []string{"serve", "--attachment-types", "text/plain,Image/PNG"}},
		"no attachment type":   {exitUsage, []string{`attachment type "png"`}, []string{"serve", "--attachment-types", "png"}},
		"short asset key":      {exitUsage, []string{"asset key", "32 characters"}, []string{"serve", "--asset-key", strings.Repeat("x", 31)}},
		"asset URL":            {exitUsage, []string{"asset URL", "https://"}, []string{"serve", "--asset-url", "files.example.com"}},
		"short-lived URLs":     {exitUsage, []string{"asset URLs live", "60s to 168h"}, []string{"serve", "--asset-url-ttl", "59s"}},
		"negative quota":       {exitUsage, []string{"limits of assets"}, []string{"serve", "--asset-quota-mib=-1"}},
		"surplus argument":     {exitUsage, []string{"unexpected argument now"}, []string{"serve", "now"}},
		"pace without a unit":  {exitUsage, []string{"--pace"}, []string{"demo", "--pace", "quick"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(pgtest.Dir(t), "data")
			refused(t, test.code, test.words, append(test.args, "--data-dir", dir)...)
			require.NoDirExists(t, dir)
		})
	}
	refused(t, exitUsage, []string{"unexpected argument serf"}, "serf")
	refused(t, exitUsage, []string{"expected one of"})
}

func TestTakenAdminPort(t *testing.T) {
	x, port := newExternal(t), taken(t)
	code, _, stderr := parley(t, x.args("serve", "--addr", "127.0.0.1:0", "--admin-addr", port)...)
	require.Equal(t, exitRefused, code, stderr)
	require.Contains(t, stderr, "cannot serve metrics and profiles on "+port)
	require.Contains(t, stderr, "--admin-addr or PARLEY_ADMIN_ADDR")
}

func TestNoPostgreSQLInstalled(t *testing.T) {
	bin, dir := t.TempDir(), filepath.Join(pgtest.Dir(t), "data")
	t.Setenv("PARLEY_PG_BIN", bin)
	refused(t, exitPostgres, []string{"no PostgreSQL server", bin, "PARLEY_PG_BIN", "unset it"},
		"serve", "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0", "--data-dir", dir)
	for _, name := range []string{"pg", "root.key", "operator.key", descriptionFile} {
		require.NoFileExists(t, filepath.Join(dir, name))
		require.NoDirExists(t, filepath.Join(dir, name))
	}
}

func TestClusterOfAnotherPostgreSQL(t *testing.T) {
	dir := filepath.Join(pgtest.Dir(t), "data")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "pg"), 0o711))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pg", "PG_VERSION"), []byte("98\n"), 0o600))
	refused(t, exitRefused, []string{"made by PostgreSQL 98", "nothing was changed", "Install PostgreSQL 98"},
		"serve", "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0", "--data-dir", dir)
	left, err := os.ReadDir(filepath.Join(dir, "pg"))
	require.NoError(t, err)
	require.Len(t, left, 1)
	require.NoFileExists(t, filepath.Join(dir, "root.key"))
}

func TestDatabaseThatCannotBeUsed(t *testing.T) {
	const password = "open-sesame"
	for name, test := range map[string]struct {
		url   string
		code  int
		words []string
	}{
		"malformed":              {"postgres://ann:" + password + "@host:port/db", exitUsage, []string{"database URL is malformed", "want postgres://"}},
		"malformed, key = value": {"host=/nowhere password='" + password, exitUsage, []string{"database URL is malformed"}},
		"another scheme":         {"mysql://ann:" + password + "@127.0.0.1/db", exitUsage, []string{"database"}},
		"unreachable":            {"postgres://ann:" + password + "@127.0.0.1:1/db?sslmode=disable", exitRefused, []string{"the database does not answer", "PARLEY_DATABASE_URL", "refused"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(pgtest.Dir(t), "data")
			code, stdout, stderr := parley(t, "serve", "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0",
				"--data-dir", dir, "--database-url", test.url)
			require.Equal(t, test.code, code)
			require.NoDirExists(t, dir)
			require.Empty(t, stdout)
			for _, w := range test.words {
				require.Contains(t, stderr, w)
			}
			require.NotContains(t, stderr, password)
		})
	}
}

package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"parley/internal/pgtest"
)

// examined runs parley doctor and is what it found, by check.
func examined(t *testing.T, args ...string) (code int, findings map[string]finding) {
	t.Helper()
	code, stdout, stderr := parley(t, append([]string{"doctor", "--json"}, args...)...)
	var said struct {
		OK       bool
		Findings []finding
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &said), "%s%s", stdout, stderr)
	require.Equal(t, code == exitOK, said.OK)
	findings = map[string]finding{}
	for _, f := range said.Findings {
		require.NotEmpty(t, f.Detail, f.Check)
		require.Equal(t, f.Status == statusFailed || f.Status == statusWarning, f.Fix != "", "%s: what is wrong has a fix", f.Check)
		findings[f.Check] = f
	}
	return code, findings
}

func failedChecks(findings map[string]finding) (names []string) {
	for name, f := range findings {
		if f.Status == statusFailed {
			names = append(names, name)
		}
	}
	return names
}

// TestDoctorOfADataDirectory looks at one before its first start, while a
// server runs and afterwards, and at what may be wrong with it.
func TestDoctorOfADataDirectory(t *testing.T) {
	dir := filepath.Join(pgtest.Dir(t), "data")
	at := []string{"--data-dir", dir, "--addr", "127.0.0.1:0"}
	code, findings := examined(t, at...)
	require.Equal(t, exitOK, code, findings)
	require.Contains(t, findings["root key"].Detail, "made by the first start")
	require.NoDirExists(t, dir, "it changes nothing")

	p := start(t, "serve", "--data-dir", dir)
	addr := strings.TrimPrefix(p.url, "http://")
	code, findings = examined(t, "--data-dir", dir, "--addr", addr)
	require.Equal(t, exitOK, code, findings)
	require.Contains(t, findings["address"].Detail, "held by the running server")
	require.Contains(t, findings["root key"].Detail, "as the database uses it")
	for _, check := range []string{
		"settings", "bootstrap file", "data directory", "disk space", "server", "readiness", "credential", "admin address", "PostgreSQL",
		"operator token", "database", "clock", "clock of the database", "clock of the server", "schema", "log", "projection directory", "projection timeline",
	} {
		require.Equal(t, statusOK, findings[check].Status, check)
	}
	described, err := os.ReadFile(filepath.Join(dir, descriptionFile))
	require.NoError(t, err)
	p.stop(t)

	code, findings = examined(t, at...)
	require.Equal(t, exitOK, code, findings)
	require.Equal(t, statusSkipped, findings["database"].Status)
	for name, test := range map[string]struct {
		check, detail, fix string
		spoil              func(t *testing.T)
		args               []string
	}{
		"open data directory":    {"data directory", "other accounts can write", "chmod go-w", spoilMode(dir, 0o777), nil},
		"root key for everybody": {"root key", "0644", "chmod 600", spoilMode(dir+"/root.key", 0o644), nil},
		"no root key":            {"root key", "no such file", "backup", spoilFile(dir+"/root.key", ""), nil},
		"malformed root key":     {"root key", "malformed", "backup", spoilFile(dir+"/root.key", "secret stuff\n"), nil},
		"operator for everybody": {"operator token", "0640", "chmod 600", spoilMode(dir+"/operator.key", 0o640), nil},
		"short operator token":   {"operator token", "fewer than 32", "delete it", spoilFile(dir+"/operator.key", "short"), nil},
		"another PostgreSQL":     {"PostgreSQL", "made by PostgreSQL 99", "PARLEY_PG_BIN", spoilFile(dir+"/pg/PG_VERSION", "99\n"), nil},
		"no PostgreSQL":          {"PostgreSQL", "no server found", "PARLEY_PG_BIN", func(*testing.T) {}, []string{"--pg-bin", t.TempDir()}},
		"stale description": {"server", "is stale", "parley serve", func(t *testing.T) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, descriptionFile), described, 0o600))
			t.Cleanup(func() { os.Remove(filepath.Join(dir, descriptionFile)) })
		}, nil},
		"taken port":             {"address", "cannot listen", "PARLEY_ADDR", func(*testing.T) {}, []string{"--addr", taken(t)}},
		"taken admin port":       {"admin address", "cannot listen", "PARLEY_ADMIN_ADDR", func(*testing.T) {}, []string{"--admin-addr", taken(t)}},
		"bad address":            {"settings", "want host:port", "parley serve --help", func(*testing.T) {}, []string{"--admin-addr", "nowhere"}},
		"unknown setting":        {"settings", "unknown key port", "config show --sources", func(*testing.T) {}, []string{"--config", writeFile(t, "a.yaml", "port: 80\n")}},
		"bad value in the file":  {"settings", "--log-format", "config show", func(*testing.T) {}, []string{"--config", writeFile(t, "b.yaml", "log-format: xml\n")}},
		"no file":                {"settings", "none.yaml", "config show", func(*testing.T) {}, []string{"--config", t.TempDir() + "/none.yaml"}},
		"malformed bootstrap":    {"bootstrap file", "unknown field", "PARLEY_BOOTSTRAP", func(*testing.T) {}, []string{"--bootstrap", writeFile(t, "c.yaml", "app: shop\n")}},
		"bootstrap, wrong names": {"bootstrap file", "declared twice", "PARLEY_BOOTSTRAP", func(*testing.T) {}, []string{"--bootstrap", writeFile(t, "d.yaml", "apps: [{id: a}, {id: a}]\n")}},
	} {
		t.Run(name, func(t *testing.T) {
			test.spoil(t)
			code, findings := examined(t, append(at, test.args...)...)
			require.Equal(t, exitFault, code)
			require.Contains(t, failedChecks(findings), test.check)
			require.Contains(t, findings[test.check].Detail, test.detail)
			require.Contains(t, findings[test.check].Fix, test.fix)
		})
	}
	code, findings = examined(t, at...)
	require.Equal(t, exitOK, code, findings)
}

func spoilMode(path string, mode os.FileMode) func(*testing.T) {
	return func(t *testing.T) {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.NoError(t, os.Chmod(path, mode))
		t.Cleanup(func() { require.NoError(t, os.Chmod(path, info.Mode())) })
	}
}

// spoilFile writes another text into a file, or removes it.
func spoilFile(path, text string) func(*testing.T) {
	return func(t *testing.T) {
		whole, err := os.ReadFile(path)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, os.WriteFile(path, whole, 0o600)) })
		if text == "" {
			require.NoError(t, os.Remove(path))
			return
		}
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
}

func TestDoctorOfADatabase(t *testing.T) {
	x := newExternal(t)
	at := []string{"--addr", "127.0.0.1:0", "--database-url", x.url, "--data-dir", x.dir}
	code, findings := examined(t, at...)
	require.Equal(t, exitOK, code, findings)
	require.Contains(t, findings["schema"].Detail, "empty")
	require.Equal(t, statusSkipped, findings["PostgreSQL"].Status)
	start(t, x.args("serve")...).stop(t)
	code, findings = examined(t, at...)
	require.Equal(t, exitOK, code, findings)
	require.Equal(t, statusOK, findings["projection timeline"].Status)

	execute := func(t *testing.T, sql string) {
		t.Helper()
		conn, err := pgx.Connect(t.Context(), x.url)
		require.NoError(t, err)
		defer conn.Close(t.Context())
		_, err = conn.Exec(t.Context(), sql)
		require.NoError(t, err, sql)
	}
	for _, test := range []struct{ name, spoil, mend, check, detail, fix string }{
		{
			"parked", `INSERT INTO parked SELECT name, code_version, build, 'demo', 'channel', '1', 1, gen_random_uuid(), 'X', 'why', 1 FROM projections WHERE name = 'timeline'`,
			`DELETE FROM parked`, "projection timeline", "1 parts are parked", "parley projections list",
		},
		{
			"an event of the future", `UPDATE es_head SET last_recorded_at = now() + interval '1 hour'`,
			`UPDATE es_head SET last_recorded_at = now()`, "log", "ahead of the clock", "set the clock",
		},
		{
			"another root key", `UPDATE keyring_generations SET fingerprint = 'x' || fingerprint`,
			`UPDATE keyring_generations SET fingerprint = substr(fingerprint, 2)`, "root key", "another key", "use the file that this database",
		},
		{
			"a newer schema", `INSERT INTO schema_migrations (version_id, is_applied) VALUES (9000, true)`,
			`DELETE FROM schema_migrations WHERE version_id = 9000`, "schema", "schema version 9000", "newest parley",
		},
		{
			"a database that forgets", `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$`,
			`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET synchronous_commit', current_database()); END $$`, "database", "synchronous_commit=off", "switch them on",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			execute(t, test.spoil)
			defer execute(t, test.mend)
			code, findings := examined(t, at...)
			require.Equal(t, exitFault, code)
			require.Contains(t, findings[test.check].Detail, test.detail)
			require.Contains(t, findings[test.check].Fix, test.fix)
		})
	}
	t.Run("that does not answer", func(t *testing.T) {
		_, findings := examined(t, "--addr", "127.0.0.1:0", "--data-dir", x.dir, "--database-url", "postgres://ann:open-sesame@127.0.0.1:1/x?sslmode=disable")
		require.Equal(t, statusFailed, findings["database"].Status)
		require.NotContains(t, findings["database"].Detail, "open-sesame")
	})
}

func TestDoctorOfAServerElsewhere(t *testing.T) {
	x := newExternal(t)
	p := start(t, x.args("serve")...)
	t.Chdir(t.TempDir())
	operator := readFile(t, x.dir, "operator.key")
	code, findings := examined(t, "--server", p.url, "--key", operator)
	require.Equal(t, exitOK, code, findings)
	require.Len(t, findings, 4, "this machine is not looked at")
	code, findings = examined(t, "--server", p.url, "--key", operator+"x")
	require.Equal(t, exitFault, code)
	require.Equal(t, []string{"credential"}, failedChecks(findings))
	code, findings = examined(t, "--server", p.url)
	require.Equal(t, exitFault, code)
	require.Contains(t, findings["server"].Detail, "no running server found")

	late := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
		if r.URL.Path == "/healthz" {
			w.Write([]byte(`{"status":"ok"}`))
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
		w.Write([]byte(`{"failed":{"projections":"timeline stopped at position 7"}}`))
	})
	code, findings = examined(t, "--server", late, "--key", operator)
	require.Equal(t, exitFault, code)
	require.Contains(t, findings["clock of the server"].Detail, "differs from ours by ")
	require.Contains(t, findings["readiness"].Detail, "timeline stopped at position 7")
}

func TestDoctorReadsWellForPeople(t *testing.T) {
	code, stdout, stderr := parley(t, "doctor", "--addr", taken(t), "--data-dir", filepath.Join(pgtest.Dir(t), "data"))
	require.Equal(t, exitFault, code)
	require.Regexp(t, regexp.MustCompile(`(?m)^failed   address +cannot listen on .*\n {9}.* fix: stop what listens there`), stdout)
	require.Regexp(t, `^parley: 1 of \d+ checks failed`, stderr)
	require.NotContains(t, stdout, "\x1b", "colours are for terminals")
}

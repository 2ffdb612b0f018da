package main

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/pgtest"
)

// TestAppsAndKeysAreManaged goes through the life of an app and its keys, by
// the operator and by a key.
func TestAppsAndKeysAreManaged(t *testing.T) {
	x := newExternal(t)
	p := start(t, x.args("serve")...)
	t.Setenv("PARLEY_DATA_DIR", x.dir)
	said := func(t *testing.T, args ...string) string {
		t.Helper()
		code, stdout, stderr := parley(t, args...)
		require.Equal(t, exitOK, code, stderr)
		return strings.TrimSpace(stdout)
	}
	require.Contains(t, said(t, "app", "create", "shop"), "parley key create --app shop")
	require.Contains(t, said(t, "app", "create", "bench", "--limits", "off"), "bench")
	require.Equal(t, []string{"APP", "bench", "demo", "shop"}, firstColumn(said(t, "app", "list")))
	require.Contains(t, said(t, "app", "list"), "off")

	t.Run("limits are changed by name", func(t *testing.T) {
		require.Equal(t, "limits of app shop: user_sends=50 user_burst=9", said(t, "app", "limit", "shop", "user_burst=9", "user_sends=50"))
		require.Equal(t, "limits of app shop: user_sends=2.5 user_burst=9", said(t, "app", "limit", "shop", "user_sends=2.5"))
		require.Equal(t, "limits of app shop: off", said(t, "app", "limit", "shop", "off"))
		require.Equal(t, "limits of app shop: app_sends=7", said(t, "app", "limit", "shop", "app_sends=7"))
		require.Equal(t, "limits of app shop: default", said(t, "app", "limit", "shop", "default"))
	})
	t.Run("a key signs tokens until it is revoked", func(t *testing.T) {
		code, stdout, stderr := parley(t, "key", "create", "mobile", "--app", "shop")
		require.Equal(t, exitOK, code, stderr)
		require.Contains(t, stderr, "shown this once")
		name, secret, _ := strings.Cut(strings.TrimSpace(stdout), ":")
		require.Equal(t, "shop.mobile", name)
		require.True(t, p.accepts(t, sign(t, "shop", secret, "ann")))
		_, newer, _ := strings.Cut(said(t, "key", "rotate", "shop.mobile"), ":")
		require.True(t, p.accepts(t, sign(t, "shop", secret, "ann")))
		require.True(t, p.accepts(t, sign(t, "shop", newer, "ann")))
		require.Equal(t, "key shop.mobile is revoked", said(t, "key", "revoke", "shop.mobile"))
		require.False(t, p.accepts(t, sign(t, "shop", secret, "ann")))
		require.False(t, p.accepts(t, sign(t, "shop", newer, "ann")))
		require.Regexp(t, `shop\.mobile .* 2 +yes +revoked 20\S+ \S+ +\*=\*`, said(t, "key", "list", "--app", "shop"))
	})
	t.Run("a key acts in its app alone", func(t *testing.T) {
		t.Setenv("PARLEY_KEY", said(t, "key", "create", "--app", "shop", "--admin", "--no-native", "--allow", "rooms:*=publish,subscribe", "--allow", "rooms:*=history"))
		require.Contains(t, said(t, "app", "show", "shop"), "*=admin rooms:*=publish,subscribe,history")
		said(t, "key", "create", "one", "--app", "shop", "--allow", "rooms:one=publish")
		refused(t, exitFault, []string{"FORBIDDEN", "operator"}, "app", "list")
		refused(t, exitFault, []string{"may do no more than itself", "FORBIDDEN"}, "key", "create", "--app", "shop")
		refused(t, exitFault, []string{"APP_NOT_FOUND", "parley app list"}, "key", "list", "--app", "demo")
		said(t, "key", "revoke", "one", "--app", "shop")
	})
	t.Run("a given secret is read from a file", func(t *testing.T) {
		file := writeFile(t, "secret", otherSecret+"\n")
		require.Equal(t, "shop.given:"+otherSecret, said(t, "key", "create", "given", "--app", "shop", "--secret-file", file))
		require.Equal(t, "shop.given:"+rootSecret, said(t, "key", "rotate", "given", "--app", "shop", "--secret-file", writeFile(t, "other", rootSecret)))
	})
	t.Run("answers are JSON for scripts", func(t *testing.T) {
		for _, args := range [][]string{
			{"app", "create", "json"},
			{"app", "list"},
			{"app", "show", "json"},
			{"app", "limit", "json", "off"},
			{"key", "create", "k", "--app", "json"},
			{"key", "list", "--app", "json"},
			{"key", "rotate", "json.k"},
		} {
			code, stdout, stderr := parley(t, append(args, "--json")...)
			require.Equal(t, exitOK, code, stderr)
			require.Empty(t, stderr)
			require.True(t, json.Valid([]byte(stdout)), stdout)
		}
	})
	before := x.head(t)
	for name, test := range map[string]struct {
		code  int
		words []string
		args  []string
	}{
		"an app that is there":   {exitFault, []string{"exists already", "APP_EXISTS"}, []string{"app", "create", "shop"}},
		"a malformed app":        {exitFault, []string{"app id", "INVALID_REQUEST"}, []string{"app", "create", "A/b"}},
		"unknown limit":          {exitUsage, []string{"speed=3", "user_sends"}, []string{"app", "limit", "shop", "speed=3"}},
		"a limit that is none":   {exitUsage, []string{"user_sends=many"}, []string{"app", "limit", "shop", "user_sends=many"}},
		"no limit":               {exitUsage, []string{"<limits>"}, []string{"app", "limit", "shop"}},
		"limits of an app":       {exitFault, []string{"APP_NOT_FOUND", "parley app list"}, []string{"app", "limit", "nobody", "off"}},
		"a key that is there":    {exitFault, []string{"KEY_EXISTS", "rotate"}, []string{"key", "create", "root"}},
		"an unknown key":         {exitFault, []string{"KEY_NOT_FOUND", "parley key list"}, []string{"key", "revoke", "demo.nemo"}},
		"a revoked key":          {exitFault, []string{"KEY_REVOKED", "issue it anew"}, []string{"key", "rotate", "shop.mobile"}},
		"a right without a name": {exitUsage, []string{"--allow", "rooms:*=publish"}, []string{"key", "create", "--allow", "publish"}},
		"a short secret":         {exitUsage, []string{"32 to 256 characters"}, []string{"key", "create", "--secret-file", writeFile(t, "s", "short")}},
		"no secret file":         {exitUsage, []string{"secret", "no such file"}, []string{"key", "create", "--secret-file", t.TempDir() + "/none"}},
	} {
		t.Run("refused: "+name, func(t *testing.T) { refused(t, test.code, test.words, test.args...) })
	}
	require.Equal(t, before, x.head(t))
}

func firstColumn(table string) (words []string) {
	for line := range strings.Lines(table) {
		words = append(words, strings.Fields(line)[0])
	}
	return words
}

// TestAppsAreManagedWithoutAServer makes an app on a stopped data directory
// and uses it once a server runs there.
func TestAppsAreManagedWithoutAServer(t *testing.T) {
	dir := filepath.Join(pgtest.Dir(t), "data")
	p := start(t, "serve", "--data-dir", dir)
	p.stop(t)
	code, _, stderr := parley(t, "app", "create", "shop", "--data-dir", dir)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stderr, "working on it directly")
	code, stdout, stderr := parley(t, "key", "create", "root", "--app", "shop", "--data-dir", dir)
	require.Equal(t, exitOK, code, stderr)
	_, secret, _ := strings.Cut(strings.TrimSpace(stdout), ":")
	code, stdout, stderr = parley(t, "migrate", "--status", "--data-dir", dir)
	require.Equal(t, exitOK, code, stderr)
	require.NotContains(t, stdout, "pending")

	p = start(t, "serve", "--data-dir", dir)
	require.True(t, p.accepts(t, sign(t, "shop", secret, "ann")))
	code, stdout, stderr = parley(t, "migrate", "--status", "--json", "--data-dir", dir)
	require.Equal(t, exitOK, code, stderr)
	require.Regexp(t, regexp.MustCompile(`"applied_at": \d+`), stdout)
	refused(t, exitRefused, []string{"servers have", "stop them first"}, "migrate", "--data-dir", dir)
	refused(t, exitRefused, []string{"there is no database in " + dir + "/none", "parley serve"}, "migrate", "--data-dir", dir+"/none")
}

func TestMigratingADatabaseWithoutAServer(t *testing.T) {
	x := newExternal(t)
	args := func(more ...string) []string { return append([]string{"migrate", "--database-url", x.url}, more...) }
	code, stdout, stderr := parley(t, args("--status")...)
	require.Equal(t, exitOK, code, stderr)
	require.Regexp(t, `1 +log +pending`, stdout)
	require.Zero(t, number(t, x.url, `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`), "showing changes nothing")

	code, stdout, stderr = parley(t, args()...)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stderr, "step 1, log: done in ")
	require.NotContains(t, stdout, "pending")
	code, again, stderr := parley(t, args()...)
	require.Equal(t, exitOK, code, stderr)
	require.Empty(t, stderr)
	require.Equal(t, stdout, again)

	p := start(t, x.args("serve")...)
	refused(t, exitRefused, []string{"stop them first", "--status"}, args()...)
	code, _, stderr = parley(t, args("--status")...)
	require.Equal(t, exitOK, code, stderr)
	p.stop(t)
	number(t, x.url, `WITH i AS (INSERT INTO schema_migrations (version_id, is_applied) VALUES (9000, true) RETURNING 1) SELECT count(*) FROM i`)
	refused(t, exitRefused, []string{"schema version 9000", "start a newer parley"}, args("--status")...)
	refused(t, exitUsage, []string{"malformed"}, "migrate", "--database-url", "mysql://x")
	refused(t, exitRefused, []string{"does not answer"}, "migrate", "--database-url", "postgres://127.0.0.1:1/x?sslmode=disable")
}

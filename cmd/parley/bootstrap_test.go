package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/pgtest"
)

// Secrets of the bootstrap files here.
var (
	rootSecret  = strings.Repeat("r", 32)
	newSecret   = strings.Repeat("n", 256)
	otherSecret = strings.Repeat("o", 40)
)

// TestBootstrapDeclaresAppsAndKeys starts servers on one database, each with
// another file.
func TestBootstrapDeclaresAppsAndKeys(t *testing.T) {
	x := newExternal(t)
	full := `
apps:
  - id: shop
    keys:
      - {name: shop.root, secret: ` + rootSecret + `, capability: {"*": ["*"]}}
      - {name: shop.some, secret: ` + strings.Repeat("s", 32) + `, capability: {"rooms": ["subscribe"]}}
      - {name: shop.none, secret: ` + strings.Repeat("x", 32) + `, capability: {"*": ["*"]}, native: false}
      - {name: shop.flag, secret: ` + strings.Repeat("f", 32) + `, capability: {"rooms": ["subscribe"]}, native: true}
    agora: {org: acme, app: shop, app_id: 0123456789abcdef0123456789abcdef, app_certificate: 0123456789abcdef0123456789abcdef}
    limits: {sends_per_second: 2000, requests_per_user_per_second: 100}
  - id: other_1
    keys: [{name: other_1.root, secret: ` + otherSecret + `, capability: {"*": ["*"]}}]
    limits: "off"
  - id: bare
`
	serve := func(t *testing.T, file string) *process {
		t.Helper()
		p := start(t, x.args("serve", "--bootstrap", writeFile(t, "bootstrap.yaml", file))...)
		require.Equal(t, "ready on "+p.url+"\n", p.stdout.String())
		for _, secret := range []string{rootSecret, newSecret, otherSecret} {
			require.NotContains(t, p.stderr.String(), secret)
		}
		return p
	}
	var head int
	t.Run("native keys sign tokens of their app", func(t *testing.T) {
		p := serve(t, full)
		for letter, native := range map[string]bool{"r": true, "s": false, "x": false, "f": true} {
			require.Equal(t, native, p.accepts(t, sign(t, "shop", strings.Repeat(letter, 32), "ann")), letter)
		}
		require.True(t, p.accepts(t, sign(t, "other_1", otherSecret, "ann")))
		require.False(t, p.accepts(t, sign(t, "other_1", rootSecret, "ann")))
		require.Equal(t, 1, strings.Count(p.stderr.String(), "agora has no effect"))
		head = x.head(t)
		p.stop(t)
	})
	t.Run("the same file again changes nothing", func(t *testing.T) {
		p := serve(t, full)
		require.Equal(t, head, x.head(t))
		p.stop(t)
	})
	t.Run("a changed secret replaces the old one, which stays valid for a while", func(t *testing.T) {
		p := serve(t, strings.Replace(full, rootSecret, newSecret, 1))
		require.Equal(t, head+1, x.head(t))
		require.True(t, p.accepts(t, sign(t, "shop", rootSecret, "ann")))
		require.True(t, p.accepts(t, sign(t, "shop", newSecret, "ann")))
		p.stop(t)
	})
	t.Run("what is missing from the file stays", func(t *testing.T) {
		p := serve(t, "apps:\n  - id: shop\n    keys: []\n")
		require.Equal(t, head+1, x.head(t))
		require.True(t, p.accepts(t, sign(t, "shop", strings.Repeat("f", 32), "ann")))
		require.True(t, p.accepts(t, sign(t, "other_1", otherSecret, "ann")))
		p.stop(t)
	})
	t.Run("a start without a file makes no app where there are some", func(t *testing.T) {
		p := start(t, x.args("serve")...)
		require.Equal(t, "ready on "+p.url+"\n", p.stdout.String())
		require.Equal(t, head+1, x.head(t))
	})
	t.Run("CH-019 changed limits hold from then on", func(t *testing.T) {
		p := serve(t, "apps: [{id: other_1, limits: {user_sends_per_second: 0.001, user_send_burst: 3}}]\n")
		require.Equal(t, head+2, x.head(t))
		token := sign(t, "other_1", otherSecret, "ann")
		room := p.room(t, token)
		for _, want := range []int{http.StatusCreated, http.StatusCreated, http.StatusCreated, http.StatusTooManyRequests} {
			status, body := exchange(t, http.MethodPost, p.url+room, token, `{"body":"x"}`)
			require.Equal(t, want, status, string(body))
		}
		p.stop(t)
	})
	t.Run("CH-019 a map without limits stands for the defaults", func(t *testing.T) {
		before := x.head(t)
		p := serve(t, "apps: [{id: other_1, limits: {}}]\n")
		require.Equal(t, before+1, x.head(t))
		p.stop(t)
	})
}

func TestEmptyBootstrapFileDeclaresNothing(t *testing.T) {
	for name, file := range map[string]string{"empty": "", "comment": "# later\n", "no app": "apps: []\n"} {
		t.Run(name, func(t *testing.T) {
			x := newExternal(t)
			p := start(t, x.args("serve", "--bootstrap", writeFile(t, "bootstrap.yaml", file))...)
			require.Equal(t, "ready on "+p.url+"\n", p.stdout.String())
			require.Zero(t, x.head(t))
		})
	}
}

func TestFaultyBootstrapFileIsRefusedAndTouchesNothing(t *testing.T) {
	key := func(name, secret string) string {
		return "apps: [{id: shop, keys: [{name: " + name + ", secret: \"" + secret + "\", capability: {\"*\": [\"*\"]}}]}]\n"
	}
	for name, test := range map[string]struct {
		file  string
		words []string
	}{
		"unknown field":              {"apps: []\nusers: []\n", []string{`unknown field "users"`}},
		"unknown field of an app":    {"apps: [{id: shop, name: Shop}]\n", []string{`unknown field "name"`}},
		"unknown field of a key":     {"apps: [{id: shop, keys: [{name: shop.a, password: x}]}]\n", []string{`unknown field "password"`}},
		"not YAML":                   {"apps: [\n", []string{"bootstrap file"}},
		"not a list":                 {"apps: shop\n", []string{"bootstrap file"}},
		"bad app id":                 {"apps: [{id: My-Shop}]\n", []string{`app id "My-Shop"`, "a-z"}},
		"app without an id":          {"apps: [{keys: []}]\n", []string{`app id ""`}},
		"key of another app":         {key("other.root", rootSecret), []string{`key name "other.root"`, "shop.<key id>"}},
		"key without an app":         {key("root", rootSecret), []string{`key name "root"`}},
		"bad key id":                 {key("shop.a/b", rootSecret), []string{`key name "shop.a/b"`}},
		"no secret":                  {key("shop.root", ""), []string{"shop.root", "32 to 256"}},
		"short secret":               {key("shop.root", rootSecret[1:]), []string{"shop.root", "32 to 256"}},
		"long secret":                {key("shop.root", newSecret+"n"), []string{"shop.root", "32 to 256"}},
		"secret with a dot":          {key("shop.root", rootSecret+"."), []string{"shop.root", "no dot"}},
		"secret with a colon":        {key("shop.root", rootSecret+":"), []string{"shop.root", "colon"}},
		"secret with a blank":        {key("shop.root", rootSecret+" r"), []string{"shop.root", "blank"}},
		"secret beyond ASCII":        {key("shop.root", rootSecret+"ü"), []string{"shop.root", "ASCII"}},
		"limits that are none":       {"apps: [{id: shop, limits: on}]\n", []string{"app shop", `"off" or a map`, "on"}},
		"limits that are false":      {"apps: [{id: shop, limits: false}]\n", []string{"app shop", `"off" or a map`}},
		"limits that are a list":     {"apps: [{id: shop, limits: [off]}]\n", []string{"app shop", `"off" or a map`}},
		"unknown limit":              {"apps: [{id: shop, limits: {sends_per_minute: 7}}]\n", []string{"app shop", `unknown key "sends_per_minute"`}},
		"negative limit":             {"apps: [{id: shop, limits: {sends_per_second: -1}}]\n", []string{"app shop", "sends_per_second", "above 0"}},
		"limit of nothing":           {"apps: [{id: shop, limits: {user_sends_per_second: 0}}]\n", []string{"user_sends_per_second", "above 0", "default"}},
		"limit that is no number":    {"apps: [{id: shop, limits: {user_burst: many}}]\n", []string{"user_burst", "whole number", "many"}},
		"limit that is not a number": {"apps: [{id: shop, limits: {requests_per_user_per_second: .nan}}]\n", []string{"requests_per_user_per_second", "NaN"}},
		"endless limit":              {"apps: [{id: shop, limits: {history_reads_per_second: .inf}}]\n", []string{"app shop", "1,000,000"}},
		"broken burst":               {"apps: [{id: shop, limits: {user_send_burst: 1.5}}]\n", []string{"user_send_burst", "whole number"}},
		"every fault of the limits":  {"apps: [{id: shop, limits: {a: 1, b: 2}}]\n", []string{`"a"`, `"b"`}},
		"every fault of the file": {
			"apps: [{id: A}, {id: shop, keys: [{name: x.y, secret: short}, {name: shop.b, secret: short}]}]\n",
			[]string{`app id "A"`, `key name "x.y"`, "key x.y: a secret", "key shop.b: a secret"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(pgtest.Dir(t), "data")
			code, stdout, stderr := parley(t, "serve", "--addr", "127.0.0.1:0", "--data-dir", dir,
				"--bootstrap", writeFile(t, "bootstrap.yaml", test.file))
			require.Equal(t, exitUsage, code, stderr)
			require.Empty(t, stdout)
			for _, w := range test.words {
				require.Contains(t, stderr, w)
			}
			require.NotContains(t, stderr, rootSecret[1:])
			require.NoDirExists(t, dir)
		})
	}
	refused(t, exitUsage, []string{"bootstrap file", "no such file"}, "serve", "--bootstrap", filepath.Join(t.TempDir(), "none"))
}

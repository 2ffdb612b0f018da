package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/pgtest"
)

func TestTokensAreSignedByTheRunningServer(t *testing.T) {
	x := newExternal(t)
	x.dir = filepath.Join(filepath.Dir(x.dir), "parley-data") // where it is looked for
	file := "apps:\n"
	for _, app := range []string{"demo", "shop"} {
		file += "  - id: " + app + "\n    keys: [{name: " + app + ".root, secret: " + rootSecret + ", capability: {\"*\": [\"*\"]}}]\n"
	}
	p := start(t, x.args("serve", "--bootstrap", writeFile(t, "bootstrap.yaml", file))...)
	operator := readFile(t, x.dir, "operator.key")
	signed := func(t *testing.T, args ...string) string {
		t.Helper()
		code, stdout, stderr := parley(t, append([]string{"token"}, args...)...)
		require.Equal(t, exitOK, code, stderr)
		require.Empty(t, stderr)
		require.Equal(t, 1, strings.Count(stdout, "\n"))
		return strings.TrimSuffix(stdout, "\n")
	}

	t.Run("for the app demo and a day, unless told otherwise", func(t *testing.T) {
		token := signed(t, "--data-dir", x.dir, "--user", "ann")
		require.True(t, p.accepts(t, token))
		claims := claimsOf(t, token, rootSecret)
		require.Equal(t, "demo", claims["app"])
		require.Equal(t, "ann", claims["sub"])
		require.InDelta(t, 24*time.Hour.Seconds(), claims["exp"].(float64)-float64(time.Now().Unix()), patience.Seconds())
	})
	t.Run("for another app and time", func(t *testing.T) {
		token := signed(t, "--data-dir", x.dir, "--user", "ann", "--app", "shop", "--ttl", "90m")
		require.True(t, p.accepts(t, token))
		claims := claimsOf(t, token, rootSecret)
		require.Equal(t, "shop", claims["app"])
		require.InDelta(t, 5400, claims["exp"].(float64)-float64(time.Now().Unix()), patience.Seconds())
	})
	t.Run("the name is the sender's", func(t *testing.T) {
		token := signed(t, "--data-dir", x.dir, "--user", "ann", "--name", "Ann Ähnlich")
		room := p.room(t, token)
		var m message
		p.post(t, token, room, `{"body":"Hello"}`, &m)
		require.Equal(t, "Ann Ähnlich", m.SenderName)
		require.Equal(t, []message{m}, p.messages(t, token, room))
	})
	t.Run("as JSON", func(t *testing.T) {
		var a struct {
			Token   string `json:"token"`
			Expires int64  `json:"expires_at"`
			Key     string `json:"key"`
		}
		require.NoError(t, json.Unmarshal([]byte(signed(t, "--data-dir", x.dir, "--user", "ann", "--json")), &a))
		require.True(t, p.accepts(t, a.Token))
		require.Equal(t, "demo.root", a.Key)
		require.EqualValues(t, claimsOf(t, a.Token, rootSecret)["exp"], a.Expires)
	})
	t.Run("the server is found", func(t *testing.T) {
		for name, test := range map[string]struct {
			env  map[string]string
			args []string
		}{
			"by a folder in the environment":     {env: map[string]string{"PARLEY_DATA_DIR": x.dir}},
			"by the default folder":              {},
			"by URL and key":                     {args: []string{"--server", p.url, "--key", operator}},
			"by URL and key in the environment":  {env: map[string]string{"PARLEY_SERVER": p.url, "PARLEY_KEY": operator}},
			"by URL with a slash at its end":     {args: []string{"--server", p.url + "/", "--key", operator}},
			"by URL, the key being in a folder":  {args: []string{"--server", p.url, "--data-dir", x.dir}},
			"by a folder, with the key as given": {args: []string{"--key", operator, "--data-dir", x.dir}},
		} {
			t.Run(name, func(t *testing.T) {
				for k, v := range test.env {
					t.Setenv(k, v)
				}
				if len(test.env)+len(test.args) == 0 {
					t.Chdir(filepath.Dir(x.dir))
				}
				require.True(t, p.accepts(t, signed(t, append([]string{"--user", "ann"}, test.args...)...)))
			})
		}
	})
	stranger := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	defer stranger.Close()
	before := x.head(t)
	for name, test := range map[string]struct {
		code  int
		words []string
		args  []string
	}{
		"unknown app":               {exitFault, []string{"app nobody does not exist", "APP_NOT_FOUND"}, []string{"--user", "ann", "--app", "nobody"}},
		"no app id":                 {exitFault, []string{"APP_NOT_FOUND"}, []string{"--user", "ann", "--app", "../x"}},
		"bad user":                  {exitFault, []string{"user id", "INVALID_REQUEST"}, []string{"--user", "a/b"}},
		"empty user":                {exitFault, []string{"user is missing", "INVALID_REQUEST"}, []string{"--user", ""}},
		"too long":                  {exitFault, []string{"ttl_seconds", "INVALID_REQUEST"}, []string{"--user", "ann", "--ttl", "100000h"}},
		"too short":                 {exitUsage, []string{"--ttl is at least 1s"}, []string{"--user", "ann", "--ttl", "10ms"}},
		"no time":                   {exitUsage, []string{"--ttl"}, []string{"--user", "ann", "--ttl", "long"}},
		"no user":                   {exitUsage, []string{"--user"}, nil},
		"wrong key":                 {exitFault, []string{"operator token", "AUTH_INVALID_TOKEN"}, []string{"--user", "ann", "--key", operator + "x"}},
		"server away":               {exitFault, []string{"no answer", "is it running?"}, []string{"--user", "ann", "--server", "http://127.0.0.1:1", "--key", operator}},
		"other server":              {exitFault, []string{stranger.URL + " answered 418"}, []string{"--user", "ann", "--server", stranger.URL, "--key", operator}},
		"found token, other server": {exitRefused, []string{stranger.URL + " needs its operator token", "--key"}, []string{"--user", "ann", "--server", stranger.URL}},
	} {
		t.Run("refused: "+name, func(t *testing.T) {
			refused(t, test.code, test.words, append([]string{"token", "--data-dir", x.dir}, test.args...)...)
		})
	}
	require.Equal(t, before, x.head(t))
}

func TestNoRunningServerIsFound(t *testing.T) {
	dir := pgtest.Dir(t)
	t.Chdir(dir)
	words := []string{"no running server found", "parley serve", "--data-dir", "--server"}
	refused(t, exitRefused, append(words, "./parley-data or ./parley-demo"), "token", "--user", "ann")
	refused(t, exitRefused, append(words, dir), "token", "--user", "ann", "--data-dir", dir)
	refused(t, exitRefused, words, "token", "--user", "ann", "--server", "http://127.0.0.1:1")
}

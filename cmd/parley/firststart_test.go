package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"parley/internal/pgtest"
)

var shownKey = regexp.MustCompile(`(?m)^ {2}(demo\.root):(\S+)$`)

// TestFirstStart goes through the life of a data directory with the embedded
// PostgreSQL, from nothing to the second start.
func TestFirstStart(t *testing.T) {
	dir := filepath.Join(pgtest.Dir(t), "data")
	first := start(t, "serve", "--data-dir", dir)
	said := first.stdout.String()
	key := shownKey.FindStringSubmatch(said)
	require.NotNil(t, key, said)

	t.Run("three curl lines work as pasted", func(t *testing.T) {
		lines := curlLines(first)
		require.Len(t, lines, 3, said)
		for _, line := range lines {
			status, body := paste(t, line)
			require.Equal(t, 2, status/100, "%s: %s", line, body)
		}
		_, body := paste(t, lines[2])
		var page struct{ Messages []message }
		require.NoError(t, json.Unmarshal(body, &page))
		require.Len(t, page.Messages, 1)
		require.Equal(t, "Hello, parley", page.Messages[0].Body)
		require.Equal(t, "Guest", page.Messages[0].SenderName)
	})
	t.Run("ready is the last line", func(t *testing.T) {
		require.True(t, strings.HasSuffix(said, "\nready on "+first.url+"\n"), said)
	})
	t.Run("the key signs tokens", func(t *testing.T) {
		require.True(t, first.accepts(t, sign(t, "demo", key[2], "ann")))
		require.False(t, first.accepts(t, sign(t, "demo", strings.ToUpper(key[2]), "ann")))
		require.False(t, first.accepts(t, sign(t, "shop", key[2], "ann")))
	})
	t.Run("the token is for a week and names its key", func(t *testing.T) {
		token := regexp.MustCompile(`(?m)^ {2}(eyJ\S+)$`).FindStringSubmatch(said)
		require.NotNil(t, token, said)
		claims := claimsOf(t, token[1], key[2])
		require.Equal(t, "guest", claims["sub"])
		require.InDelta(t, firstTTL.Seconds(), claims["exp"].(float64)-claims["iat"].(float64), 1)
	})
	secrets := []string{"operator.key", "asset.key", "root.key", descriptionFile}
	t.Run("what is secret is the owner's alone", func(t *testing.T) {
		for _, name := range secrets {
			info, err := os.Stat(filepath.Join(dir, name))
			require.NoError(t, err)
			require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), name)
		}
		var d description
		require.NoError(t, json.Unmarshal([]byte(readFile(t, dir, descriptionFile)), &d))
		require.Equal(t, description{URL: first.url, Token: readFile(t, dir, "operator.key"), PID: os.Getpid()}, d)
	})
	t.Run("a second server on the directory is refused", func(t *testing.T) {
		before := readFile(t, dir, descriptionFile)
		refused(t, exitRefused, []string{"data directory " + dir + " is in use by process", "PARLEY_DATA_DIR"},
			"serve", "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0", "--data-dir", dir)
		require.Equal(t, before, readFile(t, dir, descriptionFile))
		require.True(t, first.accepts(t, sign(t, "demo", key[2], "ann")))
	})

	operator, root, asset := readFile(t, dir, "operator.key"), readFile(t, dir, "root.key"), readFile(t, dir, "asset.key")
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGTERM))
	require.Equal(t, exitOK, first.wait(t), first.stderr.String())
	require.NoFileExists(t, filepath.Join(dir, descriptionFile))

	t.Run("a directory that does not fit is refused", func(t *testing.T) { unfit(t, dir) })
	t.Run("the second start says only that it is ready, and has the data", func(t *testing.T) {
		second := start(t, "serve", "--data-dir", dir)
		require.Equal(t, "ready on "+second.url+"\n", second.stdout.String())
		_, body := paste(t, strings.ReplaceAll(curlLines(first)[2], first.url, second.url))
		require.Contains(t, string(body), "Hello, parley")
		require.True(t, second.accepts(t, sign(t, "demo", key[2], "ann")))
		require.Equal(t, operator, readFile(t, dir, "operator.key"))
		require.Equal(t, root, readFile(t, dir, "root.key"))
		require.Equal(t, asset, readFile(t, dir, "asset.key"))
		second.stop(t)
		for _, p := range []*process{first, second} {
			require.NotContains(t, p.stderr.String(), key[2])
			require.NotContains(t, p.stderr.String(), operator)
			require.NotContains(t, p.stderr.String(), asset)
		}
	})
}

// curlLines are the lines of a server's output that are meant to be pasted.
func curlLines(p *process) (lines []string) {
	for line := range strings.Lines(p.stdout.String()) {
		if strings.HasPrefix(line, "curl ") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// paste has the shell read a curl line and does the request it describes.
func paste(t *testing.T, line string) (status int, body []byte) {
	t.Helper()
	words, err := exec.CommandContext(t.Context(), "sh", "-c", `curl() { printf '%s\0' "$@"; }; `+line).Output()
	require.NoError(t, err)
	method, url, token, data := http.MethodGet, "", "", ""
	args := strings.Split(strings.TrimSuffix(string(words), "\x00"), "\x00")
	for i := 0; i < len(args); i++ {
		switch args[i] {
		case "-H":
			i++
			if bearer, ok := strings.CutPrefix(args[i], "Authorization: Bearer "); ok {
				token = bearer
			}
		case "-d":
			i++
			method, data = http.MethodPost, args[i]
		default:
			require.Empty(t, url, line)
			url = args[i]
		}
	}
	return exchange(t, method, url, token, data)
}

// claimsOf checks the signature of a token and returns its claims.
func claimsOf(t *testing.T, token, secret string) jwt.MapClaims {
	t.Helper()
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return []byte(secret), nil })
	require.NoError(t, err)
	return claims
}

// unfit makes a stopped data directory unfit in turn, each time mending it.
func unfit(t *testing.T, dir string) {
	for name, test := range map[string]struct {
		file  string
		with  []byte // nil: the file is away
		words []string
	}{
		"without its root key":        {"root.key", nil, []string{"root key file", "does not exist", "copy it"}},
		"with a malformed root key":   {"root.key", []byte("secret stuff\n"), []string{"root key file", "is malformed", "restore it"}},
		"with another root key":       {"root.key", []byte("1 " + strings.Repeat("A", 43) + "=\n"), []string{"another key", "use the file"}},
		"with a short operator token": {"operator.key", []byte("short\n"), []string{"operator.key", "32 characters", "delete it"}},
		"with a short asset key":      {"asset.key", []byte("short\n"), []string{"asset.key", "32 characters", "delete it"}},
		"of another PostgreSQL":       {"pg/PG_VERSION", []byte("99\n"), []string{"made by PostgreSQL 99", "Install PostgreSQL 99", "PARLEY_PG_BIN"}},
		"of an unreadable PostgreSQL": {"pg/PG_VERSION", []byte("what\n"), []string{"version of the cluster", "restore the folder"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, test.file)
			whole, err := os.ReadFile(path)
			require.NoError(t, err)
			defer func() { require.NoError(t, os.WriteFile(path, whole, 0o600)) }()
			if test.with == nil {
				require.NoError(t, os.Remove(path))
			} else {
				require.NoError(t, os.WriteFile(path, test.with, 0o600))
			}
			refused(t, exitRefused, test.words, "serve", "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0", "--data-dir", dir)
			left, err := os.ReadFile(path)
			require.Equal(t, test.with == nil, os.IsNotExist(err), "%v", err)
			require.True(t, bytes.Equal(test.with, left))
			require.NoFileExists(t, filepath.Join(dir, descriptionFile))
		})
	}
}

package main

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSettingsComeFromTheNearestPlace reads from refusals which of several
// values was taken.
func TestSettingsComeFromTheNearestPlace(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, setting := range []struct {
		command               []string
		flag, env, key, other string // other: the key as it may be written as well
		values                [3]string
		fallback, before      string // the default, and the words before the value
	}{
		{
			command: []string{"serve"}, flag: "--addr", env: "PARLEY_ADDR", key: "addr", other: "addr",
			values: [3]string{taken(t), taken(t), taken(t)}, before: "cannot serve on ",
		},
		{
			command: []string{"token", "--user", "ann"}, flag: "--data-dir", env: "PARLEY_DATA_DIR", key: "data-dir", other: "data_dir",
			values: [3]string{"./flag", "./environment", "./file"}, fallback: "./parley-data or ./parley-demo", before: "no running server found in ",
		},
		{
			command: []string{"serve"}, flag: "--bootstrap", env: "PARLEY_BOOTSTRAP", key: "bootstrap", other: "bootstrap",
			values: [3]string{"./flag", "./environment", "./file"}, before: "open ",
		},
	} {
		byFlag := append(setting.command, setting.flag, setting.values[0])
		byFile := []string{"--config", writeFile(t, "a.yaml", setting.key+": "+setting.values[2]+"\n")}
		t.Run(setting.flag+" wins over the environment and the file", func(t *testing.T) {
			t.Setenv(setting.env, setting.values[1])
			refusedWith(t, setting.before+setting.values[0], append(byFile, byFlag...)...)
		})
		t.Run(setting.flag+" in the environment wins over the file", func(t *testing.T) {
			t.Setenv(setting.env, setting.values[1])
			refusedWith(t, setting.before+setting.values[1], append(byFile, setting.command...)...)
		})
		t.Run(setting.flag+" in the file wins over the default", func(t *testing.T) {
			refusedWith(t, setting.before+setting.values[2], append(byFile, setting.command...)...)
			t.Setenv("PARLEY_CONFIG", writeFile(t, "b.yaml", setting.other+": "+setting.values[2]+"\n"))
			refusedWith(t, setting.before+setting.values[2], setting.command...)
		})
		if setting.fallback != "" {
			t.Run(setting.flag+" has a default", func(t *testing.T) {
				refusedWith(t, setting.before+setting.fallback, append([]string{"--config", writeFile(t, "c.yaml", "")}, setting.command...)...)
			})
		}
	}
}

func TestListsOfAttachmentTypes(t *testing.T) {
	t.Chdir(t.TempDir())
	words := `attachment type "b/b;c"`
	refusedWith(t, words, "serve", "--attachment-types", "a/a", "--attachment-types", "b/b;c")
	refusedWith(t, words, "--config", writeFile(t, "list.yaml", "attachment-types: [a/a, b/b;c]\n"), "serve")
	refusedWith(t, words, "--config", writeFile(t, "text.yaml", "attachment_types: a/a,b/b;c\n"), "serve")
	t.Setenv("PARLEY_ATTACHMENT_TYPES", "a/a,b/b;c")
	refusedWith(t, words, "serve")
}

// refusedWith demands a refusal of any code that holds some words.
func refusedWith(t *testing.T, words string, args ...string) {
	t.Helper()
	code, _, stderr := parley(t, args...)
	require.NotEqual(t, exitOK, code)
	require.Contains(t, stderr, words)
}

func TestConfigFileServes(t *testing.T) {
	x := newExternal(t)
	file := writeFile(t, "parley.yaml", "database-url: "+x.url+"\ndata_dir: "+x.dir+"\nlog_format: text\noperator-key: "+otherSecret+"\n")
	p := start(t, "serve", "--config", file)
	require.NotContains(t, p.stderr.String(), `{"time"`)
	require.NoFileExists(t, x.dir+"/operator.key")
	code, token, stderr := parley(t, "token", "--user", "ann", "--server", p.url, "--key", otherSecret)
	require.Equal(t, exitOK, code, stderr)
	require.True(t, p.accepts(t, token[:len(token)-1]))
}

func TestFaultyConfigFileIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		file  string
		words []string
	}{
		"unknown key":        {"addr: 127.0.0.1:0\nport: 80\n", []string{"unknown key port"}},
		"unknown value":      {"log-format: xml\n", []string{"--log-format"}},
		"not YAML":           {"addr: [\n", []string{"config file"}},
		"not a list of keys": {"- addr\n", []string{"config file"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := parley(t, "serve", "--config", writeFile(t, "a.yaml", test.file), "--data-dir", t.TempDir())
			require.Equal(t, exitUsage, code, stderr)
			require.Empty(t, stdout)
			for _, w := range test.words {
				require.Contains(t, stderr, w)
			}
		})
	}
	refused(t, exitUsage, []string{"none.yaml"}, "serve", "--config", t.TempDir()+"/none.yaml")
}

func TestOriginsAndPeersAreSettings(t *testing.T) {
	for name, test := range map[string]struct {
		env  map[string]string
		file string
	}{
		"of the environment": {env: map[string]string{
			"PARLEY_CORS_ORIGINS": "https://a.example.com,https://b.example.com", "PARLEY_LIMIT_LOOPBACK": "true",
		}},
		"of the file, in one line": {file: "cors-origins: https://a.example.com,https://b.example.com\nlimit-loopback: true\n"},
		"of the file, as a list":   {file: "cors_origins: [https://a.example.com, https://b.example.com]\nlimit_loopback: true\n"},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range test.env {
				t.Setenv(k, v)
			}
			x := newExternal(t)
			p := start(t, x.args("serve", "--config", writeFile(t, "a.yaml", test.file))...)
			for origin, want := range map[string]string{"https://b.example.com": "https://b.example.com", "https://c.example.com": ""} {
				q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+"/v1/channels", nil)
				require.NoError(t, err)
				q.Header.Set("Origin", origin)
				a, err := client.Do(q)
				require.NoError(t, err)
				require.NoError(t, a.Body.Close())
				require.Equal(t, want, a.Header.Get("Access-Control-Allow-Origin"), "CH-027")
			}
			for i := range 11 {
				status, _ := exchange(t, http.MethodGet, p.url+"/v1/channels", "guess", "")
				require.Equal(t, map[bool]int{false: http.StatusUnauthorized, true: http.StatusTooManyRequests}[i == 10], status, "RS-027")
			}
			p.stop(t)
		})
	}
}

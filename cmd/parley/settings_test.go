package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSettingsSayWhereTheyComeFrom(t *testing.T) {
	file := writeFile(t, "parley.yaml", "addr: 127.0.0.1:1\nlog_format: json\noperator-key: "+otherSecret+"\n")
	t.Setenv("PARLEY_ADDR", "127.0.0.1:2")
	t.Setenv("PARLEY_DATABASE_URL", "postgres://ann:open-sesame@db/parley?password=open-sesame")
	code, stdout, stderr := parley(t, "config", "show", "--json", "--config", file, "--admin-addr", "127.0.0.1:3")
	require.Equal(t, exitOK, code, stderr)
	var said struct{ Settings []setting }
	require.NoError(t, json.Unmarshal([]byte(stdout), &said))
	got := map[string]setting{}
	for _, s := range said.Settings {
		got[s.Name] = s
	}
	for _, want := range []setting{
		{"addr", "127.0.0.1:2", "environment PARLEY_ADDR"},
		{"admin-addr", "127.0.0.1:3", "flag"},
		{"log-format", "json", "file"},
		{"data-dir", "./parley-data", "default"},
		{"operator-key", "(set, not shown)", "file"},
		{"database-url", "postgres://ann:xxxxx@db/parley?password=xxxxx", "environment PARLEY_DATABASE_URL"},
		{"asset-url-ttl", "1h0m0s", "default"},
	} {
		require.Equal(t, want, got[want.Name])
	}
	require.NotContains(t, stdout, "open-sesame")
	require.NotContains(t, stdout, otherSecret)
	require.NotContains(t, got, "json", "what is no setting of the server")

	_, table, _ := parley(t, "config", "show", "--sources", "--config", file)
	require.Regexp(t, `(?m)^SETTING +VALUE +SOURCE$`, table)
	require.Regexp(t, `(?m)^addr +127\.0\.0\.1:2 +environment PARLEY_ADDR$`, table)
	_, table, _ = parley(t, "config", "show")
	require.NotContains(t, table, "environment")
}

func TestPasswordsOfDatabasesAreNotShown(t *testing.T) {
	for given, want := range map[string]string{
		"":                                    "",
		"postgres://u@h/d":                    "postgres://u@h/d",
		"postgres://u:secret@h:5/d?sslmode=a": "postgres://u:xxxxx@h:5/d?sslmode=a",
		"postgres://h/d?user=u&PASSWORD=secret&x=y": "postgres://h/d?user=u&PASSWORD=xxxxx&x=y",
		"host=h password=secret user=u":             "host=h password=xxxxx user=u",
		`host=h password = 'sec\'ret' user=u`:       "host=h password = xxxxx user=u",
		"host=h password='secret":                   "host=h password=xxxxx",
		"postgres://u:sec ret@h/%zz":                "(malformed, not shown)",
	} {
		require.Equal(t, want, redacted(given))
	}
}

package main

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNATSThatCannotBeUsed(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, test := range map[string]struct {
		args  []string
		words string
	}{
		"malformed":           {[]string{"--nats-url", "http://ann:open-sesame@a", "--database-url", "postgres://a/b"}, "a NATS URL is malformed"},
		"one of several":      {[]string{"--nats-url", "nats://a:4222,ann:open-sesame@b", "--database-url", "postgres://a/b"}, "a NATS URL is malformed"},
		"without a database":  {[]string{"--nats-url", "nats://ann:open-sesame@a:4222"}, "set --database-url or PARLEY_DATABASE_URL as well"},
		"with an unfit other": {[]string{"--nats-url", "nats://ann:open-sesame@a:4222", "--database-url", "mysql://a/b"}, "database"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := parley(t, append([]string{"serve", "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0"}, test.args...)...)
			require.Equal(t, exitUsage, code)
			require.Empty(t, stdout)
			require.Contains(t, stderr, test.words)
			require.NotContains(t, stderr, "open-sesame")
			require.NoDirExists(t, "parley-data")
		})
	}
}

func TestConfigShowsNATSWithoutSecrets(t *testing.T) {
	for given, want := range map[string]string{
		"":                                    "(none: over the database)",
		"nats://a:4222":                       "nats://a:4222",
		"nats://ann:open-sesame@a:4222":       "nats://ann:xxxxx@a:4222",
		"tls://open-sesame@a:4222,nats://b:1": "tls://xxxxx@a:4222,nats://b:1",
		"open-sesame":                         "(malformed, not shown)",
	} {
		t.Setenv("PARLEY_NATS_URL", given)
		code, stdout, stderr := parley(t, "config", "show")
		require.Equal(t, exitOK, code, stderr)
		require.Regexp(t, `(?m)^nats-url\s+`+regexp.QuoteMeta(want)+`\s*$`, stdout)
		require.NotContains(t, stdout, "open-sesame")
	}
}

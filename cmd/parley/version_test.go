package main

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVersionNamesParleyAndGo(t *testing.T) {
	code, stdout, stderr := parley(t, "version")
	require.Equal(t, exitOK, code)
	require.Regexp(t, `^parley \S+ \(`+runtime.Version()+` \w+/\w+\)\n$`, stdout)
	require.Empty(t, stderr)
}

func TestHelp(t *testing.T) {
	for name, test := range map[string]struct{ args, shows, hides []string }{
		"commands": {
			args: []string{"--help"}, shows: []string{"serve", "demo", "token", "bench send", "bench history", "bench projections", "version", "--config"},
			hides: []string{"floor-server"},
		},
		"settings of a command": {
			args:  []string{"serve", "--help"},
			shows: []string{"--addr", "$PARLEY_ADDR", "--database-url", "$PARLEY_DATABASE_URL", "--bootstrap", "--root-key-file", "--pg-bin"},
		},
		"group of commands": {args: []string{"bench", "--help"}, shows: []string{"send", "history"}, hides: []string{"floor-server"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := parley(t, test.args...)
			require.Equal(t, exitOK, code)
			require.Empty(t, stderr)
			for _, word := range test.shows {
				require.Contains(t, stdout, word)
			}
			for _, word := range test.hides {
				require.NotContains(t, stdout, word)
			}
		})
	}
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func completionScript(t *testing.T, shell string) string {
	t.Helper()
	code, stdout, stderr := parley(t, "completion", shell)
	require.Equal(t, exitOK, code, stderr)
	return stdout
}

// shellOrSkip is the path of a shell; without it the test says so.
func shellOrSkip(t *testing.T, shell string) string {
	t.Helper()
	path, err := exec.LookPath(shell)
	if err != nil {
		t.Skip(shell + " is not installed")
	}
	return path
}

func TestCompletionScriptsParse(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		script := filepath.Join(t.TempDir(), "script")
		require.NoError(t, os.WriteFile(script, []byte(completionScript(t, shell)), 0o600))
		t.Run(shell, func(t *testing.T) {
			out, err := exec.CommandContext(t.Context(), shellOrSkip(t, shell), "-n", script).CombinedOutput()
			require.NoError(t, err, string(out))
			require.Empty(t, string(out))
		})
	}
	refused(t, exitUsage, []string{"<shell>", "bash", "tcsh"}, "completion", "tcsh")
	for _, c := range commandsOf(t) {
		require.Contains(t, completionScript(t, "zsh"), "'"+commandName(c)+"'", "every command is in the scripts")
		require.Contains(t, completionScript(t, "fish"), "__parley_at '"+commandName(c)+"'")
	}
}

// TestBashCompletes asks the script what may follow some words.
func TestBashCompletes(t *testing.T) {
	bash := shellOrSkip(t, "bash")
	script := completionScript(t, "bash")
	for line, want := range map[string][]string{
		"parley ":                             {"serve", "app", "key", "doctor", "completion", "--config"},
		"parley a":                            {"app", "audit"},
		"parley ap":                           {"app"},
		"parley app ":                         {"create", "list", "show", "limit"},
		"parley key r":                        {"rotate", "revoke"},
		"parley key create --na":              {"--native"},
		"parley key create --no":              {"--no-native"},
		"parley --config x.yaml config s":     {"show"},
		"parley serve --log-format ":          {"auto", "text", "json"},
		"parley serve --log-format t":         {"text"},
		"parley serve --data-dir ":            {},
		"parley completion z":                 {"zsh"},
		"parley bench fl":                     {}, // hidden
		"parley app create shop --database-u": {"--database-url"},
	} {
		t.Run(line, func(t *testing.T) {
			words := strings.Split(line, " ")
			for i, w := range words {
				words[i] = "'" + w + "'"
			}
			program := script + "\nCOMP_WORDS=(" + strings.Join(words, " ") + ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_parley\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n"
			out, err := exec.CommandContext(t.Context(), bash, "--norc", "-c", program).CombinedOutput()
			require.NoError(t, err, string(out))
			got := strings.Fields(string(out))
			if strings.HasSuffix(line, " ") && len(want) > 3 {
				require.Subset(t, got, want)
				return
			}
			require.ElementsMatch(t, want, got)
		})
	}
}

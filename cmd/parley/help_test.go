package main

import (
	"bytes"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

// onlyParsed are commands whose examples are parsed and not run, and why.
var onlyParsed = map[string]string{
	"serve":             "runs until it is stopped",
	"demo":              "runs until it is stopped",
	"bench send":        "takes minutes",
	"bench history":     "takes minutes",
	"bench projections": "takes minutes",
	"bench mixed":       "takes minutes",
	"bench unread":      "takes minutes",
	"bench import":      "takes minutes",
	"bench scale":       "takes minutes",
	"bench switches":    "takes minutes",
	"bench sockets":     "takes minutes",
	"bench overload":    "takes minutes",
}

// exampleFiles are what examples read, by name.
var exampleFiles = map[string]string{
	"parley.yaml": "log-format: json\n",
	"apps.yaml":   "apps:\n  - id: demo\n",
	"before.json": exampleResult, "after.json": exampleResult,
	"channel.jsonl": exampleLog, "channel.jsonl.gz": exampleLog,
}

const (
	exampleResult = `{"rows":[{"what":"send","clients":1,"channels":1,"parley":{"per_second":{"median":2},"p50_ms":{"median":1}}}]}`
	exampleLog    = `{"n":0,"ts":1103966040000,"room":"books","type":"message","user":"ann","text":"Hello"}
{"n":1,"ts":1103966041000,"room":"books","type":"action","user":"bob","text":"waves","reply_to":[0]}
`
)

// commandsOf lists the commands that are not hidden, in the order of the help.
func commandsOf(t *testing.T) []*kong.Node {
	t.Helper()
	var c cli
	parser, err := newParser(&c, io.Discard, io.Discard, func(int) {})
	require.NoError(t, err)
	return parser.Model.Leaves(true)
}

// TestEveryCommandExplainsItself demands a purpose and two examples in the
// help of each command, and that the examples work as they stand there: in a
// folder beside that of a running server.
func TestEveryCommandExplainsItself(t *testing.T) {
	commands := commandsOf(t)
	require.NotEmpty(t, commands)
	dir := t.TempDir()
	t.Chdir(dir)
	for name, content := range exampleFiles {
		require.NoError(t, os.WriteFile(name, []byte(content), 0o600))
	}
	x := newExternal(t)
	x.dir = defaultDataDir
	start(t, x.args("serve")...)
	for _, command := range commands {
		path := strings.TrimPrefix(command.FullPath(), "parley ")
		t.Run(path, func(t *testing.T) {
			require.Regexp(t, `^[A-Z].+\.$`, command.Help, "a purpose")
			lines := examples(command.Detail)
			require.GreaterOrEqual(t, len(lines), 2, "two examples in %q", command.Detail)
			name := regexp.MustCompile(` <.*| \[.*`).ReplaceAllString(path, "")
			switch name {
			case "migrate": // takes a database that no server holds
				t.Setenv("PARLEY_DATABASE_URL", newExternal(t).url)
			case "projections prepare": // one that a server may hold
				t.Setenv("PARLEY_DATABASE_URL", x.url)
			}
			for _, line := range lines {
				args := words(t, line)
				require.True(t, strings.HasPrefix(strings.Join(args, " "), name), "%s: an example of another command", line)
				var c cli
				parser, err := newParser(&c, io.Discard, io.Discard, func(int) {})
				require.NoError(t, err)
				_, err = parser.Parse(args)
				require.NoError(t, err, line)
				if _, only := onlyParsed[name]; only {
					continue
				}
				code, _, stderr := parley(t, args...)
				require.Equal(t, exitOK, code, "%s: %s", line, stderr)
			}
		})
	}
}

// examples are the command lines that a help text shows.
func examples(detail string) (lines []string) {
	_, text, _ := strings.Cut(detail, "Examples:")
	for line := range strings.Lines(text) {
		if command, ok := strings.CutPrefix(line, "  parley "); ok {
			lines = append(lines, strings.TrimSpace(command))
		}
	}
	return lines
}

// words splits a command line as a shell does, without running anything.
func words(t *testing.T, line string) (words []string) {
	t.Helper()
	var word strings.Builder
	quote, begun := rune(0), false
	for _, c := range line {
		switch {
		case c == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(c)
		case c == '\'' || c == '"':
			quote, begun = c, true
		case c != ' ':
			require.NotContains(t, "|<>$`;&\\", string(c), "%s: an example is one plain command", line)
			word.WriteRune(c)
			begun = true
		case begun:
			words = append(words, word.String())
			word.Reset()
			begun = false
		}
	}
	require.Zero(t, quote, line)
	if begun {
		words = append(words, word.String())
	}
	return words
}

// TestHelpOfEveryCommandShowsItsExamples looks at what is printed.
func TestHelpOfEveryCommandShowsItsExamples(t *testing.T) {
	commands := commandsOf(t)
	for _, command := range commands {
		path := strings.Fields(strings.TrimPrefix(command.FullPath(), "parley "))
		args := append(path[:depth(command)], "--help")
		var out, errs bytes.Buffer
		require.Equal(t, exitOK, run(t.Context(), args, &out, &errs), errs.String())
		for _, line := range examples(command.Detail) {
			require.Contains(t, out.String(), "    parley "+line+"\n")
		}
	}
}

// depth counts the words of a command's name.
func depth(n *kong.Node) (words int) {
	for ; n.Parent != nil; n = n.Parent {
		words++
	}
	return words
}

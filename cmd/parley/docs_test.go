package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write docs/cli.md")

const docsFile = "../../docs/cli.md"

const docsHead = `# Commands

Generated from the commands themselves: ` + "`go test ./cmd/parley -run TestDocsOfCommands -update`" + ` writes this page, and the same test without
-update fails when it is out of date. ` + "`parley COMMAND --help`" + ` says the same.

## Settings

A flag wins over the environment variable beside it, which wins over the YAML file named by ` + "`--config`" + ` or ` + "`PARLEY_CONFIG`" + ` (keys are named
like the flags, with ` + "`-` or `_`" + `; unknown keys are refused), which wins over the default. ` + "`parley config show --sources`" + ` shows what holds and why.

## Server or data

Commands with the flags below talk to the server that ` + "`--server`" + ` names, or to the one that runs on the data directory: it leaves
` + "`server.json`" + ` there with its URL and the operator token. When none runs, they work on the data directory or the database directly and say so
on the error output.

%s
## Exit codes

| code | meaning |
|---|---|
| 0 | done |
| 1 | something failed: the server refused, a check failed, a fault |
| 2 | the command line or the configuration is wrong; nothing was done |
| 3 | the environment does not allow it: a port, the data directory, the root key, no server; nothing was done |
| 4 | no PostgreSQL server binaries were found |

Answers go to the standard output, all else to the error output. ` + "`--json`" + ` prints answers for scripts. Colours are for terminals, and never when
` + "`NO_COLOR`" + ` is set.
`

// TestDocsOfCommands holds the page against the commands.
func TestDocsOfCommands(t *testing.T) {
	var c cli
	parser, err := newParser(&c, io.Discard, io.Discard, func(int) {})
	require.NoError(t, err)
	var b strings.Builder
	shared := ""
	leaves := parser.Model.Leaves(true)
	served := leaves[0]
	require.Equal(t, "serve", served.Name)
	for _, n := range leaves {
		own, common, serves := flagTables(n, served)
		if common != "" {
			shared = common
		}
		text := strings.TrimSpace(n.Detail)
		about, _, _ := strings.Cut(text, "Examples:")
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", "parley "+commandName(n), n.Help)
		if about = strings.TrimSpace(about); about != "" {
			fmt.Fprintf(&b, "\n%s\n", about)
		}
		b.WriteString("\n")
		for _, line := range examples(n.Detail) {
			fmt.Fprintf(&b, "    parley %s\n", line)
		}
		b.WriteString(own)
		if serves {
			b.WriteString("\nAnd those of [parley serve](#parley-serve).\n")
		}
		if common != "" {
			b.WriteString("\nAnd those of [Server or data](#server-or-data).\n")
		}
	}
	page := fmt.Sprintf(docsHead, shared) + b.String()
	if *update {
		require.NoError(t, os.WriteFile(docsFile, []byte(page), 0o644))
	}
	have, err := os.ReadFile(docsFile)
	require.NoError(t, err)
	require.Equal(t, page, string(have), "docs/cli.md is out of date: run the test with -update")
}

// commandName is how a command is called, without its arguments.
func commandName(n *kong.Node) string {
	path := strings.TrimPrefix(n.FullPath(), "parley ")
	return regexp.MustCompile(` <.*| \[.*`).ReplaceAllString(path, "")
}

// flagTables describes arguments and flags: the command's own, and those of
// all commands that talk to a server. Those of parley serve are left out.
func flagTables(n, served *kong.Node) (own, common string, serves bool) {
	var rows, shared strings.Builder
	serves = n != served && slices.ContainsFunc(n.Flags, func(f *kong.Flag) bool { return f.Name == "event-store" })
	for _, arg := range n.Positional {
		fmt.Fprintf(&rows, "| `%s` | %s | |\n", arg.Summary(), cell(arg.Help))
	}
	for _, f := range n.Flags {
		if f.Hidden || f.Name == "help" || serves && slices.ContainsFunc(served.Flags, func(s *kong.Flag) bool { return s.Name == f.Name }) {
			continue
		}
		name := "--" + f.Name
		if !f.IsBool() {
			name += "=" + strings.ReplaceAll(f.FormatPlaceHolder(), `"`, "")
		}
		row := fmt.Sprintf("| `%s` | %s | %s |\n", name, cell(f.Help), variables(f))
		if f.Group != nil {
			shared.WriteString(row)
		} else {
			rows.WriteString(row)
		}
	}
	return table(rows.String()), strings.TrimPrefix(table(shared.String()), "\n"), serves
}

func table(rows string) string {
	if rows == "" {
		return ""
	}
	return "\n| flag | meaning | environment |\n|---|---|---|\n" + rows
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func variables(f *kong.Flag) string {
	var names []string
	for _, env := range f.Envs {
		names = append(names, "`"+env+"`")
	}
	return strings.Join(names, " ")
}

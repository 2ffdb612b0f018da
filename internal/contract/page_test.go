package contract_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/contract"
)

var update = flag.Bool("update", false, "write docs/contract.md")

const root = "../.."

const head = `# Rows and tests

Generated: ` + "`go test ./internal/contract -update`" + `. Each row of a contract with the tests that name it; every row has one.

`

func TestEveryServedRowHasATest(t *testing.T) {
	tests, err := contract.Tests(root)
	require.NoError(t, err)
	var page strings.Builder
	page.WriteString(head)
	var untested, known []string
	for _, c := range []struct{ title, file string }{
		{"Native channels API", "channels.md"},
		{"Attacks on the native API", "attacks.md"},
	} {
		rows, err := contract.Rows(filepath.Join(root, "docs/contracts", c.file))
		require.NoError(t, err)
		require.NotEmpty(t, rows, c.file)
		covered := 0
		var table strings.Builder
		for _, r := range rows {
			known = append(known, r.ID)
			if len(tests[r.ID]) > 0 {
				covered++
			} else {
				untested = append(untested, r.ID)
			}
			fmt.Fprintf(&table, "| %s | %s | %s |\n", r.ID, r.Rule, cell(tests[r.ID]))
		}
		fmt.Fprintf(&page, "## %s\n\n[The contract](contracts/%s): %d of %d rows are named by a test.\n\n| row | rule | tests |\n|---|---|---|\n%s\n",
			c.title, c.file, covered, len(rows), table.String())
	}
	require.Empty(t, untested, "rows that no test names")
	for id := range tests {
		require.Contains(t, known, id, "a test names a row that no contract has")
	}

	file := filepath.Join(root, "docs/contract.md")
	text := strings.TrimRight(page.String(), "\n") + "\n"
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		return
	}
	have, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, text, string(have), "docs/contract.md is not up to date: go test ./internal/contract -update")
}

// shown is how many tests of a row the page names.
const shown = 4

func cell(places []string) string {
	if len(places) == 0 {
		return ""
	}
	text := "`" + strings.Join(places[:min(shown, len(places))], "`, `") + "`"
	if more := len(places) - shown; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

package contract

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Row is a row of a contract: its id and the beginning of its rule.
type Row struct {
	ID   string
	Rule string
}

var (
	rowLine = regexp.MustCompile(`^\| *((?:CH|RS)-\d{3}) *\| *(.*?) *\|? *$`)
	rowID   = regexp.MustCompile(`\b(?:CH|RS)-\d{3}\b`)
)

// Rows reads the rows of a contract, in its order.
func Rows(file string) ([]Row, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var rows []Row
	known := map[string]bool{} // readings of a row may follow further down
	for line := range strings.Lines(string(text)) {
		if m := rowLine.FindStringSubmatch(strings.TrimRight(line, "\n")); m != nil && !known[m[1]] {
			known[m[1]] = true
			rows = append(rows, Row{m[1], brief(m[2])})
		}
	}
	return rows, nil
}

// maxRule is how much of a rule the page shows, in characters.
const maxRule = 110

// brief is the beginning of a rule, cut at a blank.
func brief(rule string) string {
	rule = strings.ReplaceAll(rule, "**[ours]** ", "")
	runes := []rune(rule)
	if len(runes) <= maxRule {
		return rule
	}
	cut := string(runes[:maxRule])
	if at := strings.LastIndexByte(cut, ' '); at > 0 {
		cut = cut[:at]
	}
	if strings.Count(cut, "`")%2 == 1 {
		cut = cut[:strings.LastIndexByte(cut, '`')]
	}
	if strings.Count(cut, "**")%2 == 1 {
		cut = cut[:strings.LastIndex(cut, "**")]
	}
	return strings.TrimRight(cut, " (,;:|") + " ..."
}

// Tests finds the tests that name rows: by a string of theirs, such as the
// name of a case or what an assertion says. Comments do not count. The result
// maps a row to places, `package.Test` or, for tables outside of tests, files.
func Tests(root string) (map[string][]string, error) {
	places := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && path != root):
			return fs.SkipDir
		case !strings.HasSuffix(path, "_test.go") || filepath.Base(filepath.Dir(path)) == "contract":
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return named(path, filepath.ToSlash(rel), places)
	})
	for id := range places {
		slices.Sort(places[id])
		places[id] = slices.Compact(places[id])
	}
	return places, err
}

func named(path, rel string, places map[string][]string) error {
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("%s: %w", rel, err)
	}
	pkg := rel[:max(0, strings.LastIndexByte(rel, '/'))]
	for _, d := range f.Decls {
		place := rel
		if fn, ok := d.(*ast.FuncDecl); ok && isTest(fn.Name.Name) {
			place = pkg + "." + fn.Name.Name
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				for _, id := range rowID.FindAllString(lit.Value, -1) {
					places[id] = append(places[id], place)
				}
			}
			return true
		})
	}
	return nil
}

func isTest(name string) bool {
	return strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz")
}

package archtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/migrations"
	"parley/projections"
)

var (
	createTable = regexp.MustCompile(`(?i)CREATE TABLE (\w+)`)
	view        = regexp.MustCompile(`\brm\.(\w+)_v(\d+)\b`)
)

// owners maps each view to the projection that keeps it.
func owners(t *testing.T) map[string]string {
	t.Helper()
	m := map[string]string{}
	for _, p := range projections.All {
		sql, err := migrations.Projection(p.Name)
		require.NoError(t, err)
		var made []string
		for _, match := range createTable.FindAllStringSubmatch(sql, -1) {
			made = append(made, match[1])
		}
		for _, table := range p.Tables {
			require.Contains(t, made, table, "projection %s shows a table that its SQL does not make", p.Name)
			v := strings.TrimPrefix(p.View(table), "rm.")
			require.Empty(t, m[v], "two projections show %s", table)
			m[v] = p.Name
		}
	}
	return m
}

func TestAQueryReadsOnlyTablesOfTheProjectionsItDeclares(t *testing.T) {
	owner := owners(t)
	files, err := filepath.Glob(filepath.Join(root, "queries", "*.go"))
	require.NoError(t, err)
	set := token.NewFileSet()
	texts, lists := map[string]string{}, map[string][]string{}
	var parsed []*ast.File
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, 0)
		require.NoError(t, err)
		parsed = append(parsed, f)
		packageLevel(f, texts, lists)
	}
	seen := 0
	for _, f := range parsed {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			declared, reads := declaredProjections(fn, texts, lists)
			if !reads {
				continue
			}
			seen++
			for _, v := range viewsOf(fn.Body, texts) {
				require.NotEmpty(t, owner[v], "%s reads rm.%s, which no projection shows", fn.Name.Name, v)
				require.Contains(t, declared, owner[v], "%s reads rm.%s without declaring its projection", fn.Name.Name, v)
			}
		}
	}
	require.NotZero(t, seen)
}

// packageLevel collects constants' texts, and lists of projections.
func packageLevel(f *ast.File, texts map[string]string, lists map[string][]string) {
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range g.Specs {
			v, ok := s.(*ast.ValueSpec)
			if !ok {
				continue
			}
			for i, value := range v.Values {
				texts[v.Names[i].Name] = textIn(value)
				for _, id := range identsIn(value) {
					texts[v.Names[i].Name] += texts[id] // constants build on earlier ones
				}
				if list, ok := value.(*ast.CompositeLit); ok {
					lists[v.Names[i].Name] = identsIn(list)
				}
			}
		}
	}
}

// declaredProjections finds the third argument of the call of s.read.
func declaredProjections(fn *ast.FuncDecl, texts map[string]string, lists map[string][]string) (names []string, reads bool) {
	ast.Inspect(fn, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 4 {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "read" {
			return true
		}
		reads = true
		idents := identsIn(call.Args[2])
		for _, id := range idents {
			if list, ok := lists[id]; ok {
				idents = list
			}
		}
		for _, id := range idents {
			names = append(names, strings.Trim(texts[id], "\"`"))
		}
		return true
	})
	return names, reads
}

// viewsOf lists the views named in a function, also through constants and
// through standing, which reads the channel and its member.
func viewsOf(body ast.Node, texts map[string]string) []string {
	var views []string
	note := func(text string) {
		for _, m := range view.FindAllStringSubmatch(text, -1) {
			views = append(views, m[1]+"_v"+m[2])
		}
	}
	note(textIn(body))
	for _, id := range identsIn(body) {
		note(texts[id])
		if id == "standing" {
			views = append(views, "channels_v3", "members_v3")
		}
	}
	slices.Sort(views)
	return slices.Compact(views)
}

func textIn(n ast.Node) string {
	var b strings.Builder
	ast.Inspect(n, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			b.WriteString(lit.Value)
		}
		return true
	})
	return b.String()
}

func identsIn(n ast.Node) []string {
	var names []string
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			names = append(names, id.Name)
		}
		return true
	})
	return names
}

package projections

import (
	"regexp"
	"slices"
	"strings"

	"parley/migrations"
)

// schema is the SQL of a projection in parts: tables with what Apply needs; keys
// that only readers need, added to a table by a statement of their own; and
// indexes that serve queries only, with comments on them. Keys and indexes are
// cheaper to make at once than to keep while a build grows.
type schema struct{ tables, keys, indexes, comments []string }

// schemaOf reads the SQL of a projection. An index that Apply needs is named
// ..._apply_idx.
func schemaOf(p Projection) (s schema, err error) {
	sql, err := migrations.Projection(p.Name)
	if err != nil {
		return s, err
	}
	for _, statement := range split(sql) {
		switch {
		case addKey.MatchString(statement):
			s.keys = append(s.keys, statement)
		case ofApply.MatchString(statement):
			s.tables = append(s.tables, statement)
		case createIndex.MatchString(statement):
			s.indexes = append(s.indexes, createIndex.ReplaceAllString(statement, "CREATE INDEX IF NOT EXISTS "))
		case aboutIndex.MatchString(statement):
			s.comments = append(s.comments, statement)
		default:
			s.tables = append(s.tables, statement)
		}
	}
	return s, nil
}

var (
	addKey      = regexp.MustCompile(`^ALTER TABLE \w+ ADD CONSTRAINT (\w+)\s`)
	createIndex = regexp.MustCompile(`^CREATE INDEX\s+`)
	aboutIndex  = regexp.MustCompile(`^COMMENT ON INDEX\s+`)
	ofApply     = regexp.MustCompile(`^(CREATE|COMMENT ON) INDEX\s+\w+_apply_idx\b`)
	createTable = regexp.MustCompile(`^CREATE TABLE\s+`)
)

func (s schema) all() string {
	return strings.Join(slices.Concat(s.tables, s.keys, s.indexes, s.comments), ";\n")
}

func (s schema) growing() string { return strings.Join(s.tables, ";\n") }

// passing are tables that nobody needs after a crash.
func (s schema) passing() string {
	tables := make([]string, len(s.tables))
	for i, statement := range s.tables {
		tables[i] = createTable.ReplaceAllString(statement, "CREATE UNLOGGED TABLE ")
	}
	return strings.Join(tables, ";\n")
}

// split cuts SQL into statements, at semicolons that are neither in quotes nor
// in comments. Comments to the end of a line go.
func split(sql string) (statements []string) {
	var b strings.Builder
	end := func() {
		if s := strings.TrimSpace(b.String()); s != "" {
			statements = append(statements, s)
		}
		b.Reset()
	}
	for i := 0; i < len(sql); i++ {
		switch c := sql[i]; {
		case c == '\'' || c == '"':
			n := strings.IndexByte(sql[i+1:], c)
			if n < 0 {
				n = len(sql) - i - 2
			}
			b.WriteString(sql[i : i+n+2])
			i += n + 1
		case strings.HasPrefix(sql[i:], "--"):
			n := strings.IndexByte(sql[i:], '\n')
			if n < 0 {
				n = len(sql) - i
			}
			i += n - 1
		case c == ';':
			end()
		default:
			b.WriteByte(c)
		}
	}
	end()
	return statements
}

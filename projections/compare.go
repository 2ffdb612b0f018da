package projections

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// maxNamed is how many differing rows of a table are named; all are counted.
const maxNamed = 100

// compare compares all tables of two schemas, in the transaction that conn is
// in, and ends it.
func (v *Verdict) compare(ctx context.Context, conn *pgx.Conn, live, replay string) error {
	names, err := tablesIn(ctx, conn, live)
	if err != nil {
		return err
	}
	for _, name := range names {
		t, err := compareTable(ctx, conn, live, replay, name)
		if err != nil {
			return fmt.Errorf("compare %s: %w", name, err)
		}
		v.Tables = append(v.Tables, t)
		v.Rows, v.Differences = v.Rows+max(t.Rows, t.Replayed), v.Differences+t.Differences
	}
	_, err = conn.Exec(ctx, "ROLLBACK")
	return err
}

func compareTable(ctx context.Context, conn *pgx.Conn, live, replay, name string) (TableVerdict, error) {
	v := TableVerdict{Table: name}
	columns, err := columnsOf(ctx, conn, live, name)
	if err != nil {
		return v, err
	}
	l, r := pgx.Identifier{live, name}.Sanitize(), pgx.Identifier{replay, name}.Sanitize()
	err = conn.QueryRow(ctx, "SELECT (SELECT count(*) FROM "+l+"), (SELECT count(*) FROM "+r+")").Scan(&v.Rows, &v.Replayed)
	if err != nil {
		return v, err
	}
	rows, err := conn.Query(ctx, differing(columns, l, r))
	if err != nil {
		return v, err
	}
	d := Difference{Table: name}
	_, err = pgx.ForEachRow(rows, []any{&d.Kind, &d.Key, &d.Columns}, func() error {
		v.Differences++
		if len(v.First) < maxNamed {
			v.First = append(v.First, d)
		}
		d.Key, d.Columns = nil, nil
		return nil
	})
	return v, err
}

// column is one of a table, and its place in the primary key, 0 for none.
type column struct {
	Name string
	Type string
	Key  int
}

func columnsOf(ctx context.Context, conn *pgx.Conn, schema, table string) ([]column, error) {
	rows, err := conn.Query(ctx, `
		SELECT a.attname, format_type(a.atttypid, NULL), coalesce(array_position(i.indkey::smallint[], a.attnum), -1) + 1
		FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
		WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) AND c.relname = $2
		ORDER BY coalesce(array_position(i.indkey::smallint[], a.attnum), 1000), a.attnum`, schema, table)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[column])
}

// differing is the query for the rows in which two tables differ, in the order
// of their key. It gives the keys, and of other columns the names; of sealed
// ones also the beginnings of their hashes.
func differing(columns []column, live, replay string) string {
	var keys, joins, order, tests, names []string
	for _, c := range columns {
		name := pgx.Identifier{c.Name}.Sanitize()
		l, r := "l."+name, "r."+name
		if c.Key > 0 {
			keys = append(keys, fmt.Sprintf("'%s=' || coalesce(%s, %s)::text", c.Name, l, r))
			joins, order = append(joins, l+" = "+r), append(order, fmt.Sprintf("coalesce(%s, %s)", l, r))
			continue
		}
		differ := l + " IS DISTINCT FROM " + r
		if c.Type == "jsonb" { // equal values may have other bytes
			differ = l + "::text IS DISTINCT FROM " + r + "::text"
		}
		shown := "'" + c.Name + "'"
		if c.Type == "bytea" {
			shown = fmt.Sprintf("'%s (' || %s || ', should be ' || %s || ')'", c.Name, hashed(l), hashed(r))
		}
		tests, names = append(tests, differ), append(names, fmt.Sprintf("CASE WHEN %s THEN %s END", differ, shown))
	}
	first := pgx.Identifier{columns[0].Name}.Sanitize()
	return fmt.Sprintf(`
		SELECT CASE WHEN r.%[1]s IS NULL THEN 'extra' WHEN l.%[1]s IS NULL THEN 'missing' ELSE 'changed' END,
			ARRAY[%[2]s],
			CASE WHEN l.%[1]s IS NOT NULL AND r.%[1]s IS NOT NULL THEN array_remove(ARRAY[%[3]s]::text[], NULL) ELSE '{}' END
		FROM %[4]s l
		FULL JOIN %[5]s r ON %[6]s
		WHERE l.%[1]s IS NULL OR r.%[1]s IS NULL OR %[7]s
		ORDER BY %[8]s`,
		first, strings.Join(keys, ", "), strings.Join(names, ", "), live, replay, strings.Join(joins, " AND "),
		strings.Join(append(tests, "false"), " OR "), strings.Join(order, ", "))
}

func hashed(column string) string {
	return fmt.Sprintf("coalesce('sha256 ' || left(encode(sha256(%s), 'hex'), 12), 'null')", column)
}

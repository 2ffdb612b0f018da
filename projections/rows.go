package projections

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Rows are new rows of a table, by column. All columns have as many values.
type Rows struct {
	Table   string
	Columns []Column
}

// Column is a column of new rows.
type Column struct {
	Name   string
	Values Values
}

// Len is how many rows there are.
func (r Rows) Len() int {
	if len(r.Columns) == 0 {
		return 0
	}
	return r.Columns[0].Values.Len()
}

// Queue queues one statement that inserts the rows.
func (r Rows) Queue(b *pgx.Batch) {
	var names, selected, types []string
	var args []any
	for i, c := range r.Columns {
		param, cast := c.Values.types()
		value := c.Name
		if cast != "" {
			value = fmt.Sprintf("CASE WHEN %[1]s <> '' THEN %[1]s::%[2]s END", c.Name, cast)
		}
		names, selected, args = append(names, c.Name), append(selected, value), append(args, c.Values.arg())
		types = append(types, fmt.Sprintf("$%d::%s[]", i+1, param))
	}
	list := strings.Join(names, ", ")
	b.Queue(fmt.Sprintf(`
		INSERT INTO %s (%s)
		SELECT %s
		FROM unnest(%s) AS n (%s)`, r.Table, list, strings.Join(selected, ", "), strings.Join(types, ", "), list), args...)
}

// copying is the statement that takes the rows in the form of reader.
func (r Rows) copying() string {
	names := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		names[i] = c.Name
	}
	return fmt.Sprintf("COPY %s (%s) FROM STDIN (FORMAT binary)", r.Table, strings.Join(names, ", "))
}

// reader gives the rows in PostgreSQL's binary form, a few at a time.
func (r Rows) reader() io.Reader {
	head := append([]byte("PGCOPY\n\xff\r\n\x00"), make([]byte, 8)...)
	return &rowReader{rows: r, left: head}
}

type rowReader struct {
	rows Rows
	next int
	left []byte // encoded, not yet read
	ends bool
}

// Read implements io.Reader.
func (r *rowReader) Read(p []byte) (int, error) {
	for len(r.left) < len(p) && !r.ends {
		r.encode()
	}
	n := copy(p, r.left)
	r.left = slices.Delete(r.left, 0, n)
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// encode encodes the next row, or the mark after the last one.
func (r *rowReader) encode() {
	if r.next == r.rows.Len() {
		r.left, r.ends = appendInt(r.left, 2, -1), true
		return
	}
	r.left = appendInt(r.left, 2, int64(len(r.rows.Columns)))
	for _, c := range r.rows.Columns {
		r.left = c.Values.encode(r.left, r.next)
	}
	r.next++
}

// Package migrations embeds the schema: goose files for the log, the keyring
// and shared tables, applied in order, forward only; and one file per
// projection, which the projection runtime applies into a fresh schema.
package migrations

import "embed"

// FS holds the goose files.
//
//go:embed *.sql
var FS embed.FS

//go:embed projections/*.sql
var projections embed.FS

// Projection is the SQL that makes the tables of a projection in the current
// schema.
func Projection(name string) (string, error) {
	b, err := projections.ReadFile("projections/" + name + ".sql")
	return string(b), err
}

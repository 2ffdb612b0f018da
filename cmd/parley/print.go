package main

import (
	"encoding/json"
	"io"
)

// printJSON prints a value for scripts and for reading.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

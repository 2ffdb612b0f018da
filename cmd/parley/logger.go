package main

import (
	"io"
	"log/slog"
	"os"

	"github.com/lmittmann/tint"
)

func newLogger(format string, w io.Writer) *slog.Logger {
	if format == "json" || format == "auto" && !terminal(w) {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(tint.NewTextHandler(w, &tint.Options{NoColor: !terminal(w) || os.Getenv("NO_COLOR") != ""}))
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

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
	return slog.New(tint.NewTextHandler(w, &tint.Options{NoColor: plain(w)}))
}

// newQuietLogger is for commands that work in this process: warnings and
// faults only.
func newQuietLogger(w io.Writer) *slog.Logger {
	return slog.New(tint.NewTextHandler(w, &tint.Options{Level: slog.LevelWarn, NoColor: plain(w)}))
}

// plain says that colours do not belong on w.
func plain(w io.Writer) bool { return !terminal(w) || os.Getenv("NO_COLOR") != "" }

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

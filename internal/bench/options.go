package bench

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// Options are what all measurements share.
type Options struct {
	Exe     string // the parley binary
	PgBin   string
	Dir     string // parent of the temporary folder; the system's when empty
	Keep    bool   // leave the folder
	Profile string // folder for CPU profiles of the server, "" for none

	// Server is a running server to measure instead of an own one, without
	// a floor. Key is its operator token, or a native key as name:secret;
	// Token is the token of one user who does everything.
	Server, Key, Token, App string

	Rounds      int
	Time        time.Duration // of each cell
	Connections int           // of the floor to its PostgreSQL
	Progress    io.Writer
}

// Validate reports what is wrong.
func (o Options) Validate() error {
	var errs []error
	if o.Rounds < 1 {
		errs = append(errs, errors.New("want at least one round"))
	}
	if o.Time < 100*time.Millisecond {
		errs = append(errs, errors.New("a cell takes at least 0.1 seconds"))
	}
	if o.Connections < 1 {
		errs = append(errs, errors.New("the floor needs a connection"))
	}
	if o.Server == "" && (o.Key != "" || o.Token != "") {
		errs = append(errs, errors.New("--key and --token are those of a running server: name it with --server"))
	}
	if o.Server != "" && (o.Key == "") == (o.Token == "") {
		errs = append(errs, errors.New("--server needs either --key or --token"))
	}
	if o.Server != "" && o.Profile != "" {
		errs = append(errs, errors.New("--profile works on a server of this command's own only"))
	}
	return errors.Join(errs...)
}

func positive(what string, list []int) error {
	if len(list) == 0 {
		return fmt.Errorf("want at least one number of %s", what)
	}
	for _, n := range list {
		if n < 1 || n > 4096 {
			return fmt.Errorf("numbers of %s are from 1 to 4096, not %d", what, n)
		}
	}
	return nil
}

func (o Options) progress(format string, args ...any) {
	fmt.Fprintf(o.Progress, time.Now().Format("15:04:05 ")+format+"\n", args...)
}

// warm is how long clients work before they are counted.
func (o Options) warm() time.Duration { return min(o.Time/4, 500*time.Millisecond) }

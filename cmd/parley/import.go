package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"parley/internal/irc"
)

type importCmd struct {
	IRC importIRCCmd `cmd:"" name:"irc" help:"Import a log of IRC channels."`
}

type importIRCCmd struct {
	File    string `arg:"" help:"File of one JSON object a line, compressed by gzip or not." type:"existingfile"`
	App     string `help:"App to import into." default:"demo"`
	Owner   string `help:"User who owns the rooms." default:"import"`
	Source  string `help:"Name of the source: what was imported under it is not imported again. The file's name when empty." placeholder:"NAME"`
	SkipBad bool   `help:"Report broken lines and refused commands, and go on behind them."`
	JSON    bool   `help:"Print the summary as JSON."`
	adminFlags
}

// Help shows examples.
func (*importIRCCmd) Help() string {
	return `Each line has n (a number unique in the file), ts (milliseconds since 1970),
room, type (message, action, join, leave, nick), user, text, and maybe reply_to
(earlier n). Rooms keep their order and times; a speaker who is not present is
added first; answers become references. An import that was interrupted goes on
where it was when it is run again, and a second run adds nothing.

Examples:

  parley import irc channel.jsonl
  parley import irc channel.jsonl.gz --app demo --skip-bad --json`
}

// Run imports a file and prints what became of its lines.
func (c *importIRCCmd) Run(g *globals) error {
	source := c.Source
	if source == "" {
		source = strings.TrimSuffix(filepath.Base(c.File), ".gz")
	}
	if len(source) > 64 || strings.ContainsFunc(source, func(r rune) bool { return r < ' ' || r > '~' }) {
		return refusal{exitUsage, errors.New("the name of a source has 1 to 64 printable ASCII characters; give one with --source")}
	}
	f, err := os.Open(c.File)
	if err != nil {
		return refusal{exitUsage, err}
	}
	defer f.Close()
	r, err := irc.NewReader(f)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	server, err := c.open(g)
	if err != nil {
		return err
	}
	defer server.close()

	began := time.Now()
	bar := newProgress(g.stderr, "importing", "entries", -1)
	m := irc.NewMapper(source, c.Owner)
	imp := &irc.Importer{
		Send: func(ctx context.Context, lines []irc.Command) ([]irc.Result, error) {
			return sendImport(ctx, server, c.App, lines)
		},
		SkipBad: c.SkipBad, Progress: func(n int) { bar.add(int64(n)) },
		Bad: func(err error) { fmt.Fprintln(g.stderr, "skipped:", err) },
	}
	err = imp.Import(g.ctx, r, m)
	bar.finish()
	if err != nil {
		return c.explain(g, err)
	}
	return c.summary(g, source, m, imp, time.Since(began))
}

// explain says how to go on after an import that ended early.
func (c *importIRCCmd) explain(g *globals, err error) error {
	var broken *irc.LineError
	switch {
	case g.ctx.Err() != nil:
		return errors.New("interrupted; run the same command again to go on")
	case errors.As(err, &broken):
		return fmt.Errorf("%s: %w; what is before it was imported: mend the line, or pass over such lines with --skip-bad", c.File, err)
	}
	return fmt.Errorf("%w; run the same command again to go on", err)
}

// importSummary is what an import came to.
type importSummary struct {
	Source  string     `json:"source"`
	Entries int        `json:"entries"`
	Counts  irc.Counts `json:"counts"`
	Rooms   int        `json:"rooms"`
	Added   int        `json:"speakers_added"`
	Refs    int        `json:"references"`
	// Commands by what became of them.
	Commands map[string]int `json:"commands"`
	Seconds  float64        `json:"seconds"`
}

func (c *importIRCCmd) summary(g *globals, source string, m *irc.Mapper, imp *irc.Importer, took time.Duration) error {
	s := importSummary{
		Source: source, Entries: m.Entries(), Counts: m.Counts, Rooms: m.Rooms, Added: m.Added, Refs: m.References,
		Commands: imp.Results(), Seconds: took.Seconds(),
	}
	if c.JSON {
		return printJSON(g.stdout, s)
	}
	_, err := fmt.Fprintf(g.stdout, `%d entries from %s in %s (%.0f/s):
%8d messages
%8d actions
%8d empty
%8d joins
%8d joins of members
%8d leaves
%8d leaves of non-members
%8d nick changes
%8d broken
%d rooms, %d speakers added, %d references
commands: %d done, %d repeated, %d unchanged, %d refused
`, s.Entries, source, took.Round(time.Millisecond), float64(s.Entries)/took.Seconds(),
		m.Messages, m.Actions, m.Empty, m.Joins, m.Present, m.Leaves, m.Absent, m.Nicks, m.Broken, m.Rooms, m.Added, m.References,
		s.Commands[irc.Done], s.Commands[irc.Repeated], s.Commands[irc.Unchanged], s.Commands[irc.Refused])
	return err
}

// importPatience is how long an import waits for a server that is away.
const importPatience = time.Minute

// sendImport has commands carried out, again and again while the server is
// away: what was done already is answered as repeated.
func sendImport(ctx context.Context, server *adminClient, app string, lines []irc.Command) ([]irc.Result, error) {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	for _, l := range lines {
		if err := e.Encode(l); err != nil {
			return nil, err
		}
	}
	for began, pause := time.Now(), 100*time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		results, err := tryImport(ctx, server, app, body.Bytes(), len(lines))
		if err == nil || !passing(err) || time.Since(began) > importPatience {
			return results, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// passing tells a server that is away or busy from one that refuses.
func passing(err error) bool {
	var a *answerError
	return !errors.As(err, &a) || a.status >= http.StatusInternalServerError || a.status == http.StatusTooManyRequests
}

var errUnfinished = errors.New("the server did not carry out a part of the commands")

func tryImport(ctx context.Context, server *adminClient, app string, body []byte, lines int) ([]irc.Result, error) {
	answer, err := server.stream(ctx, http.MethodPost, "/v1/admin/import?app="+url.QueryEscape(app), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer answer.Close()
	var results []irc.Result
	for d := json.NewDecoder(answer); ; {
		var r irc.Result
		err := d.Decode(&r)
		switch {
		case errors.Is(err, io.EOF) && len(results) == lines:
			return results, nil
		case errors.Is(err, io.EOF):
			return nil, errUnfinished
		case err != nil:
			return nil, fmt.Errorf("answer of the server: %w", err)
		case r.Status == irc.Failed:
			return nil, errUnfinished
		}
		results = append(results, r)
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"parley/internal/server"
	"parley/projections"
)

type projectionsCmd struct {
	List    projectionsListCmd    `cmd:"" help:"List read models: how far they are, what is parked, which builds there are."`
	Rebuild projectionsRebuildCmd `cmd:"" help:"Build a read model from the log anew, while the old one serves."`
	Resume  projectionsResumeCmd  `cmd:"" help:"Rebuild a read model of which something is parked, by code that can apply it now."`
	Verify  projectionsVerifyCmd  `cmd:"" help:"Compare read models with what the log makes of them, row by row."`
	Prepare projectionsPrepareCmd `cmd:"" help:"Build the read models of this version while another version is running."`
}

const projectionsPath = "/v1/admin/projections"

// projectionView is a projection as the server shows it.
type projectionView struct {
	Name     string                `json:"name"`
	Version  int                   `json:"version"`
	Build    int                   `json:"build"`
	Position int64                 `json:"position"`
	Stopped  string                `json:"stopped"`
	Parked   []projections.Parked  `json:"parked"`
	Builds   []projections.Build   `json:"builds"`
	Rebuild  *projections.Progress `json:"rebuild"`
	Verify   *projections.Progress `json:"verify"`
}

type projectionsListCmd struct {
	JSON bool `help:"Print the answer as JSON."`
	adminFlags
}

// Help shows examples.
func (*projectionsListCmd) Help() string {
	return `A build is live, building, or retired and dropped soon; those of other versions
of parley are left alone. What is parked stands still in its read model from the
position on; the rest goes on.

Examples:

  parley projections list
  parley projections list --json`
}

// Run lists the projections.
func (c *projectionsListCmd) Run(g *globals) error {
	var answer json.RawMessage
	if err := c.once(g, http.MethodGet, projectionsPath, nil, &answer); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(g.stdout, answer)
	}
	var list struct{ Projections []projectionView }
	if err := json.Unmarshal(answer, &list); err != nil {
		return fmt.Errorf("answer of the server: %w", err)
	}
	var rows [][]string
	var notes []string
	for _, p := range list.Projections {
		for _, b := range p.Builds {
			rows = append(rows, []string{b.Projection, fmt.Sprint(b.Version), fmt.Sprint(b.Build), b.State, fmt.Sprint(b.Position), fmt.Sprint(b.Parked)})
		}
		if p.Stopped != "" {
			notes = append(notes, fmt.Sprintf("%s is %s; repair it with parley projections rebuild %s", p.Name, p.Stopped, p.Name))
		}
		for _, k := range p.Parked {
			notes = append(notes, fmt.Sprintf("%s: %s", p.Name, k))
		}
		if p.Rebuild != nil && p.Rebuild.Phase != projections.Done {
			notes = append(notes, "rebuild of "+p.Rebuild.String())
		}
	}
	if err := printTable(g.stdout, []string{"PROJECTION", "VERSION", "BUILD", "STATE", "POSITION", "PARKED"}, rows); err != nil {
		return err
	}
	for _, note := range notes {
		fmt.Fprintln(g.stdout, note)
	}
	return nil
}

// buildFlags are those of a rebuild.
type buildFlags struct {
	Name    string `arg:"" help:"Name of the read model: directory, timeline or occupancy."`
	Rate    int    `help:"At most so many events per second; as many as readers allow when 0." placeholder:"N"`
	Restart bool   `help:"Throw an unfinished build away instead of going on with it."`
	Force   bool   `help:"Show the new build even if more is parked in it than in the old one."`
	JSON    bool   `help:"Print how it ended as JSON."`
	adminFlags
}

func (c *buildFlags) build(g *globals, verb string) error {
	if c.Rate < 0 {
		return refusal{exitUsage, errors.New("--rate takes a number of events per second")}
	}
	body, err := json.Marshal(projections.RebuildOptions{Rate: c.Rate, Restart: c.Restart, Force: c.Force})
	if err != nil {
		return err
	}
	end, err := follow(g, c.adminFlags, c.Name, verb, body)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(g.stdout, end)
	}
	fmt.Fprintf(g.stdout, "%s v%d is shown from build %d on, up to position %d\n", end.Projection, end.Version, end.Build, end.Position)
	for _, k := range end.Parked {
		fmt.Fprintf(g.stdout, "%s: %s\n", end.Projection, k)
	}
	return nil
}

type projectionsRebuildCmd struct{ buildFlags }

// Help shows examples.
func (*projectionsRebuildCmd) Help() string {
	return `The new build grows beside the old one, which goes on; in the end readers are led
to the new one, all at once. A rebuild that was interrupted is gone on with by the
next start, or by this command. It holds back while somebody reads.

Examples:

  parley projections rebuild timeline
  parley projections rebuild directory --rate 5000 --restart --json`
}

// Run rebuilds.
func (c *projectionsRebuildCmd) Run(g *globals) error { return c.build(g, "rebuild") }

type projectionsResumeCmd struct{ buildFlags }

// Help shows examples.
func (c *projectionsResumeCmd) Help() string {
	return `An event that cannot be applied parks its channel, user or app. After an update
that can apply it, resume builds the read model anew; the new build is shown if
less is parked in it. With nothing parked there is nothing to do.

Examples:

  parley projections resume timeline
  parley projections resume directory --rate 5000 --json`
}

// Run resumes.
func (c *projectionsResumeCmd) Run(g *globals) error {
	err := c.build(g, "resume")
	var a *answerError
	if errors.As(err, &a) && a.code == "NOTHING_PARKED" {
		_, err = fmt.Fprintf(g.stdout, "nothing of %s is parked\n", c.Name)
	}
	return err
}

type projectionsVerifyCmd struct {
	Name string `arg:"" optional:"" help:"Name of the read model; all of them when not given."`
	JSON bool   `help:"Print the verdicts as JSON."`
	adminFlags
}

// Help shows examples.
func (*projectionsVerifyCmd) Help() string {
	return `The log is replayed beside the read model, and both are compared at one position.
Rows that differ are named by their keys and columns, never with what they hold.
The exit code is 1 if there are any; a rebuild repairs them.

Examples:

  parley projections verify
  parley projections verify timeline --json`
}

// Run compares.
func (c *projectionsVerifyCmd) Run(g *globals) error {
	names := []string{c.Name}
	if c.Name == "" {
		names = nil
		for _, p := range projections.All {
			names = append(names, p.Name)
		}
	}
	verdicts := []projections.Verdict{}
	found := int64(0)
	for _, name := range names {
		end, err := follow(g, c.adminFlags, name, "verify", nil)
		if err != nil {
			return err
		}
		if end.Verdict == nil {
			return errors.New("the server gave no verdict")
		}
		verdicts, found = append(verdicts, *end.Verdict), found+end.Verdict.Differences
	}
	if c.JSON {
		if err := printJSON(g.stdout, map[string]any{"verdicts": verdicts}); err != nil {
			return err
		}
	} else {
		printVerdicts(g.stdout, verdicts)
	}
	if found > 0 {
		return fmt.Errorf("%d rows are not what the log makes of them; parley projections rebuild repairs them", found)
	}
	return nil
}

func printVerdicts(w io.Writer, verdicts []projections.Verdict) {
	for _, v := range verdicts {
		fmt.Fprintf(w, "%s v%d, build %d, at position %d: %d rows, %d differ\n", v.Projection, v.Version, v.Build, v.Position, v.Rows, v.Differences)
		for _, t := range v.Tables {
			for _, d := range t.First {
				fmt.Fprintf(w, "  %s %s: %s", d.Kind, d.Table, strings.Join(d.Key, " "))
				if len(d.Columns) > 0 {
					fmt.Fprintf(w, ": %s", strings.Join(d.Columns, ", "))
				}
				fmt.Fprintln(w)
			}
			if more := t.Differences - int64(len(t.First)); more > 0 {
				fmt.Fprintf(w, "  and %d more of %s\n", more, t.Table)
			}
		}
		for _, k := range v.Parked {
			fmt.Fprintf(w, "  left out: %s\n", k)
		}
	}
}

// follow has the server begin a job and shows how far it is until it ends.
func follow(g *globals, f adminFlags, name, verb string, body []byte) (end projections.Progress, err error) {
	c, err := f.open(g)
	if err != nil {
		return end, err
	}
	defer c.close()
	answer, err := c.stream(g.ctx, http.MethodPost, projectionsPath+"/"+url.PathEscape(name)+"/"+verb+"?follow=true", bytes.NewReader(body))
	if err != nil {
		return end, err
	}
	defer answer.Close()
	bar := newProgress(g.stderr, verb+" "+name, "events", -1)
	defer bar.finish()
	for d := json.NewDecoder(answer); ; {
		end = projections.Progress{}
		if err := d.Decode(&end); err != nil {
			if g.ctx.Err() != nil {
				return end, errors.New("interrupted; the server goes on: parley projections list shows it")
			}
			return end, fmt.Errorf("lost the server; a rebuild is gone on with when it is back: parley projections list shows it: %w", err)
		}
		bar.set(end.Position, max(end.Target, 1))
		switch end.Phase {
		case projections.Done:
			return end, nil
		case projections.Failed:
			return end, errors.New(end.Error)
		}
	}
}

type projectionsPrepareCmd struct {
	Rate        int    `help:"At most so many events per second; as many as possible when 0." placeholder:"N"`
	DataDir     string `help:"Data directory with an embedded database; ./parley-data when empty." placeholder:"DIR" env:"PARLEY_DATA_DIR"`
	DatabaseURL string `help:"PostgreSQL of the servers instead of an embedded one." placeholder:"URL" env:"PARLEY_DATABASE_URL"`
	PgBin       string `help:"Folder of PostgreSQL's server binaries." placeholder:"DIR" env:"PARLEY_PG_BIN"`
}

// Help shows examples.
func (*projectionsPrepareCmd) Help() string {
	return `Run it with the new parley before an update: it builds what the new version reads,
in the database of the running one, which goes on meanwhile. The new parley serve
then only has to catch up. Without it the new one builds first, and is not ready
until it has. --database-url names another database than the embedded one.

Examples:

  parley projections prepare
  parley projections prepare --rate 20000`
}

// Run builds.
func (c *projectionsPrepareCmd) Run(g *globals) error {
	if c.Rate < 0 {
		return refusal{exitUsage, errors.New("--rate takes a number of events per second")}
	}
	place := migrateCmd{DataDir: c.DataDir, DatabaseURL: c.DatabaseURL, PgBin: c.PgBin}
	url, stop, err := place.database(g)
	if err != nil {
		return err
	}
	defer stop()
	shown := buildingsOn(g)
	err = server.Prepare(g.ctx, url, newQuietLogger(g.stderr), projections.PrepareOptions{Rate: c.Rate, Notify: shown.note})
	shown.finish()
	switch {
	case g.ctx.Err() != nil:
		return errors.New("interrupted; run the same command again to go on")
	case err != nil:
		return refusal{exitRefused, err}
	case shown.idle():
		_, err = fmt.Fprintln(g.stdout, "nothing to prepare: the read models of this version are there")
	default:
		_, err = fmt.Fprintln(g.stdout, "prepared: start this parley when you like, it goes on from here")
	}
	return err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"parley/internal/embeddedpg"
	"parley/internal/server"
)

type migrateCmd struct {
	Status      bool   `help:"Only show which steps the database has and which are pending."`
	DataDir     string `help:"Data directory with an embedded database; ./parley-data when empty." placeholder:"DIR" env:"PARLEY_DATA_DIR"`
	DatabaseURL string `help:"PostgreSQL to migrate instead of an embedded one." placeholder:"URL" env:"PARLEY_DATABASE_URL"`
	PgBin       string `help:"Folder of PostgreSQL's server binaries." placeholder:"DIR" env:"PARLEY_PG_BIN"`
	JSON        bool   `help:"Print the steps as JSON."`
}

// Help shows examples.
func (*migrateCmd) Help() string {
	return `parley serve does this by itself when it starts. Separately it is for who wants to
see it end before the first server of a new version starts. No server may be
running on the database, save for --status. --database-url names the database.

Examples:

  parley migrate --status
  parley migrate
  parley migrate --status --json`
}

// Run migrates, or shows the steps.
func (c *migrateCmd) Run(g *globals) error {
	url, stop, err := c.database(g)
	if err != nil {
		return err
	}
	defer stop()
	if !c.Status {
		if err := c.migrate(g, url); err != nil {
			return err
		}
	}
	conn, err := server.Look(g.ctx, url)
	if err != nil {
		return c.unreachable(err)
	}
	defer conn.Close(context.Background())
	steps, err := server.Migrations(g.ctx, conn)
	if err != nil {
		return refusal{exitRefused, err}
	}
	return c.print(g, steps)
}

// migrate applies what is pending, unless a server is on the database.
func (c *migrateCmd) migrate(g *globals, url string) error {
	conn, err := server.Look(g.ctx, url)
	if err != nil {
		return c.unreachable(err)
	}
	held, err := server.Holders(g.ctx, conn)
	conn.Close(context.Background())
	switch {
	case err != nil:
		return err
	case held > 0:
		return refusal{exitRefused, fmt.Errorf("servers have %d connections to the database: stop them first; parley migrate --status changes nothing", held)}
	}
	return server.MigrateURL(g.ctx, url, func(m server.Migration, took time.Duration) {
		fmt.Fprintf(g.stderr, "step %d, %s: done in %s\n", m.Version, m.Name, took.Round(time.Millisecond))
	})
}

func (c *migrateCmd) unreachable(err error) error {
	return refusal{exitRefused, fmt.Errorf("the database does not answer; check PARLEY_DATABASE_URL and that it runs: %w", err)}
}

// database is the DSN to use, and what to do afterwards. An embedded one is
// started unless it runs.
func (c *migrateCmd) database(g *globals) (url string, stop func(), err error) {
	nothing := func() {}
	if c.DatabaseURL != "" {
		if err := server.CheckURL(c.DatabaseURL); err != nil {
			return "", nil, refusal{exitUsage, err}
		}
		return c.DatabaseURL, nothing, nil
	}
	if c.DataDir == "" {
		c.DataDir = defaultDataDir
	}
	if !embeddedpg.Exists(c.DataDir) {
		return "", nil, refusal{exitRefused, fmt.Errorf("there is no database in %s: name another place with --data-dir or --database-url, or make it with parley serve", c.DataDir)}
	}
	if url, err := embeddedpg.RunningURL(c.DataDir); err != nil || url != "" {
		return url, nothing, err
	}
	logger := newQuietLogger(g.stderr)
	p, err := embeddedpg.Start(g.ctx, embeddedpg.Config{DataDir: c.DataDir, BinDir: c.PgBin, Logger: logger})
	if g.ctx.Err() != nil && err != nil {
		return "", nil, errors.New("interrupted while starting")
	}
	if err != nil {
		return "", nil, explainPostgres(err)
	}
	return p.URL(), func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := p.Stop(ctx); err != nil {
			logger.Warn("stop the embedded PostgreSQL", "err", err)
		}
	}, nil
}

// step is a migration as it is printed.
type step struct {
	Version   int64  `json:"version"`
	Name      string `json:"name"`
	AppliedAt *int64 `json:"applied_at"` // unix seconds, null while pending
}

func (c *migrateCmd) print(g *globals, list []server.Migration) error {
	steps, rows := make([]step, len(list)), make([][]string, len(list))
	for i, m := range list {
		steps[i] = step{Version: m.Version, Name: m.Name}
		rows[i] = []string{strconv.FormatInt(m.Version, 10), m.Name, "pending"}
		if !m.Applied.IsZero() {
			steps[i].AppliedAt = new(m.Applied.Unix())
			rows[i][2] = printTime(m.Applied.Unix())
		}
	}
	if c.JSON {
		return printJSON(g.stdout, map[string]any{"steps": steps})
	}
	return printTable(g.stdout, []string{"STEP", "NAME", "APPLIED (UTC)"}, rows)
}

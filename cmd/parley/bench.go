package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"parley/internal/bench"
	"parley/internal/embeddedpg"
)

type benchCmd struct {
	Send        benchSendCmd        `cmd:"" help:"Measure sending at several numbers of clients and channels, and the lag until others see it."`
	History     benchHistoryCmd     `cmd:"" help:"Measure pages of a big channel."`
	Mixed       benchMixedCmd       `cmd:"" help:"Measure a mixture of messages, reactions, edits and read cursors."`
	Unread      benchUnreadCmd      `cmd:"" help:"Measure the channel list with unread counts."`
	Import      benchImportCmd      `cmd:"" help:"Measure the import of a log."`
	Scale       benchScaleCmd       `cmd:"" help:"Measure the same requests where little is stored and where much is."`
	Projections benchProjectionsCmd `cmd:"" help:"Measure how fast read models are built from the log."`
	Switches    benchSwitchesCmd    `cmd:"" help:"Measure what readers notice of rebuilds."`
	Sockets     benchSocketsCmd     `cmd:"" help:"Measure live delivery: fan-out to many sockets, and memory."`
	Overload    benchOverloadCmd    `cmd:"" help:"Measure what is left when several times as much is asked for as can be done."`
	Compare     benchCompareCmd     `cmd:"" help:"Compare two results that were printed as JSON."`
	FloorServer benchFloorCmd       `cmd:"" hidden:""`
}

// benchFlags are shared by the measurements over HTTP.
type benchFlags struct {
	Rounds           int     `help:"How often everything is measured." default:"3"`
	Seconds          float64 `help:"How long each cell takes." default:"3"`
	Server           string  `help:"URL of a running server to measure, without a floor, instead of one of this command's own." placeholder:"URL"`
	Key              string  `help:"With --server: its operator token, or a native key as name:secret." env:"PARLEY_KEY"`
	Token            string  `help:"With --server: the token of one user who does everything."`
	App              string  `help:"With --server and an operator token: the app to use." default:"demo"`
	FloorConnections int     `help:"Connections of the floor to its PostgreSQL." default:"32"`
	Profile          string  `help:"Folder for CPU profiles of the server, one for each cell." placeholder:"DIR"`
	Keep             bool    `help:"Leave the temporary folder with data and logs."`
	benchPlace
}

// benchPlace is where and how every measurement runs.
type benchPlace struct {
	Dir   string `help:"Where to make the temporary folder; on the disk to be measured." placeholder:"DIR"`
	PgBin string `help:"Folder of PostgreSQL's server binaries." env:"PARLEY_PG_BIN"`
	JSON  bool   `help:"Print the result as JSON, with every cell."`
}

func (f benchFlags) options(g *globals) (bench.Options, error) {
	exe, err := os.Executable()
	if err != nil {
		return bench.Options{}, err
	}
	if f.Server == "" {
		f.Key = "" // it may come from the environment
	}
	if f.Profile != "" {
		if err := os.MkdirAll(f.Profile, 0o755); err != nil {
			return bench.Options{}, err
		}
	}
	o := bench.Options{
		Exe: exe, PgBin: f.PgBin, Dir: f.Dir, Keep: f.Keep, Profile: f.Profile,
		Server: strings.TrimSuffix(f.Server, "/"), Key: f.Key, Token: f.Token, App: f.App,
		Rounds: f.Rounds, Time: time.Duration(f.Seconds * float64(time.Second)), Connections: f.FloorConnections,
		Progress: g.stderr,
	}
	if err := o.Validate(); err != nil {
		return o, refusal{exitUsage, err}
	}
	return o, nil
}

type benchSendCmd struct {
	benchFlags
	Clients  []int `help:"Numbers of clients." default:"1,16,64,256"`
	Channels []int `help:"Numbers of channels." default:"1,100"`
	Once     bool  `help:"Send with idempotency keys."`
	Probes   int   `help:"Probes of the lag, at idle and under load; 0 for none." default:"200"`
}

// Help shows examples.
func (*benchSendCmd) Help() string {
	return `It starts a server of its own in a temporary folder, and the floor: the least
that any server must do. With --server it measures that one, without a floor.

Examples:

  parley bench send
  parley bench send --clients 1,64 --channels 100 --rounds 5 --json`
}

// Run measures sending.
func (c *benchSendCmd) Run(g *globals) error {
	o, err := c.options(g)
	if err != nil {
		return err
	}
	r, err := bench.MeasureSend(g.ctx, bench.SendOptions{
		Options: o, Clients: c.Clients, Channels: c.Channels, Once: c.Once, Probes: c.Probes,
	})
	return report(g, c.JSON, r, err)
}

type benchHistoryCmd struct {
	benchFlags
	Clients  []int `help:"Numbers of clients." default:"1,16"`
	Messages int64 `help:"Messages of the channel that is read." default:"100000"`
	Busy     int64 `help:"Messages sent to other channels afterwards." default:"50000"`
	Channels int   `help:"How many other channels." default:"100"`
}

// Help shows examples.
func (*benchHistoryCmd) Help() string {
	return `It fills a channel, sends to others, and reads pages at several depths.

Examples:

  parley bench history
  parley bench history --messages 2000000 --clients 16`
}

// Run measures reading.
func (c *benchHistoryCmd) Run(g *globals) error {
	o, err := c.options(g)
	if err != nil {
		return err
	}
	r, err := bench.MeasureHistory(g.ctx, bench.HistoryOptions{
		Options: o, Clients: c.Clients, Messages: c.Messages, Busy: c.Busy, Channels: c.Channels,
	})
	return report(g, c.JSON, r, err)
}

type benchProjectionsCmd struct {
	benchPlace
	Messages int    `help:"Messages in the log." default:"50000"`
	Channels int    `help:"Channels they are sent to." default:"100"`
	Profile  string `help:"File for a CPU profile of the rebuild." placeholder:"FILE"`
}

// Help shows examples.
func (*benchProjectionsCmd) Help() string {
	return `It fills a log in a temporary folder and builds the read models from it, first as
a running server applies it, then as a rebuild does, beside a bare replay.

Examples:

  parley bench projections
  parley bench projections --messages 200000 --channels 1000 --json`
}

// Run measures projections, in this process.
func (c *benchProjectionsCmd) Run(g *globals) error {
	r, err := bench.MeasureProjections(g.ctx, bench.ProjectionsOptions{
		PgBin: c.PgBin, Dir: c.Dir, Messages: c.Messages, Channels: c.Channels, Profile: c.Profile, Progress: g.stderr,
	})
	return report(g, c.JSON, r, err)
}

// report prints a result as a table or as JSON.
func report(g *globals, asJSON bool, r interface{ Write(io.Writer) error }, err error) error {
	var missing *embeddedpg.MissingBinariesError
	switch {
	case g.ctx.Err() != nil:
		return errors.New("interrupted; everything that was started is stopped")
	case errors.As(err, &missing):
		return refusal{exitPostgres, err}
	case err != nil:
		return fmt.Errorf("bench: %w", err)
	case !asJSON:
		return r.Write(g.stdout)
	}
	return printJSON(g.stdout, r)
}

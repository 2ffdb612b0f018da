package main

import (
	"time"

	"parley/internal/bench"
)

type benchMixedCmd struct {
	benchFlags
	Clients  []int `help:"Numbers of clients." default:"16,64,256"`
	Channels []int `help:"Numbers of channels." default:"100"`
}

// Help shows examples.
func (*benchMixedCmd) Help() string {
	return `Of twenty commands sixteen are messages, two reactions, one an edit and one moves
a read cursor. The floor does one durable statement for each.

Examples:

  parley bench mixed
  parley bench mixed --clients 64 --channels 1,100 --json`
}

// Run measures the mixture.
func (c *benchMixedCmd) Run(g *globals) error {
	o, err := c.options(g)
	if err != nil {
		return err
	}
	r, err := bench.MeasureMixed(g.ctx, bench.MixedOptions{Options: o, Clients: c.Clients, Channels: c.Channels})
	return report(g, c.JSON, r, err)
}

type benchUnreadCmd struct {
	benchFlags
	Clients  []int `help:"Numbers of clients." default:"1,16"`
	Channels []int `help:"Numbers of channels that the user is in." default:"100,1000"`
	Messages int64 `help:"Messages of others in each channel." default:"20"`
}

// Help shows examples.
func (*benchUnreadCmd) Help() string {
	return `The floor is a bare SELECT of as many rows.

Examples:

  parley bench unread
  parley bench unread --channels 100 --clients 1 --rounds 5 --json`
}

// Run measures lists.
func (c *benchUnreadCmd) Run(g *globals) error {
	o, err := c.options(g)
	if err != nil {
		return err
	}
	r, err := bench.MeasureUnread(g.ctx, bench.UnreadOptions{
		Options: o, Clients: c.Clients, Channels: c.Channels, Messages: c.Messages,
	})
	return report(g, c.JSON, r, err)
}

type benchImportCmd struct {
	File    string `arg:"" optional:"" help:"Log of IRC channels, as parley import irc takes it; a made one when empty." type:"existingfile"`
	Entries int    `help:"Entries of a made log." default:"100000"`
	benchFlags
}

// Help shows examples.
func (*benchImportCmd) Help() string {
	return `The log is imported through the command line into a server of this command's
own, in each round anew.

Examples:

  parley bench import
  parley bench import channel.jsonl.gz --rounds 1 --json`
}

// Run measures imports.
func (c *benchImportCmd) Run(g *globals) error {
	o, err := c.options(g)
	if err != nil {
		return err
	}
	r, err := bench.MeasureImport(g.ctx, bench.ImportOptions{Options: o, File: c.File, Entries: c.Entries})
	return report(g, c.JSON, r, err)
}

type benchScaleCmd struct {
	benchFlags
	Small    int64 `help:"Messages on the small server." default:"200000"`
	Large    int64 `help:"Messages on the large server." default:"2000000"`
	Channels int   `help:"Channels they are in." default:"100"`
	Clients  int   `help:"Number of clients." default:"16"`
}

// Help shows examples.
func (*benchScaleCmd) Help() string {
	return `Two servers are filled, which takes minutes, and measured in turn.

Examples:

  parley bench scale
  parley bench scale --small 100000 --large 1000000 --clients 64 --json`
}

// Run measures both servers.
func (c *benchScaleCmd) Run(g *globals) error {
	o, err := c.options(g)
	if err != nil {
		return err
	}
	r, err := bench.MeasureScale(g.ctx, bench.ScaleOptions{
		Options: o, Small: c.Small, Large: c.Large, Channels: c.Channels, Clients: c.Clients,
	})
	return report(g, c.JSON, r, err)
}

type benchCompareCmd struct {
	Before string `arg:"" help:"The earlier result." type:"existingfile"`
	After  string `arg:"" help:"The later result." type:"existingfile"`
	JSON   bool   `help:"Print the comparison as JSON."`
}

// Help shows examples.
func (*benchCompareCmd) Help() string {
	return `Results of send, mixed, history, unread and scale, printed with --json.

Examples:

  parley bench compare before.json after.json
  parley bench compare before.json after.json --json`
}

// Run prints the comparison.
func (c *benchCompareCmd) Run(g *globals) error {
	r, err := bench.CompareResults(c.Before, c.After)
	return report(g, c.JSON, r, err)
}

type benchSwitchesCmd struct {
	benchPlace
	Messages int           `help:"Messages in the log." default:"50000"`
	Channels int           `help:"Channels they are sent to." default:"100"`
	Readers  int           `help:"How many read at a time." default:"8"`
	Pause    time.Duration `help:"Pause of a reader between two reads." default:"10ms"`
	Before   time.Duration `help:"How long is read before the first rebuild." default:"1m"`
	Switches int           `help:"How many rebuilds." default:"20"`
	Rate     int           `help:"Bound of a rebuild in events per second; what readers leave when 0." placeholder:"N"`
	Hold     time.Duration `help:"How long one more reader keeps each of its transactions open; 0 for none." default:"4s"`
}

// Help shows examples.
func (*benchSwitchesCmd) Help() string {
	return `Readers read lists of channels and newest pages while the read models are rebuilt
in turn. It compares the reads of the second around each switch with those
before the first rebuild.

Examples:

  parley bench switches
  parley bench switches --before 10s --switches 6 --rate 20000 --json`
}

// Run measures, in this process.
func (c *benchSwitchesCmd) Run(g *globals) error {
	r, err := bench.MeasureSwitches(g.ctx, bench.SwitchesOptions{
		ProjectionsOptions: bench.ProjectionsOptions{
			PgBin: c.PgBin, Dir: c.Dir, Messages: c.Messages, Channels: c.Channels, Rate: c.Rate, Progress: g.stderr,
		},
		Readers: c.Readers, Pause: c.Pause, Before: c.Before, Switches: c.Switches, Hold: c.Hold,
	})
	return report(g, c.JSON, r, err)
}

package main

import "parley/internal/bench"

type benchOverloadCmd struct {
	benchFlags
	Clients  int `help:"Number of clients that fill the server." default:"128"`
	Channels int `help:"Number of channels." default:"100"`
	Factor   int `help:"How many times the clients, and the rate, there are then." default:"5"`
}

// Help shows examples.
func (*benchOverloadCmd) Help() string {
	return `Clients send as fast as they are answered; then there are several times as many,
and their requests are due at several times the rate of before. It compares what
is accepted. There is no floor.

Examples:

  parley bench overload
  parley bench overload --clients 256 --factor 10 --rounds 5 --json`
}

// Run measures overload.
func (c *benchOverloadCmd) Run(g *globals) error {
	o, err := c.options(g)
	if err != nil {
		return err
	}
	r, err := bench.MeasureOverload(g.ctx, bench.OverloadOptions{Options: o, Clients: c.Clients, Channels: c.Channels, Factor: c.Factor})
	return report(g, c.JSON, r, err)
}

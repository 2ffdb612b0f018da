package main

import "parley/internal/bench"

type benchSocketsCmd struct {
	benchFlags
	Listeners int   `help:"Sockets in the channel that is sent to." default:"1000"`
	Rates     []int `help:"Messages a second, rising." default:"20,40,60,80,100,120,140,160,180,200,250,300,400,500,650,800"`
	Idle      int   `help:"Sockets where nothing happens; 0 leaves memory out." default:"5000"`
	Lazy      int   `help:"Sockets in a busy channel that never read." default:"500"`
}

// Help shows examples.
func (*benchSocketsCmd) Help() string {
	return `The rate of one channel rises until its sockets do not get everything in time;
then it is half of the largest that they did. After that many sockets are idle
and some never read. There is no floor.

Examples:

  parley bench sockets
  parley bench sockets --listeners 200 --rates 50,100,200 --idle 0 --json`
}

// Run measures sockets.
func (c *benchSocketsCmd) Run(g *globals) error {
	o, err := c.options(g)
	if err != nil {
		return err
	}
	r, err := bench.MeasureSockets(g.ctx, bench.SocketsOptions{Options: o, Listeners: c.Listeners, Rates: c.Rates, Idle: c.Idle, Lazy: c.Lazy})
	return report(g, c.JSON, r, err)
}

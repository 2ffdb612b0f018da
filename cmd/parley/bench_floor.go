package main

import "parley/internal/bench"

// benchFloorCmd is the floor's own process; the measurements start it.
type benchFloorCmd struct {
	Addr        string `default:"127.0.0.1:0"`
	DataDir     string `required:""`
	PgBin       string
	Connections int    `default:"32"`
	Secret      string `required:"" env:"PARLEY_BENCH_SECRET"`
}

// Run serves the floor until the context ends.
func (c *benchFloorCmd) Run(g *globals) error {
	return bench.Floor{
		Addr: c.Addr, DataDir: c.DataDir, PgBin: c.PgBin, Secret: c.Secret, Connections: c.Connections,
		Stdout: g.stdout, Logger: newLogger("json", g.stderr),
	}.Run(g.ctx)
}

package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCmd struct {
	JSON bool `help:"Print it as JSON."`
}

// Help shows examples.
func (versionCmd) Help() string {
	return `Examples:

  parley version
  parley version --json`
}

// Run prints the version of the binary and of Go.
func (c versionCmd) Run(g *globals) error {
	if c.JSON {
		return printJSON(g.stdout, map[string]string{
			"version": version(), "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH,
		})
	}
	_, err := fmt.Fprintf(g.stdout, "parley %s (%s %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "development"
	}
	return info.Main.Version
}

package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

type doctorCmd struct {
	serveCmd
	Server string `help:"URL of a running server to look at instead of this machine." placeholder:"URL" env:"PARLEY_SERVER"`
	Key    string `help:"With --server: its operator token, or a key with the right admin." env:"PARLEY_KEY"`
	JSON   bool   `help:"Print the findings as JSON."`
}

// Help shows examples.
func (*doctorCmd) Help() string {
	return `It looks at what parley serve would run with: settings, data directory, PostgreSQL,
ports, keys, clock, disk, and the database while that runs. It changes nothing. The
exit code is 1 when a check failed.

Examples:

  parley doctor
  parley doctor --json`
}

// finding is what a check has found.
type finding struct {
	Check  string `json:"check"`
	Status string `json:"status"` // ok, warning, failed or skipped
	Detail string `json:"detail"`
	Fix    string `json:"fix,omitempty"`
}

const (
	statusOK      = "ok"
	statusWarning = "warning"
	statusFailed  = "failed"
	statusSkipped = "skipped"
)

// patient looks at one installation and keeps what it finds.
type patient struct {
	ctx      context.Context
	settings serveCmd
	server   string // URL of the server that runs on it, "" for none
	token    string
	findings []finding
}

func (p *patient) ok(check, format string, args ...any) {
	p.findings = append(p.findings, finding{Check: check, Status: statusOK, Detail: fmt.Sprintf(format, args...)})
}

func (p *patient) skipped(check, format string, args ...any) {
	p.findings = append(p.findings, finding{Check: check, Status: statusSkipped, Detail: fmt.Sprintf(format, args...)})
}

func (p *patient) warning(check, fix, format string, args ...any) {
	p.findings = append(p.findings, finding{check, statusWarning, fmt.Sprintf(format, args...), fix})
}

func (p *patient) failed(check, fix, format string, args ...any) {
	p.findings = append(p.findings, finding{check, statusFailed, fmt.Sprintf(format, args...), fix})
}

// doctorPatience bounds the whole visit.
const doctorPatience = time.Minute

// Run looks at everything and prints what it found.
func (c *doctorCmd) Run(g *globals) error {
	ctx, cancel := context.WithTimeout(g.ctx, doctorPatience)
	defer cancel()
	p := &patient{ctx: ctx}
	if c.Server != "" {
		f := adminFlags{Server: c.Server, Key: c.Key, DataDir: c.DataDir}
		d, err := f.named()
		p.server, p.token = d.URL, d.Token
		p.lookAtServer(err)
	} else {
		p.examine(g, c)
	}
	failed := 0
	for _, f := range p.findings {
		if f.Status == statusFailed {
			failed++
		}
	}
	if c.JSON {
		if err := printJSON(g.stdout, map[string]any{"ok": failed == 0, "findings": p.findings}); err != nil {
			return err
		}
	} else if err := printFindings(g.stdout, p.findings); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks failed; each says how to mend it", failed, len(p.findings))
	}
	return nil
}

// examine makes every check of an installation on this machine.
func (p *patient) examine(g *globals, c *doctorCmd) {
	p.lookAtSettings(g, c)
	p.lookAtBootstrap()
	p.lookAtDataDir()
	p.lookAtDisk()
	p.lookForServer()
	p.lookAtPorts()
	p.lookAtBinaries()
	p.lookAtSecrets()
	inFile := p.lookAtRootKey()
	p.lookAtDatabase(inFile)
}

// colours of statuses on a terminal.
var colours = map[string]string{statusOK: "\x1b[32m", statusWarning: "\x1b[33m", statusFailed: "\x1b[31m", statusSkipped: "\x1b[2m"}

func printFindings(w io.Writer, findings []finding) error {
	var b strings.Builder
	wide := 0
	for _, f := range findings {
		wide = max(wide, len(f.Check))
	}
	for _, f := range findings {
		status := fmt.Sprintf("%-7s", f.Status)
		if !plain(w) {
			status = colours[f.Status] + status + "\x1b[0m"
		}
		fmt.Fprintf(&b, "%s  %-*s  %s\n", status, wide, f.Check, f.Detail)
		if f.Fix != "" {
			fmt.Fprintf(&b, "%s  %-*s  fix: %s\n", strings.Repeat(" ", len(statusSkipped)), wide, "", f.Fix)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

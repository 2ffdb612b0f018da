// Command parley is a self-hosted, event-sourced chat backend.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/google/uuid"
)

func main() {
	uuid.EnableRandPool() // before anything draws ids
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// Exit codes.
const (
	exitOK       = 0
	exitFault    = 1 // something failed
	exitUsage    = 2 // the command line or the configuration is wrong
	exitRefused  = 3 // the environment does not allow it: port, data directory, root key
	exitPostgres = 4 // no PostgreSQL server binaries were found
)

// globals are what every command shares.
type globals struct {
	ctx    context.Context
	stdout io.Writer
	stderr io.Writer
	parsed *kong.Context // the command line
}

type cli struct {
	ConfigFile configFile `name:"config" help:"YAML file with settings, named like the flags." placeholder:"FILE" env:"PARLEY_CONFIG"`

	Serve       serveCmd       `cmd:"" help:"Run the server."`
	Demo        demoCmd        `cmd:"" help:"Run the server on ./parley-demo, with rooms in which people talk."`
	App         appCmd         `cmd:"" help:"Make, list and limit apps."`
	Key         keyCmd         `cmd:"" help:"Issue, rotate and revoke the keys of apps."`
	Token       tokenCmd       `cmd:"" help:"Sign a user token, through a running server."`
	Import      importCmd      `cmd:"" help:"Import chat from elsewhere."`
	Audit       auditCmd       `cmd:"" help:"Look into the log."`
	Projections projectionsCmd `cmd:"" help:"Operate the read models."`
	Bench       benchCmd       `cmd:"" help:"Measure a server beside the floor on this machine."`
	Doctor      doctorCmd      `cmd:"" help:"Look for what is wrong, and say how to mend it."`
	Migrate     migrateCmd     `cmd:"" help:"Bring the schema of a database up to date, or show where it stands."`
	Config      configCmd      `cmd:"" help:"Settings and where they come from."`
	Completion  completionCmd  `cmd:"" help:"Print a script that completes parley in a shell."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
}

// refusal is an error with an exit code of its own and a remedy in its text.
type refusal struct {
	code int
	err  error
}

func (r refusal) Error() string { return r.err.Error() }
func (r refusal) Unwrap() error { return r.err }

// newParser reads command lines into c.
func newParser(c *cli, stdout, stderr io.Writer, exit func(code int)) (*kong.Kong, error) {
	return kong.New(c, kong.Name("parley"),
		kong.Description("A self-hosted, event-sourced chat backend: every fact kept, read models that can be rebuilt."),
		kong.Writers(stdout, stderr), kong.Exit(exit), kong.Configuration(loadConfig),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	var c cli
	exited := -1
	parser, err := newParser(&c, stdout, stderr, func(code int) { exited = code })
	if err != nil {
		fmt.Fprintln(stderr, "parley:", err)
		return exitFault
	}
	k, err := parser.Parse(args)
	if exited >= 0 {
		return exited // help was asked for
	}
	if err != nil {
		fmt.Fprintf(stderr, "parley: %v\nRun parley --help for the commands and their flags.\n", err)
		return exitUsage
	}
	err = k.Run(&globals{ctx: ctx, stdout: stdout, stderr: stderr, parsed: k})
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(stderr, "parley:", err)
	var r refusal
	if errors.As(err, &r) {
		return r.code
	}
	return exitFault
}

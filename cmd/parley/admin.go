package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"

	"parley/commands"
	"parley/domain"
	"parley/internal/embeddedpg"
)

// adminFlags say where a command works that talks to a server. Embed them and
// call open.
type adminFlags struct {
	Server      string `help:"URL of the server; found through its data directory when empty." placeholder:"URL" env:"PARLEY_SERVER" group:"Server or data:"`
	Key         string `help:"Operator token of the server, or a key with the right admin as appId.keyId:secret." env:"PARLEY_KEY" group:"Server or data:"`
	DataDir     string `help:"Data directory of the server; worked on directly when no server runs. Empty: ./parley-data, then ./parley-demo." placeholder:"DIR" env:"PARLEY_DATA_DIR" group:"Server or data:"`
	DatabaseURL string `help:"PostgreSQL of the server, worked on directly when no server is found." placeholder:"URL" env:"PARLEY_DATABASE_URL" group:"Server or data:"`
	RootKeyFile string `help:"File of the root key, for work without a server; in the data directory when empty." placeholder:"FILE" env:"PARLEY_ROOT_KEY_FILE" group:"Server or data:"`
	PgBin       string `help:"Folder of PostgreSQL's server binaries, for work without a server." placeholder:"DIR" env:"PARLEY_PG_BIN" group:"Server or data:"`
}

// open finds the server to talk to: the one named, or the one that a data
// directory describes. When none runs it starts all but the listener on the
// data directory or the database, in this process. The client is to be closed.
func (f adminFlags) open(g *globals) (*adminClient, error) {
	if f.Server != "" {
		d, err := f.named()
		if err != nil {
			return nil, refusal{exitRefused, err}
		}
		return newAdminClient(d.URL, d.Token), nil
	}
	d, err := f.found(g)
	switch {
	case err == nil:
		return newAdminClient(d.URL, d.Token), nil
	case !errors.Is(err, errNoServer):
		return nil, refusal{exitRefused, err}
	}
	here, ok := f.unheld()
	if !ok {
		return nil, refusal{exitRefused, err}
	}
	return f.openHere(g, here)
}

// named is the server that the flags name. The operator token of a found
// server is sent to no other.
func (f adminFlags) named() (description, error) {
	d := description{URL: strings.TrimSuffix(f.Server, "/"), Token: f.Key}
	if !strings.Contains(d.URL, "://") {
		d.URL = "http://" + d.URL
	}
	if d.Token != "" {
		return d, nil
	}
	found, err := findServer(f.DataDir)
	switch {
	case err != nil:
		return d, err
	case d.URL != found.URL:
		return d, fmt.Errorf("the server at %s needs its operator token: give it with --key or PARLEY_KEY", d.URL)
	}
	d.Token = found.Token
	return d, nil
}

// found is the first server that a data directory describes and that answers.
// One on another database than the flags name does not count.
func (f adminFlags) found(g *globals) (description, error) {
	var silent error
	for _, dir := range dataDirs(f.DataDir) {
		d, err := readDescription(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return d, err
		case f.DatabaseURL != "" && d.Database != databaseName(f.DatabaseURL):
			continue
		}
		if err := answers(g.ctx, d.URL); err != nil {
			silent = fmt.Errorf("%w: %s in %s names %s, where nobody answers (%w): start it with parley serve",
				errNoServer, descriptionFile, dir, d.URL, err)
			continue
		}
		if f.Key != "" {
			d.Token = f.Key
		}
		return d, nil
	}
	if silent != nil {
		return description{}, silent
	}
	return description{}, noServer(f.DataDir)
}

// unheld is the data directory, or the one for a database of its own, that
// may be worked on when no server was found.
func (f adminFlags) unheld() (dir string, ok bool) {
	dirs := dataDirs(f.DataDir)
	if f.DatabaseURL != "" {
		return dirs[0], true
	}
	for _, dir := range dirs {
		if embeddedpg.Exists(dir) {
			return dir, true
		}
	}
	return "", false
}

// openHere starts what parley serve starts, save the listener. Who may read
// the data may do everything, so the operator acts unless a key is named.
func (f adminFlags) openHere(g *globals, dir string) (*adminClient, error) {
	c := serveCmd{
		DataDir: dir, DatabaseURL: f.DatabaseURL, RootKeyFile: f.RootKeyFile, PgBin: f.PgBin, OperatorKey: commands.DrawSecret(),
	}
	if err := c.validate(); err != nil {
		return nil, refusal{exitUsage, err}
	}
	place := dir
	if f.DatabaseURL != "" {
		place = "the database " + databaseName(f.DatabaseURL)
		if _, err := os.Stat(c.rootKey(dir)); err != nil {
			return nil, refusal{exitRefused, fmt.Errorf("root key file: %w: name it with --root-key-file, or its folder with --data-dir", err)}
		}
	}
	fmt.Fprintf(g.stderr, "no server found on %s: working on it directly\n", place)
	logger := newQuietLogger(g.stderr)
	n, err := c.start(g, logger)
	if err != nil {
		if g.ctx.Err() != nil {
			return nil, errors.New("interrupted while starting")
		}
		return nil, err
	}
	if isKey(f.Key) {
		n.token = f.Key
	}
	a := newAdminClient(inProcessURL, n.token)
	direct := &inProcess{handler: n.server.Handler}
	a.http.Transport = direct
	a.stop = func() {
		direct.serving.Wait()
		n.stop(logger)
	}
	return a, nil
}

// isKey tells a key with its secret from an operator token.
func isKey(credential string) bool {
	name, _, _ := strings.Cut(credential, ":")
	_, _, ok := domain.KeyName(name).Split()
	return ok && name != credential
}

// databaseName says which database a URL names, without account and password;
// "" for an embedded one.
func databaseName(url string) string {
	c, err := pgx.ParseConfig(url)
	if url == "" || err != nil {
		return ""
	}
	return fmt.Sprintf("%s on %s:%d", c.Database, c.Host, c.Port)
}

// dataDirs are the folders in which a server may have left its description.
func dataDirs(dir string) []string {
	if dir != "" {
		return []string{dir}
	}
	return []string{defaultDataDir, demoDataDir}
}

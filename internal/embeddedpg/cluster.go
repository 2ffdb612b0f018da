package embeddedpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// cluster is everything needed to run PostgreSQL on one data directory.
type cluster struct {
	Config
	account account
	bin     binaries
	data    string // parley's data directory
	home    string // where the folder pg is: data, or a folder outside
	socket  string // folder of the unix socket
	locks   []*lock
	args    []string
}

func (c *cluster) dir() string     { return filepath.Join(c.home, "pg") }
func (c *cluster) logFile() string { return filepath.Join(c.data, "postgres.log") }

// openCluster takes the locks, finds the binaries and initialises the cluster
// when there is none. Whatever goes wrong, no lock stays behind.
func openCluster(ctx context.Context, cfg Config) (c *cluster, err error) {
	c = &cluster{Config: cfg}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if c.account, err = serverAccount(cfg.Logger); err != nil {
		return c, err
	}
	if c.data, err = prepareDataDir(cfg.DataDir); err != nil {
		return c, err
	}
	if err = c.lock(c.data); err != nil {
		return c, err
	}
	if c.home, err = findHome(ctx, c.data, cfg.FallbackDir, c.account); err != nil {
		return c, err
	}
	if c.home != c.data {
		cfg.Logger.Info("the database lives outside the data directory, which the server's account cannot enter",
			"cluster", c.dir(), "account", c.account.name)
		if err = c.lock(c.home); err != nil {
			return c, err
		}
	}
	major, err := c.version()
	if err != nil {
		return c, err
	}
	if c.bin, err = findBinaries(ctx, cfg.BinDir, major, c.dir()); err != nil {
		return c, err
	}
	if major == 0 {
		if err = c.initialise(ctx); err != nil {
			return c, err
		}
	}
	return c, c.prepare(ctx)
}

// prepare writes what may differ from start to start.
func (c *cluster) prepare(ctx context.Context) (err error) {
	if c.home != c.data && !exists(filepath.Join(c.data, locationFile)) {
		if err := writeFile(filepath.Join(c.data, locationFile), c.home+"\n", 0o600); err != nil {
			return fmt.Errorf("record the place of the database: %w", err)
		}
	}
	if err := writeAccess(c.dir(), c.account); err != nil {
		return err
	}
	if c.socket, err = c.makeSocketDir(ctx); err != nil {
		return err
	}
	settings := c.settings()
	settings["unix_socket_directories"] = quoteListItem(c.socket)
	if _, chosen := c.Settings["wal_compression"]; !chosen {
		settings["wal_compression"] = c.walCompression(ctx)
	}
	c.args = append([]string{"-D", c.dir()}, arguments(settings)...)
	return rotate(c.logFile())
}

// version reads the major version of the cluster, 0 when there is none.
func (c *cluster) version() (int, error) {
	text, err := os.ReadFile(filepath.Join(c.dir(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("version of the cluster: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || major <= 0 {
		return 0, fmt.Errorf("version of the cluster in %s: %q is not a number; restore the folder from a backup",
			c.dir(), text)
	}
	return major, nil
}

// walCompression asks the server whether it was built with lz4.
func (c *cluster) walCompression(ctx context.Context) string {
	err := c.account.run(ctx, "", c.bin.postgres(), "-D", c.dir(), "-c", "wal_compression=lz4", "-C", "wal_compression")
	if err != nil {
		return "on"
	}
	return "lz4"
}

func (c *cluster) lock(dir string) error {
	l, err := lockDir(dir)
	if err == nil {
		c.locks = append(c.locks, l)
	}
	return err
}

// close gives up the locks and the socket's folder when that was a private one.
func (c *cluster) close() {
	if c.socket != "" && filepath.Dir(c.socket) != c.home {
		_ = os.RemoveAll(c.socket) // a leftover in the temporary folder does no harm
	}
	for _, l := range c.locks {
		l.release()
	}
}

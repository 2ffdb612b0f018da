package embeddedpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// halfMade is the pattern of clusters that are still being made.
const halfMade = "pg.new-*"

// initdbArgs: locale C compares fast and sorts alike on each machine; -k adds
// checksums; the sync is ours, once, when all is written.
var initdbArgs = []string{"-U", superuser, "--no-locale", "-E", "UTF8", "-k", "-A", "peer", "--no-sync"}

// initialise makes the cluster in a folder of its own and renames it when it
// is complete, so a crash in the middle leaves nothing that looks like one.
func (c *cluster) initialise(ctx context.Context) error {
	began := time.Now()
	if err := c.removeHalfMade(ctx); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(c.home, halfMade)
	if err != nil {
		return fmt.Errorf("initialise the database: %w", err)
	}
	if err = c.fill(ctx, dir); err == nil {
		err = c.publish(dir)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("initialise the database: %w", err), os.RemoveAll(dir))
	}
	c.Logger.Info("database initialised", "cluster", c.dir(), "server", c.bin.version, "took", time.Since(began))
	return nil
}

// removeHalfMade deletes what a killed predecessor left. The data directory's
// lock is held, so nobody begins work in there; but what the predecessor's
// initdb had started may live on for a moment and write.
func (c *cluster) removeHalfMade(ctx context.Context) error {
	left, _ := filepath.Glob(filepath.Join(escapeGlob(c.home), halfMade)) // the pattern is well-formed
	for _, dir := range left {
		if err := removeBusy(ctx, dir); err != nil {
			return fmt.Errorf("remove an unfinished database: %w", err)
		}
	}
	return nil
}

// removeBusy deletes a folder in which somebody may still be writing, who
// ends soon.
func removeBusy(ctx context.Context, dir string) error {
	for began := time.Now(); ; {
		err := os.RemoveAll(dir)
		if err == nil || time.Since(began) > patience {
			return err
		}
		if stopped := pause(ctx, 20*time.Millisecond); stopped != nil {
			return errors.Join(err, stopped)
		}
	}
}

// fill puts a complete cluster into dir.
func (c *cluster) fill(ctx context.Context, dir string) error {
	if err := errors.Join(os.Chmod(dir, 0o700), c.account.own(dir)); err != nil {
		return err
	}
	if c.TemplateDir == "" {
		return c.initdb(ctx, dir)
	}
	return c.fromTemplate(ctx, dir)
}

func (c *cluster) initdb(ctx context.Context, dir string) error {
	if err := c.account.run(ctx, "", c.bin.initdb(), append([]string{"-D", dir}, initdbArgs...)...); err != nil {
		return err
	}
	// A single-user server stops at the first error and needs no socket.
	return c.account.run(ctx, "CREATE DATABASE "+database+"\n", c.bin.postgres(),
		"--single", "-D", dir, "-c", "exit_on_error=on", "-c", "fsync=off", "postgres")
}

// publish makes the folder durable and gives it its name.
func (c *cluster) publish(dir string) error {
	if !c.Ephemeral {
		if err := syncTree(dir); err != nil {
			return err
		}
	}
	if err := os.Rename(dir, c.dir()); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s is not empty but no database; move it away: %w", c.dir(), err)
		}
		return err
	}
	return syncPath(c.home)
}

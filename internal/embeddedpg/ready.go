package embeddedpg

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// patience bounds the wait for a predecessor to end.
const patience = 60 * time.Second

// up starts a process and returns it when it answers queries. A predecessor
// that is still dying is waited for.
func (c *cluster) up(ctx context.Context) (*process, error) {
	ctx, cancel := context.WithTimeout(ctx, c.StartTimeout)
	defer cancel()
	if err := c.awaitVacant(ctx); err != nil {
		return nil, err
	}
	for began := time.Now(); ; {
		p, err := c.launch()
		if err != nil {
			return nil, err
		}
		err = c.awaitReady(ctx, p)
		if err == nil {
			return p, nil
		}
		stopProcess(context.Background(), p)
		exit, ok := errors.AsType[*exitError](err)
		if !ok || !exit.transient() || time.Since(began) > patience {
			return nil, err
		}
		c.Logger.Info("waiting for the last PostgreSQL on this data directory to end")
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// awaitReady waits until a query succeeds: during crash recovery the socket
// takes connections and refuses them.
func (c *cluster) awaitReady(ctx context.Context, p *process) error {
	began, told := time.Now(), time.Now()
	for {
		err := c.check(ctx)
		if err == nil {
			p.ready = time.Now()
			return nil
		}
		if permanent(err) {
			return err
		}
		if time.Since(told) > 5*time.Second {
			told = time.Now()
			c.Logger.Info("waiting for PostgreSQL, it may be replaying its log after a crash",
				"for", time.Since(began).Round(time.Second), "answer", err)
		}
		select {
		case <-p.done:
			return p.exited()
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL takes no queries after %s, see %s: %w",
				time.Since(began).Round(time.Second), c.logFile(), errors.Join(ctx.Err(), err))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// check runs one query, and on a durable server makes sure that it is one:
// settings of a role or a database beat those of the command line.
func (c *cluster) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url(database))
	if err != nil {
		return err
	}
	defer conn.Close(context.Background())
	var fsync, pages, commit string
	err = conn.QueryRow(ctx, `
		SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')`,
	).Scan(&fsync, &pages, &commit)
	if err != nil {
		return err
	}
	if !c.Ephemeral && (fsync == "off" || pages == "off" || commit == "off") {
		return &unsafeError{fsync, pages, commit}
	}
	return nil
}

// unsafeError refuses a server that could lose what it has acknowledged.
type unsafeError struct{ fsync, pages, commit string }

func (e *unsafeError) Error() string {
	return fmt.Sprintf("PostgreSQL would lose data in a crash (fsync=%s, full_page_writes=%s, synchronous_commit=%s); "+
		"remove the setting (ALTER ROLE parley RESET ALL; ALTER DATABASE parley RESET ALL)", e.fsync, e.pages, e.commit)
}

// permanent says that waiting will not help.
func permanent(err error) bool {
	if _, ok := errors.AsType[*unsafeError](err); ok {
		return true
	}
	answer, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return false // not listening yet
	}
	// Class 57 is a server that starts or stops, 53 one that is short of
	// something. All else, such as a missing database, stays as it is.
	return !strings.HasPrefix(answer.Code, "57") && !strings.HasPrefix(answer.Code, "53")
}

// pause waits unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

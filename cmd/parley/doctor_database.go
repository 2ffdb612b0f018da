package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/internal/embeddedpg"
	"parley/internal/keyring"
	"parley/internal/server"
	"parley/projections"
)

const checkRootKey = "root key"

// lookAtRootKey reads the file; nil when it cannot be used.
func (p *patient) lookAtRootKey() (inFile map[int]string) {
	path := p.settings.rootKey(p.settings.DataDir)
	inFile, err := keyring.RootFingerprints(path)
	var refused *keyring.RootKeyError
	switch {
	case errors.As(err, &refused):
		p.failed(checkRootKey, refused.Remedy, "%s %s (%s)", path, refused.Reason, refused.Detail)
	case errors.Is(err, fs.ErrNotExist) && !embeddedpg.Exists(p.settings.DataDir) && p.settings.DatabaseURL == "":
		p.ok(checkRootKey, "%s is made by the first start; back it up apart from the database", path)
	case errors.Is(err, fs.ErrNotExist) && p.settings.DatabaseURL != "":
		return map[int]string{} // the database knows whether one is needed
	case err != nil:
		p.failed(checkRootKey, "restore it from its backup or copy it from another node; without it nothing that is sealed can be read", "%s", err)
	default:
		return inFile
	}
	return nil
}

// lookAtDatabase looks at the database if it runs.
func (p *patient) lookAtDatabase(inFile map[int]string) {
	const check = "database"
	url := p.settings.DatabaseURL
	if url == "" {
		var err error
		if url, err = embeddedpg.RunningURL(p.settings.DataDir); err != nil || url == "" {
			p.skipped(check, "it does not run; its settings, schema and read models are looked at while parley serve runs")
			p.describeRootKey(inFile, nil)
			p.lookAtClock()
			return
		}
	}
	conn, err := server.Look(p.ctx, url)
	if err != nil {
		p.failed(check, "check PARLEY_DATABASE_URL, the network and that PostgreSQL runs", "it does not answer: %s", err)
		p.describeRootKey(inFile, nil)
		p.lookAtClock()
		return
	}
	defer conn.Close(context.WithoutCancel(p.ctx))
	p.lookAtDatabaseSettings(conn)
	p.lookAtDatabaseClock(conn)
	steps, err := server.Migrations(p.ctx, conn)
	pending := 0
	for _, m := range steps {
		if m.Applied.IsZero() {
			pending++
		}
	}
	switch {
	case err != nil:
		p.failed("schema", "use the newest parley that has run on this database", "%s", err)
	case pending == len(steps):
		p.ok("schema", "the database is empty; the first start makes it")
	case pending > 0:
		p.warning("schema", "parley migrate applies it, or the next start", "%d steps are pending", pending)
	default:
		p.ok("schema", "version %d", steps[len(steps)-1].Version)
	}
	if err != nil || pending > 0 {
		p.describeRootKey(inFile, nil)
		return
	}
	known, err := keyring.Generations(p.ctx, conn)
	if err != nil {
		p.failed(checkRootKey, "see that the account of the database may read its tables", "%s", err)
		return
	}
	p.describeRootKey(inFile, known)
	p.lookAtLog(conn)
	p.lookAtProjections(conn)
}

// describeRootKey holds the file against what the database uses.
func (p *patient) describeRootKey(inFile, known map[int]string) {
	path := p.settings.rootKey(p.settings.DataDir)
	if inFile == nil {
		return // said already
	}
	var refused *keyring.RootKeyError
	switch err := keyring.CompareRoots(path, inFile, known); {
	case errors.As(err, &refused):
		p.failed(checkRootKey, refused.Remedy, "%s %s (%s)", path, refused.Reason, refused.Detail)
	case len(inFile) == 0:
		p.ok(checkRootKey, "%s is made by the first start", path)
	case len(known) == 0:
		p.ok(checkRootKey, "%s, fingerprint %s; not compared with a database", path, inFile[newest(inFile)])
	default:
		p.ok(checkRootKey, "%s, fingerprint %s, as the database uses it", path, inFile[newest(known)])
	}
}

func newest(generations map[int]string) int {
	return slices.Max(slices.Collect(maps.Keys(generations)))
}

func (p *patient) lookAtDatabaseSettings(conn *pgx.Conn) {
	const check = "database"
	var version, fsync, pages, commit string
	var number int
	err := conn.QueryRow(p.ctx, `
		SELECT current_setting('server_version'), current_setting('server_version_num')::int, current_setting('fsync'),
			current_setting('full_page_writes'), current_setting('synchronous_commit')`).Scan(&version, &number, &fsync, &pages, &commit)
	settings := fmt.Sprintf("fsync=%s, full_page_writes=%s, synchronous_commit=%s", fsync, pages, commit)
	switch {
	case err != nil:
		p.failed(check, "see the log of the database", "%s", err)
	case number < 140000:
		p.failed(check, "move the data to PostgreSQL 14 or newer with pg_upgrade", "PostgreSQL %s is too old", version)
	case fsync == "off" || pages == "off" || commit == "off":
		p.failed(check, "switch them on: ALTER SYSTEM, ALTER ROLE or ALTER DATABASE ... RESET, then reload",
			"PostgreSQL %s would lose data in a crash: %s", version, settings)
	default:
		p.ok(check, "PostgreSQL %s, %s", version, settings)
	}
}

const checkClock = "clock"

// lookAtClock is all that can be said without another clock.
func (p *patient) lookAtClock() {
	now := time.Now()
	if now.Year() < 2026 || now.Year() > 2100 {
		p.failed(checkClock, "set it, for example with chrony or systemd-timesyncd", "it says %s", now.UTC().Format(time.RFC3339))
		return
	}
	p.ok(checkClock, "it says %s", now.UTC().Format(time.RFC3339))
}

func (p *patient) lookAtDatabaseClock(conn *pgx.Conn) {
	p.lookAtClock()
	var at time.Time
	asked := time.Now()
	if err := conn.QueryRow(p.ctx, `SELECT clock_timestamp()`).Scan(&at); err != nil {
		p.failed("clock of the database", "see the log of the database", "%s", err)
		return
	}
	p.compareClocks("clock of the database", asked, at, 0)
}

// lookAtLog sees that nothing was recorded in what is the future here.
func (p *patient) lookAtLog(conn *pgx.Conn) {
	const check = "log"
	var position int64
	var at time.Time
	err := conn.QueryRow(p.ctx, `SELECT position, last_recorded_at FROM es_head`).Scan(&position, &at)
	switch {
	case err != nil:
		p.failed(check, "restore the database from a backup", "its head cannot be read: %s", err)
	case time.Until(at) > worstSkew:
		p.failed(check, "set the clock; until it has caught up, new events carry that time", "the newest event was recorded at %s, which is ahead of the clock", at.UTC().Format(time.RFC3339))
	default:
		p.ok(check, "%d events", position)
	}
}

// behind is from how many events on a read model that is behind is worth a
// word, when a server runs that should keep it.
const behind = 100_000

func (p *patient) lookAtProjections(conn *pgx.Conn) {
	for _, projection := range projections.All {
		check := "projection " + projection.Name
		var lag, parked int64
		err := conn.QueryRow(p.ctx, `
			SELECT (SELECT position FROM es_head) - p.position, (
				SELECT count(*) FROM parked k
				WHERE k.projection = p.name AND k.code_version = p.code_version AND k.build = p.build)
			FROM projections p
			WHERE p.name = $1 AND p.code_version = $2 AND p.state = 'live'`, projection.Name, projection.Version).Scan(&lag, &parked)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			p.warning(check, "parley projections prepare builds it beside the running server; else the next start does", "there is none for this version of parley")
		case err != nil:
			p.failed(check, "see the log of the database", "%s", err)
		case parked > 0:
			p.failed(check, "parley projections list shows them; mend what is wrong, then parley projections rebuild "+projection.Name, "%d parts are parked: they could not be applied", parked)
		case lag > behind && p.server != "":
			p.failed(check, "see the log of the server; parley projections list shows whether it moves", "it is %d events behind", lag)
		default:
			p.ok(check, "%d events behind", lag)
		}
	}
}

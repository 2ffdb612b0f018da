package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"parley/api"
	"parley/internal/embeddedpg"
	"parley/internal/keyring"
	"parley/internal/server"
	"parley/internal/signals"
)

type serveCmd struct {
	Addr        string `help:"Address to serve on." default:"127.0.0.1:8080" env:"PARLEY_ADDR"`
	AdminAddr   string `help:"Address of metrics and profiles; a free port when empty." env:"PARLEY_ADMIN_ADDR"`
	DataDir     string `help:"Folder of the embedded database, the keys, the operator token and the files that users send; ./parley-data when empty." env:"PARLEY_DATA_DIR"`
	DatabaseURL string `help:"PostgreSQL to use instead of an embedded one." env:"PARLEY_DATABASE_URL"`
	NatsURL     string `help:"NATS servers for signals between nodes, separated by commas; over the database when empty." name:"nats-url" placeholder:"URL" env:"PARLEY_NATS_URL"`
	EventStore  string `help:"Where the log is." default:"postgres" enum:"postgres" env:"PARLEY_EVENT_STORE"`
	Bootstrap   string `help:"YAML file that declares apps and keys." placeholder:"FILE" env:"PARLEY_BOOTSTRAP"`
	RootKeyFile string `help:"File of the root key; in the data directory when empty." env:"PARLEY_ROOT_KEY_FILE"`
	OperatorKey string `help:"Operator token, at least 32 characters; generated in the data directory when empty." env:"PARLEY_OPERATOR_KEY"`
	PgBin       string `help:"Folder of PostgreSQL's server binaries." env:"PARLEY_PG_BIN"`
	LogFormat   string `help:"text, json or auto: text on a terminal." default:"auto" enum:"auto,text,json" env:"PARLEY_LOG_FORMAT"`

	AccessLog  string        `help:"Requests that get a line in the log: slow (faults, and what takes longer than a second), all or off." default:"slow" enum:"slow,all,off" env:"PARLEY_ACCESS_LOG"`
	DrainDelay time.Duration `help:"How long it goes on to listen after SIGTERM, not ready any more, so that a balancer notices." default:"2s" env:"PARLEY_DRAIN_DELAY"`

	assetFlags
	AttachmentTypes []string `help:"Content types that attachments may have; the usual ones when empty." placeholder:"TYPE/SUBTYPE" env:"PARLEY_ATTACHMENT_TYPES"`
	CORSOrigins     []string `help:"Web origins whose scripts may use the API, as https://chat.example.com, separated by commas; none when empty." name:"cors-origins" placeholder:"ORIGIN" env:"PARLEY_CORS_ORIGINS"`
	LimitLoopback   bool     `help:"Limit failures to authenticate of peers on this machine as well: for a reverse proxy here." env:"PARLEY_LIMIT_LOOPBACK"`

	models *buildings
}

// Help shows examples.
func (*serveCmd) Help() string {
	return `Without settings it runs on a PostgreSQL of its own in ./parley-data. The first
start makes the app demo and prints how to use it. SIGTERM ends it in good order:
requests under way are finished.

Examples:

  parley serve
  parley serve --addr 0.0.0.0:8080 --data-dir /var/lib/parley/data
  parley serve --database-url postgres://parley@db.internal/parley --bootstrap apps.yaml`
}

// Timeouts of the HTTP server.
const (
	headerTimeout = 5 * time.Second
	bodyTimeout   = 10 * time.Second
	writeTimeout  = 30 * time.Second
	idleTimeout   = 60 * time.Second
	maxHeader     = 32 << 10
)

// Run serves until the context ends.
func (c *serveCmd) Run(g *globals) error {
	return c.run(g, func(context.Context, *server.Server, string) error { return nil })
}

// run serves; ready is called when everything runs, before the server says so.
func (c *serveCmd) run(g *globals, ready func(ctx context.Context, s *server.Server, url string) error) error {
	logger := newLogger(c.LogFormat, g.stderr)
	tuneMemory()
	var declared bootstrap
	if c.Bootstrap != "" {
		var err error
		if declared, err = readBootstrap(c.Bootstrap); err != nil {
			return refusal{exitUsage, err}
		}
	}
	if err := c.validate(); err != nil {
		return refusal{exitUsage, err}
	}
	// The ports come first: when one is taken nothing else is touched.
	listener, err := listen(c.Addr, logger)
	if err != nil {
		return refusal{exitRefused, err}
	}
	defer func() { _ = listener.Close() }() // a drain has done it
	scraped := &front{building: buildingsOn(g)}
	admin, err := serveAdmin(c.AdminAddr, scraped)
	if err != nil {
		return refusal{exitRefused, err}
	}
	defer admin.Close()
	logger.Info("admin listener", "addr", admin.Addr)
	c.models = scraped.building
	front := &front{building: c.models}
	h := &http.Server{
		Handler: front, ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	serving := make(chan error, 1)
	go func() { serving <- h.Serve(listener) }()
	defer h.Close()

	url := "http://" + listener.Addr().String()
	c.ownURL = url + assetPath
	n, err := c.start(g, logger)
	if g.ctx.Err() != nil && err != nil {
		return errors.New("interrupted while starting")
	}
	if err != nil {
		return err
	}
	defer n.stop(logger)
	if err := c.prepare(g, n, declared, url, logger); err != nil {
		return err
	}
	if err := ready(g.ctx, n.server, url); err != nil {
		return err
	}
	front.set(n.server.Handler)
	scraped.set(n.server.Metrics)
	fmt.Fprintf(g.stdout, "ready on %s\n", url)

	select {
	case <-g.ctx.Done():
		return c.drain(n, h, listener, serving, logger)
	case err := <-serving:
		return fmt.Errorf("serve: %w", err)
	case <-n.postgresGone():
		return fmt.Errorf("the embedded PostgreSQL cannot be kept running: %w; see %s", n.postgres.Wait(), n.postgres.LogFile())
	}
}

// memoryLimit is the size from which the collector works harder.
const memoryLimit = 512 << 20

// tuneMemory trades memory for time: what is live is small beside what
// requests throw away. Settings in the environment win.
func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}

// validate finds what is wrong with the settings before anything is touched.
func (c *serveCmd) validate() error {
	if c.DataDir == "" {
		c.DataDir = defaultDataDir
	}
	for _, addr := range []string{c.Addr, c.AdminAddr} {
		if _, _, err := net.SplitHostPort(addr); addr != "" && err != nil {
			return fmt.Errorf("address %q: want host:port", addr)
		}
	}
	if c.OperatorKey != "" && len(c.OperatorKey) < minSecret {
		return fmt.Errorf("the operator token needs at least %d characters", minSecret)
	}
	if c.DrainDelay < 0 || c.DrainDelay > maxDrainDelay {
		return fmt.Errorf("drain delay %s: want 0 to %s", c.DrainDelay, maxDrainDelay)
	}
	for _, t := range c.AttachmentTypes {
		if media, params, err := mime.ParseMediaType(t); err != nil || len(params) > 0 || media != t || !strings.Contains(t, "/") {
			return fmt.Errorf("attachment type %q: want type/subtype in lower case, as in image/png", t)
		}
	}
	if err := c.assetFlags.check(); err != nil {
		return err
	}
	if err := server.CheckOrigins(c.CORSOrigins); err != nil {
		return err
	}
	return c.checkPlaces()
}

// checkPlaces looks at the URLs of what nodes have in common.
func (c *serveCmd) checkPlaces() error {
	if c.NatsURL != "" {
		if err := signals.CheckNATS(c.NatsURL); err != nil {
			return err
		}
		if c.DatabaseURL == "" {
			return errors.New("a NATS URL is for several nodes on one database: set --database-url or PARLEY_DATABASE_URL as well")
		}
	}
	if c.DatabaseURL != "" {
		return server.CheckURL(c.DatabaseURL)
	}
	return nil
}

// maxDrainDelay is what a balancer may need to notice.
const maxDrainDelay = 5 * time.Minute

const defaultDataDir = "./parley-data"

// useDatabase sees that an external database answers before it makes the data
// directory.
func (c *serveCmd) useDatabase(g *globals, dir string) error {
	if err := server.Ping(g.ctx, c.DatabaseURL); err != nil {
		return fmt.Errorf("the database does not answer; check PARLEY_DATABASE_URL and that it runs: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	return nil
}

// front answers 503 until the service behind it is ready, with what it is
// building if it has to build first.
type front struct {
	handler  atomic.Pointer[http.Handler]
	building *buildings
}

func (f *front) set(h http.Handler) { f.handler.Store(&h) }

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := f.handler.Load(); h != nil {
		(*h).ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/healthz" {
		io.WriteString(w, `{"status":"ok"}`)
		return
	}
	w.Header().Set("Retry-After", api.RetryAfter())
	w.WriteHeader(http.StatusServiceUnavailable)
	message := "the service is starting"
	if what := f.building.String(); what != "" {
		message = what
	}
	_ = json.NewEncoder(w).Encode(map[string]any{ // the client may have gone
		"data": nil, "status": "starting", "error": map[string]string{"code": "UNAVAILABLE", "message": message},
	})
}

// node is what runs below the listener.
type node struct {
	postgres  *embeddedpg.Server // nil with an external database
	server    *server.Server
	dir       string
	token     string
	described bool
}

func (n *node) postgresGone() <-chan struct{} {
	if n.postgres == nil {
		return nil
	}
	return n.postgres.Done()
}

func (n *node) stop(logger *slog.Logger) {
	if n.described {
		removeDescription(n.dir)
	}
	if n.server != nil {
		n.server.Close()
	}
	if n.postgres != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := n.postgres.Stop(ctx); err != nil {
			logger.Warn("stop the embedded PostgreSQL", "err", err)
		}
	}
}

// start brings up the database, if it is ours, and the service over it.
func (c *serveCmd) start(g *globals, logger *slog.Logger) (_ *node, err error) {
	if c.models == nil {
		c.models = buildingsOn(g)
	}
	defer c.models.finish()
	n := &node{}
	if n.dir, err = filepath.Abs(c.DataDir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			n.stop(logger)
		}
	}()
	url := c.DatabaseURL
	if url == "" {
		n.postgres, err = embeddedpg.Start(g.ctx, embeddedpg.Config{DataDir: n.dir, BinDir: c.PgBin, Logger: logger})
		if err != nil {
			return nil, explainPostgres(err)
		}
		url = n.postgres.URL()
	} else if err := c.useDatabase(g, n.dir); err != nil {
		return nil, refusal{exitRefused, err}
	}
	if n.token, err = keptSecret(c.OperatorKey, n.dir, operatorFile); err != nil {
		return nil, refusal{exitRefused, err}
	}
	files, err := c.assetFlags.settings(n.dir)
	if err != nil {
		return nil, refusal{exitRefused, err}
	}
	n.server, err = server.Open(g.ctx, server.Config{
		DatabaseURL: url, Shared: c.DatabaseURL != "", NATS: c.NatsURL, RootKeyFile: c.rootKey(n.dir), Operator: n.token, Logger: logger,
		AttachmentTypes: c.AttachmentTypes, Building: c.models.note, Assets: files, CORSOrigins: c.CORSOrigins, LimitLoopback: c.LimitLoopback,
		AccessLog: c.AccessLog,
	})
	var root *keyring.RootKeyError
	if errors.As(err, &root) {
		return nil, refusal{exitRefused, err}
	}
	return n, err
}

func (c *serveCmd) rootKey(dir string) string {
	if c.RootKeyFile != "" {
		return c.RootKeyFile
	}
	return filepath.Join(dir, "root.key")
}

func explainPostgres(err error) error {
	var missing *embeddedpg.MissingBinariesError
	if errors.As(err, &missing) {
		return refusal{exitPostgres, err}
	}
	return refusal{exitRefused, err}
}

// prepare declares apps and writes server.json. The first start without a
// bootstrap file makes an app and says how to use it. Of several nodes that
// start at once one does that.
func (c *serveCmd) prepare(g *globals, n *node, declared bootstrap, url string, logger *slog.Logger) error {
	err := n.server.Alone(g.ctx, "start", func() error { return c.declare(g, n, declared, url, logger) })
	if err != nil {
		return err
	}
	d := description{URL: url, Token: n.token, PID: os.Getpid(), Database: databaseName(c.DatabaseURL)}
	if err := writeDescription(n.dir, d); err != nil {
		return err
	}
	n.described = true
	return nil
}

func (c *serveCmd) declare(g *globals, n *node, declared bootstrap, url string, logger *slog.Logger) error {
	head, err := n.server.Log.Head(g.ctx)
	if err != nil {
		return err
	}
	if err := declared.apply(g.ctx, n.server.Commands, logger); err != nil {
		return err
	}
	unfinished, err := c.firstStartUnfinished(g, n)
	if err != nil {
		return err
	}
	if c.Bootstrap == "" && (head == 0 || unfinished) {
		return firstStart(g, n.server, url)
	}
	return nil
}

// firstStartUnfinished reports whether a first start was killed after it made
// its app and before the app had a key.
func (c *serveCmd) firstStartUnfinished(g *globals, n *node) (bool, error) {
	exists, err := n.server.Commands.HasApp(g.ctx, firstApp)
	if err != nil || !exists {
		return false, err
	}
	keys, err := n.server.Commands.SigningKeys(g.ctx, firstApp, "")
	return len(keys) == 0, err
}

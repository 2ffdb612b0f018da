package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/api"
	"parley/api/admin"
	"parley/api/files"
	"parley/api/native"
	"parley/commands"
	"parley/domain"
	"parley/internal/assets"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/eventstore/postgres"
	"parley/internal/keyring"
	"parley/internal/limits"
	"parley/internal/metrics"
	"parley/internal/nodes"
	"parley/internal/presence"
	"parley/internal/signals"
	"parley/internal/typing"
	"parley/projections"
	"parley/queries"
)

// Config says over what a Server runs. DatabaseURL, RootKeyFile and Operator
// are required.
type Config struct {
	DatabaseURL string
	// Shared says that other processes may use the database.
	Shared bool
	// NATS are the URLs of the servers for signals between nodes; empty for
	// the database.
	NATS        string
	RootKeyFile string
	Operator    string // the operator token
	Logger      *slog.Logger
	Now         func() time.Time
	// AttachmentTypes are the content types of attachments; none for the
	// usual ones.
	AttachmentTypes []string
	Assets          Assets
	// CORSOrigins are the web origins whose scripts may use the native face and
	// signed URLs.
	CORSOrigins []string
	// LimitLoopback counts failures to authenticate of peers on this machine
	// as well.
	LimitLoopback bool
	// PresenceGrace is how long a user is present after the last socket;
	// default 15 s.
	PresenceGrace time.Duration
	// SocketQueue is how many frames may wait for one socket; 0: 1,024.
	SocketQueue int
	// Building hears how far read models are that this version has to build
	// before it starts; nil if nobody cares.
	Building func(projections.Progress)
	// AccessLog says which requests get a line in the log: slow (the default:
	// faults, and what takes longer than a second), all or off.
	AccessLog string
	// Unsafe accepts a database that may forget what it acknowledged; for
	// tests.
	Unsafe bool
}

// Assets says where files are and how their URLs are signed; folder, key and
// URL are required.
type Assets struct {
	assets.Config
	Dir      string
	Reserved int64 // bytes of the disk that stay free
}

// Server is a running parley without a listener.
type Server struct {
	Handler     http.Handler
	Commands    *commands.Service
	Queries     *queries.Service
	Projections *projections.Runtime
	Log         *postgres.Log
	Pool        *pgxpool.Pool
	Assets      *assets.Service
	Presence    *presence.Tracker
	Sockets     *native.Sockets
	Node        *nodes.Node
	Metrics     http.Handler // for the admin listener

	disk    *assets.Disk
	logger  *slog.Logger
	keys    *keyring.Ring
	tokens  *auth.Native
	bounds  *limits.Limiter
	live    atomic.Pointer[native.Sockets]
	signals *signals.Bus
	typing  *typing.Board
	now     func() time.Time
	cancel  context.CancelFunc
	loops   sync.WaitGroup
	before  []func()

	draining atomic.Bool
	lanes    *api.Lanes
	sources  *metrics.Sources
	metrics  *metrics.Metrics
}

// BeforeClose has f called when Close begins, while everything still runs.
func (s *Server) BeforeClose(f func()) { s.before = append(s.before, f) }

// Open migrates the database and starts everything. The context bounds the
// start only; Close stops the server.
func Open(ctx context.Context, c Config) (_ *Server, err error) {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if err := domain.CheckEvents(); err != nil {
		return nil, err
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s := &Server{logger: c.Logger, now: c.Now, cancel: cancel}
	s.startMetrics()
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if s.Pool, err = connect(ctx, c.DatabaseURL); err != nil {
		return nil, err
	}
	if err := Migrate(ctx, s.Pool, c.Logger); err != nil {
		return nil, err
	}
	if err := s.joinNodes(ctx, c); err != nil {
		return nil, err
	}
	if s.keys, err = keyring.Open(ctx, s.Pool, keyring.Config{RootKeyFile: c.RootKeyFile, Logger: c.Logger}); err != nil {
		return nil, err
	}
	s.Log, err = postgres.Open(ctx, s.Pool, postgres.Config{
		Shared: c.Shared, Unsafe: c.Unsafe, Now: c.Now, Logger: c.Logger, Appended: s.metrics.Appended,
	})
	if err != nil {
		return nil, err
	}
	if err := s.startServices(ctx, running, c); err != nil {
		return nil, err
	}
	if err := s.startAssets(running, c); err != nil {
		return nil, err
	}
	if err := s.startLive(running, c); err != nil {
		return nil, err
	}
	return s, s.faces(c)
}

func (s *Server) startAssets(running context.Context, c Config) (err error) {
	if err := c.Assets.Validate(); err != nil {
		return err
	}
	if s.disk, err = assets.OpenDisk(c.Assets.Dir, c.Assets.Reserved); err != nil {
		return err
	}
	settings := c.Assets.Config
	settings.Store, settings.Types, settings.Now, settings.Logger = s.disk, c.AttachmentTypes, c.Now, c.Logger
	if s.Assets, err = assets.New(settings); err != nil {
		return err
	}
	s.loops.Go(func() { s.Assets.Run(running) })
	return nil
}

func (s *Server) startServices(ctx, running context.Context, c Config) (err error) {
	models := projections.Config{Log: s.Log, DB: s.Pool, Logger: c.Logger, Switched: s.refreshSockets}
	if err := projections.Prepare(ctx, models, projections.PrepareOptions{Notify: c.Building}); err != nil {
		return err
	}
	models.Peers = s.peers(c)
	if s.Projections, err = projections.New(ctx, models); err != nil {
		return err
	}
	board, heard, err := s.openTyping(running, c)
	if err != nil {
		return err
	}
	s.Queries = queries.New(s.Pool, s.keys, s.Projections).WithTypists(board)
	s.Commands, err = commands.New(commands.Config{
		Log: s.Log, Keys: s.keys, Logger: c.Logger, Now: c.Now,
		Applied: s.Projections.Applied, Fingerprint: keyring.Fingerprint, Typing: board,
		Erased: func(app domain.AppID, user domain.UserID) {
			s.keys.Forget(app, domain.UserSubject(user, 0))
			s.Queries.Forget()
		},
		Cleared: func(app domain.AppID, node domain.NodeID) { s.Presence.Cleared(app, node) },
	})
	if err != nil {
		return err
	}
	if err := s.openPresence(c); err != nil {
		return err
	}
	s.loops.Go(func() { board.Follow(heard) })
	started := make(chan struct{})
	failed := make(chan error, 1)
	s.loops.Go(func() { failed <- s.Commands.Run(running, started) })
	s.loops.Go(func() {
		if err := s.Projections.Run(running); err != nil {
			c.Logger.Error("projections ended", "err", err)
		}
	})
	select {
	case <-started:
		s.runPresence(running)
		return nil
	case err := <-failed:
		return fmt.Errorf("follow the log: %w", err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Server) faces(c Config) error {
	observe := s.observer(c)
	talk, err1 := api.CORS(c.CORSOrigins, (&native.Server{
		Commands: s.Commands, Queries: s.Queries, Tokens: s.tokens, Limits: s.bounds, Logger: c.Logger, AttachmentTypes: c.AttachmentTypes,
		Assets: s.Assets, Sockets: s.Sockets, Observe: observe,
	}).Handler())
	content, err2 := api.CORS(c.CORSOrigins, (&files.Server{Assets: s.Assets, Logger: c.Logger, Now: c.Now, Observe: observe}).Handler())
	docs, err3 := api.Docs()
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	s.Handler = api.Handler(api.Faces{
		Native: talk,
		Files:  content,
		Admin: (&admin.Server{
			Commands: s.Commands, Queries: s.Queries, Audit: &audit.Reader{Log: s.Log, Opener: s.keys}, Projections: s.Projections,
			Operator: c.Operator, Failures: s.bounds, Logger: c.Logger, Now: c.Now, Observe: observe,
		}).Handler(),
		Health: api.Health(s.checks(), s.draining.Load), Lanes: s.lanes, Draining: s.draining.Load,
		Docs: docs,
	})
	return nil
}

// Close stops everything and waits for it.
func (s *Server) Close() {
	for _, f := range s.before {
		f()
	}
	if s.Sockets != nil {
		s.Sockets.Close()
	}
	s.cancel()
	s.loops.Wait()
	if s.Commands != nil {
		s.Commands.Wait()
	}
	s.leaveNodes()
	s.closeAssets()
	if s.Log != nil {
		if err := s.Log.Close(); err != nil {
			s.logger.Warn("close the log", "err", err)
		}
	}
	if s.keys != nil {
		s.keys.Close()
	}
	if s.Pool != nil {
		s.Pool.Close()
	}
}

func (s *Server) closeAssets() {
	if s.Assets != nil {
		s.Assets.Close()
	}
	if s.disk != nil {
		if err := s.disk.Close(); err != nil {
			s.logger.Warn("close the asset folder", "err", err)
		}
	}
}

// CheckURL refuses a malformed database URL without repeating it: it may hold a
// password.
func CheckURL(url string) error {
	_, err := parseURL(url)
	return err
}

// CheckOrigins refuses origins that CORS could not allow safely.
func CheckOrigins(origins []string) error {
	_, err := api.CORS(origins, http.NotFoundHandler())
	return err
}

// Ping connects to a database once.
func Ping(ctx context.Context, url string) error {
	config, err := parseURL(url)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if err != nil {
		return errors.New(strings.Join(strings.Fields(err.Error()), " "))
	}
	return conn.Close(ctx)
}

func parseURL(url string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database URL is malformed; want postgres://user:password@host:port/database")
	}
	return config, nil
}

func connect(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := parseURL(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = max(config.MaxConns, int32(8+4*runtime.NumCPU()))
	config.ConnConfig.ConnectTimeout = 5 * time.Second
	// Every query is served by an index. Its plan is made once, maybe while the
	// tables are empty, and must be right when they are large.
	params := config.ConnConfig.RuntimeParams
	params["plan_cache_mode"], params["jit"] = "force_generic_plan", "off"
	params["enable_seqscan"], params["enable_bitmapscan"] = "off", "off"
	// A machine that is lost holds nothing up for longer than half a minute.
	params["tcp_keepalives_idle"], params["tcp_keepalives_interval"], params["tcp_keepalives_count"] = "10", "5", "3"
	if params["application_name"] == "" {
		params["application_name"] = "parley"
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	return pool, nil
}

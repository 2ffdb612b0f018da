package projections

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/domain"
	"parley/internal/eventstore"
	"parley/internal/feed"
)

// Config is what a Runtime needs; Log and DB are required.
type Config struct {
	Log         eventstore.Log
	DB          *pgxpool.Pool
	Projections []Projection // default: All
	Limit       int          // events of a batch; default 1,000
	// Switched is called when this node goes on in another build of a
	// projection, which may hold what was parked before. It must not block.
	Switched func(projection string) // default: nobody cares
	// Grace is how long a build is kept that was replaced; default 10 s.
	Grace time.Duration
	// Peers are the other nodes on the database; nil when there are none.
	Peers  *Peers
	Logger *slog.Logger
}

// Runtime applies the log to projections: one Watermill handler each, rows
// and checkpoint in one transaction, an event delivered twice applied once.
type Runtime struct {
	log    eventstore.Log
	logger *slog.Logger
	all    []*projector
	byName map[string]*projector
	router *message.Router
	feed   *feed.Subscriber
	db     *pgx.ConnConfig
	maker  *maker
	grace  time.Duration
	peers  *Peers

	changed chan struct{} // a checkpoint is to be announced
	asked   chan struct{} // checkpoints are to be read
	leading sync.WaitGroup

	reads   atomic.Int64 // how many reads there were
	waiting atomic.Int64 // reads that wait for a position

	movedMu sync.Mutex
	moved   chan struct{} // closed when a projection moves

	mu      sync.Mutex
	life    context.Context // ends with Run
	end     context.CancelFunc
	jobs    map[jobKey]*Job
	working sync.WaitGroup
	sweep   chan struct{}
}

// New finds or makes the tables of every projection; Run then keeps them.
func New(ctx context.Context, c Config) (*Runtime, error) {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Projections == nil {
		c.Projections = All
	}
	if c.Grace == 0 {
		c.Grace = grace
	}
	r := &Runtime{
		grace: c.Grace,
		log:   c.Log, logger: c.Logger, byName: map[string]*projector{}, db: c.DB.Config().ConnConfig.Copy(),
		maker: &maker{db: c.DB, log: c.Log, logger: c.Logger}, jobs: map[jobKey]*Job{}, sweep: make(chan struct{}, 1), moved: make(chan struct{}),
		peers: c.Peers, changed: make(chan struct{}, 1), asked: make(chan struct{}, 1),
	}
	if r.peers != nil {
		r.db.RuntimeParams["idle_in_transaction_session_timeout"] = fmt.Sprint(idleTimeout.Milliseconds())
	}
	r.life, r.end = context.WithCancel(context.Background())
	for _, p := range c.Projections {
		found, err := live(ctx, c.DB, p)
		if err != nil {
			return nil, err
		}
		run := newProjector(p, found, r.db, c.Log, c.Logger)
		run.woke = r.wake
		if c.Switched != nil {
			run.switched = func() { c.Switched(p.Name) }
		}
		if r.peers != nil {
			run.lease, run.told = r.peers.Lease(p.leaseName()), func() { poke(r.changed) }
		}
		r.all = append(r.all, run)
		r.byName[p.Name] = run
	}
	router, err := message.NewRouter(message.RouterConfig{CloseTimeout: 10 * time.Second}, watermill.NewSlogLogger(quiet(c.Logger)))
	if err != nil {
		return nil, fmt.Errorf("projections: %w", err)
	}
	subscriber := feed.New(feed.Config{
		Log: c.Log, Limit: c.Limit, Logger: c.Logger,
		From: func(ctx context.Context, topic string) (eventstore.Position, error) {
			position, err := r.byName[topic].checkpoint(ctx)
			return eventstore.Position(position), err
		},
		Again: func(topic string) bool { return r.byName[topic].stopped() == nil },
	})
	router.AddMiddleware(middleware.Recoverer, middleware.Retry{
		MaxRetries: 3, InitialInterval: 20 * time.Millisecond, MaxInterval: 500 * time.Millisecond, Multiplier: 3,
		ShouldRetry: func(p middleware.RetryParams) bool { return !isPermanent(p.Err) && !errors.Is(p.Err, errBack) },
	}.Middleware)
	for _, p := range r.all {
		router.AddConsumerHandler(p.Name, p.Name, subscriber, p.handle)
	}
	r.router, r.feed = router, subscriber
	return r, nil
}

// Run applies the log until the context ends, and makes the builds that are
// asked for.
func (r *Runtime) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, r.end)
	defer stop()
	if r.peers != nil {
		if err := r.join(); err != nil {
			return err
		}
	}
	r.working.Go(func() { r.watch(r.life) })
	r.working.Go(func() { r.goOn(r.life); r.clean(r.life) })
	err := r.router.Run(ctx)
	r.mu.Lock() // no job begins from here on
	r.end()
	r.mu.Unlock()
	if r.peers != nil {
		r.leave()
	}
	r.working.Wait()
	for _, p := range r.all {
		p.tables.close()
	}
	return err
}

// watch notices at once when the database goes away. Commits of projections
// are not flushed one by one, so a crash may take the newest back together
// with their checkpoints: everything starts again at what is stored. It hears
// of other builds, too.
func (r *Runtime) watch(ctx context.Context) {
	for lost := false; ctx.Err() == nil; lost = true {
		conn, err := pgx.ConnectConfig(ctx, r.db)
		if err == nil {
			if lost { // and maybe lost again before this connection stood
				r.doubt()
			}
			err = r.listen(ctx, conn)
			conn.Close(context.WithoutCancel(ctx))
			r.doubt()
		}
		if ctx.Err() != nil {
			return
		}
		r.logger.Warn("lost the database, projections start again at their checkpoints", "err", err)
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// listen returns when the connection breaks.
func (r *Runtime) listen(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, "LISTEN "+switched); err != nil {
		return err
	}
	for {
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
		for _, p := range r.all {
			p.setStop(nil) // its tables may be right now
		}
		r.feed.Restart()
		r.nudge()
	}
}

// sweepPause is the pause before what is retired is looked at again.
const sweepPause = time.Second

// clean drops retired builds some time after each switch.
func (r *Runtime) clean(ctx context.Context) {
	var all []Projection
	for _, p := range r.all {
		all = append(all, p.Projection)
	}
	for ctx.Err() == nil {
		left, err := r.maker.sweep(ctx, all, r.grace)
		if err != nil && ctx.Err() == nil {
			r.logger.Warn("drop retired builds", "err", err)
		}
		var again <-chan time.Time
		if left > 0 || err != nil {
			again = time.After(min(sweepPause, r.grace))
		}
		select {
		case <-again:
		case <-r.sweep:
		case <-ctx.Done():
		}
	}
}

// nudge has retired builds looked at.
func (r *Runtime) nudge() {
	select {
	case r.sweep <- struct{}{}:
	default:
	}
}

// doubt makes every projection compare what it knows with what is stored.
func (r *Runtime) doubt() {
	for _, p := range r.all {
		p.doubt()
	}
	r.feed.Restart()
}

// ErrBehind says that a projection did not get to a position in time.
var ErrBehind = errors.New("the read model is behind")

// Floor is not 0 while a crash of the database may have taken back what
// readers of the named projections have seen: a position to wait for.
func (r *Runtime) Floor(names []string) (floor int64) {
	for _, name := range names {
		if p, ok := r.byName[name]; ok {
			p.mu.Lock()
			floor = max(floor, p.floor)
			p.mu.Unlock()
		}
	}
	return floor
}

// shown is how far the projections named after the first are: the first is the
// one that decides who may see what the others show, so it must not be behind.
func (r *Runtime) shown(names []string) (position int64) {
	for _, name := range names[1:] {
		if p, ok := r.byName[name]; ok {
			position = max(position, p.position.Load())
		}
	}
	return position
}

// Moved is the position up to which all named projections have applied the log
// on this node, and a channel that is closed when one of them moves on.
func (r *Runtime) Moved(names []string) (position int64, moved <-chan struct{}) {
	r.movedMu.Lock()
	moved = r.moved
	r.movedMu.Unlock()
	position = math.MaxInt64
	for _, name := range names {
		p, ok := r.byName[name]
		if !ok {
			return 0, moved
		}
		position = min(position, p.position.Load())
	}
	return position, moved
}

// wake tells who looks at Moved.
func (r *Runtime) wake() {
	r.movedMu.Lock()
	defer r.movedMu.Unlock()
	close(r.moved)
	r.moved = make(chan struct{})
}

// Wait returns when all named projections have applied the log up to a
// position, with the checkpoints that the database must show for it: a crash
// may take them back. ErrBehind when the context ends before, or at once when
// a projection is stopped below the position.
func (r *Runtime) Wait(ctx context.Context, names []string, position int64) (checkpoints []int64, err error) {
	r.reads.Add(1)
	r.waiting.Add(1)
	defer r.waiting.Add(-1)
	checkpoints = make([]int64, len(names))
	for i, name := range names {
		p, ok := r.byName[name]
		if !ok {
			return nil, fmt.Errorf("no projection %s", name)
		}
		to := position
		if i == 0 {
			to = max(to, r.shown(names))
		}
		if checkpoints[i], err = p.wait(ctx, to); err != nil {
			return nil, err
		}
	}
	return checkpoints, nil
}

// Applied is the position up to which every projection has applied the log.
func (r *Runtime) Applied() int64 {
	low := r.all[0].position.Load()
	for _, p := range r.all[1:] {
		low = min(low, p.position.Load())
	}
	return low
}

// Status is how a projection is doing on this node.
type Status struct {
	Name     string
	Version  int
	Build    int
	Position int64
	Stopped  *Stop    // nil while it runs
	Parked   []Parked // in the order of positions
}

// Stop is why a projection does not go on: its tables are not what its code
// takes them for. A rebuild helps.
type Stop struct {
	Position int64 // up to which it is applied
	Err      error
}

func (s *Stop) Error() string { return fmt.Sprintf("stopped at position %d: %v", s.Position, s.Err) }
func (s *Stop) Unwrap() error { return s.Err }

// Status lists the projections.
func (r *Runtime) Status() []Status {
	list := make([]Status, len(r.all))
	for i, p := range r.all {
		p.mu.Lock()
		list[i] = Status{
			Name: p.Name, Version: p.Version, Build: p.build, Position: p.position.Load(), Stopped: p.stop, Parked: p.parked.list(),
		}
		p.mu.Unlock()
	}
	return list
}

// Parked calls each for every partition that stands still in one of the named
// projections and that a read concerns: of a channel, or with 0 of all that
// the app has, in the name of somebody. missed is the newest event there of
// his that is not applied, 0 if none is known.
func (r *Runtime) Parked(names []string, app domain.AppID, channel domain.ChannelID, by domain.Actor, each func(name string, position, missed int64)) {
	for _, name := range names {
		p, ok := r.byName[name]
		if !ok {
			continue
		}
		p.mu.Lock()
		parked := p.parked
		p.mu.Unlock()
		for at, k := range parked {
			concerned := at.app == app && channel == 0 || at == channelPartition(app, channel) || at == userPartition(app, by.User()) ||
				p.AppWide && at == appPartition(app)
			if concerned {
				each(name, k.Position, p.missed.last(at, by))
			}
		}
	}
}

// quiet drops what Watermill's router says at info level of every start.
func quiet(l *slog.Logger) *slog.Logger { return slog.New(&minLevel{l.Handler(), slog.LevelWarn}) }

type minLevel struct {
	slog.Handler
	level slog.Level
}

func (h *minLevel) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

func (h *minLevel) WithAttrs(a []slog.Attr) slog.Handler {
	return &minLevel{h.Handler.WithAttrs(a), h.level}
}

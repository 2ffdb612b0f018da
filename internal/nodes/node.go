package nodes

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Config is what a Node needs; DB is required.
type Config struct {
	// DB is where the nodes meet. A connection apart from the pool is used to
	// renew, so that a busy pool does not cost a lease.
	DB *pgxpool.Pool
	// TTL is how long a node counts after it has renewed; default 4 s.
	TTL time.Duration
	// Every is how often it renews; default TTL/4.
	Every  time.Duration
	Logger *slog.Logger // default: slog.Default()
}

// Node is this process among those that serve the database.
type Node struct {
	id      string
	db      *pgxpool.Pool
	own     *pgx.ConnConfig
	ttl     time.Duration
	every   time.Duration
	logger  *slog.Logger
	ctx     context.Context // ends with Leave
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex
	held   map[string]*hold
	freed  chan struct{} // closed when a lease may be free
	lapses int
	lapsed chan struct{} // closed at the next lapse
}

// ErrLeft says that the node has left.
var ErrLeft = errors.New("the node has left")

// Join makes this process a node under a new id; the context bounds that. Leave
// ends it.
func Join(ctx context.Context, c Config) (*Node, error) {
	if c.DB == nil {
		return nil, errors.New("nodes: DB is required")
	}
	if c.TTL == 0 {
		c.TTL = 4 * time.Second
	}
	if c.Every == 0 {
		c.Every = c.TTL / 4
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	n := &Node{
		id: rand.Text(), db: c.DB, own: c.DB.Config().ConnConfig.Copy(), ttl: c.TTL, every: c.Every, logger: c.Logger,
		held: map[string]*hold{}, freed: make(chan struct{}), lapsed: make(chan struct{}),
	}
	n.own.RuntimeParams["application_name"] = "parley node"
	n.own.RuntimeParams["statement_timeout"] = fmt.Sprint(n.patience().Milliseconds())
	n.ctx, n.cancel = context.WithCancel(context.Background())
	conn, err := n.connect(ctx)
	if err == nil {
		err = n.renew(ctx, conn, true)
	}
	if err != nil {
		n.cancel()
		if conn != nil {
			hangUp(conn)
		}
		return nil, fmt.Errorf("join the nodes: %w", err)
	}
	n.logger.Info("joined the nodes", "node", n.id)
	n.running.Go(func() { n.keep(n.ctx, conn) })
	return n, nil
}

// ID is drawn at random each time a process joins.
func (n *Node) ID() string { return n.id }

// Live lists the nodes that count, in the order of their ids.
func (n *Node) Live(ctx context.Context) ([]string, error) {
	return n.list(ctx, `SELECT node FROM public.nodes WHERE expires_at > clock_timestamp() ORDER BY node`)
}

// Dead lists the nodes that ended without leaving, until they are forgotten.
func (n *Node) Dead(ctx context.Context) ([]string, error) {
	return n.list(ctx, `SELECT node FROM public.nodes WHERE expires_at <= clock_timestamp() ORDER BY node`)
}

func (n *Node) list(ctx context.Context, sql string) ([]string, error) {
	rows, err := n.db.Query(ctx, sql)
	if err != nil {
		return nil, fmt.Errorf("list the nodes: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// Forget removes the row of a dead node, when what it has left is cleared away.
// It reports false when somebody has done that, or the node is alive after all.
func (n *Node) Forget(ctx context.Context, node string) (bool, error) {
	tag, err := n.db.Exec(ctx, `DELETE FROM public.nodes WHERE node = $1 AND expires_at <= clock_timestamp()`, node)
	if err != nil {
		return false, fmt.Errorf("forget a node: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// Lapses counts how often this node has been dead for the others and come back,
// for those who must tell them again what it holds; changed is closed at the
// next time.
func (n *Node) Lapses() (count int, changed <-chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.lapses, n.lapsed
}

// Leave gives all leases back and removes the node. What was done under the
// leases must have ended.
func (n *Node) Leave(ctx context.Context) error {
	n.cancel()
	n.running.Wait()
	n.mu.Lock()
	for name := range n.held {
		n.drop(name, n.held[name])
	}
	n.mu.Unlock()
	_, err := n.db.Exec(ctx, `
		WITH gone AS (DELETE FROM public.nodes WHERE node = $1),
		given AS (DELETE FROM public.leases WHERE node = $1 RETURNING lease)
		SELECT pg_notify($2, lease) FROM given`, n.id, freed)
	if err != nil {
		return fmt.Errorf("leave the nodes: %w", err)
	}
	return nil
}

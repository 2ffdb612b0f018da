package nodes

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Lease is the right of one node to do something for all. It belongs to one
// goroutine of the node; Held and Lost may be asked by any.
type Lease struct {
	node *Node
	name string
}

// hold is the time for which a lease is held.
type hold struct {
	until time.Time
	lost  chan struct{} // closed when it is over
	timer *time.Timer   // of that moment
}

// Lease names a lease; nobody holds it for that. The same name is the same
// lease.
func (n *Node) Lease(name string) *Lease { return &Lease{n, name} }

// retryPause is the pause before a lease is asked for again when the database
// did not answer, or the other's time was nearly over.
const (
	retryPause = 100 * time.Millisecond
	closePause = 10 * time.Millisecond
)

// Acquire waits until this node holds the lease; from then on it is renewed.
// While another holds it, it is asked for when it is given back or its time is
// over. The error is that of the context, or ErrLeft.
func (l *Lease) Acquire(ctx context.Context) error {
	for {
		l.node.mu.Lock()
		freed := l.node.freed
		l.node.mu.Unlock()
		left, err := l.try(ctx)
		switch {
		case l.node.ctx.Err() != nil:
			return ErrLeft
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			l.node.logger.Warn("a lease cannot be asked for", "lease", l.name, "err", err)
			left = retryPause
		case left == 0:
			return nil
		}
		select {
		case <-time.After(left):
		case <-freed:
		case <-ctx.Done():
		case <-l.node.ctx.Done():
		}
	}
}

// try asks once; left is how long another holds the lease still, 0 when this
// node has it.
func (l *Lease) try(ctx context.Context) (left time.Duration, err error) {
	n := l.node
	asking, cancel := context.WithTimeout(ctx, n.patience())
	defer cancel()
	sent := time.Now()
	var taken bool
	var microseconds int64
	err = n.db.QueryRow(asking, `
		WITH taken AS (
			INSERT INTO public.leases AS l (lease, node, expires_at)
			VALUES ($1, $2, clock_timestamp() + $3::interval)
			ON CONFLICT (lease) DO UPDATE SET node = $2, expires_at = clock_timestamp() + $3::interval
			WHERE l.node = $2 OR l.expires_at <= clock_timestamp()
			RETURNING 1
		)
		SELECT EXISTS (SELECT 1 FROM taken), coalesce((
			SELECT ceil(extract(epoch FROM expires_at - clock_timestamp()) * 1000000)::bigint FROM public.leases WHERE lease = $1), 0)`,
		l.name, n.id, n.ttl).Scan(&taken, &microseconds)
	if err != nil {
		return 0, err
	}
	left = min(max(time.Duration(microseconds)*time.Microsecond, closePause), n.ttl)
	if taken && n.begin(l.name, n.until(sent)) {
		left = 0
	}
	return left, nil
}

// Held reports whether this node holds the lease at this moment.
func (l *Lease) Held() bool {
	l.node.mu.Lock()
	defer l.node.mu.Unlock()
	h := l.node.held[l.name]
	return h != nil && time.Now().Before(h.until)
}

// Lost is closed when the lease is not held any more; it is closed when it is
// not held.
func (l *Lease) Lost() <-chan struct{} {
	l.node.mu.Lock()
	defer l.node.mu.Unlock()
	if h := l.node.held[l.name]; h != nil {
		return h.lost
	}
	return over
}

var over = func() <-chan struct{} { c := make(chan struct{}); close(c); return c }()

// Release gives the lease back: another node may have it at once. What was done
// under it must have ended.
func (l *Lease) Release(ctx context.Context) error {
	n := l.node
	n.mu.Lock()
	if h := n.held[l.name]; h != nil {
		n.drop(l.name, h)
	}
	n.mu.Unlock()
	_, err := n.db.Exec(ctx, `
		WITH given AS (DELETE FROM public.leases WHERE lease = $1 AND node = $2 RETURNING lease)
		SELECT pg_notify($3, lease) FROM given`, l.name, n.id, freed)
	if err != nil {
		return fmt.Errorf("release %s: %w", l.name, err)
	}
	return nil
}

// begin notes that a lease is held, unless its time is over already.
func (n *Node) begin(name string, until time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ctx.Err() != nil || !time.Now().Before(until) {
		return false
	}
	if old := n.held[name]; old != nil {
		n.drop(name, old)
	}
	h := &hold{until: until, lost: make(chan struct{})}
	h.timer = time.AfterFunc(time.Until(until), func() { n.expire(name, h) })
	n.held[name] = h
	return true
}

// holds are the leases that are held now.
func (n *Node) holds() map[string]*hold {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.held)
}

// prolong notes what a renewal has come to for what was held before it.
func (n *Node) prolong(before map[string]*hold, renewed []string, until time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for name, h := range before {
		switch {
		case n.held[name] != h: // given back meanwhile, or lost
		case slices.Contains(renewed, name) && time.Now().Before(h.until):
			h.until = until
			h.timer.Reset(time.Until(until))
		default:
			n.drop(name, h)
		}
	}
}

// expire ends a hold whose time is over.
func (n *Node) expire(name string, h *hold) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.held[name] == h && !time.Now().Before(h.until) {
		n.logger.Warn("a lease is lost: it could not be renewed in time", "lease", name)
		n.drop(name, h)
	}
}

func (n *Node) drop(name string, h *hold) {
	h.timer.Stop()
	close(h.lost)
	delete(n.held, name)
}

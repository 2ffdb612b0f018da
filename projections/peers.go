package projections

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
)

// Peers is how a Runtime shares its work with other nodes on the same
// database. A projection is applied by the one that holds its lease, the others
// follow its checkpoint. That saves work; what keeps the tables right is that
// every transaction moves the checkpoint from where it was.
type Peers struct {
	Lease   func(name string) Lease
	Signals Signals
}

// Lease is what one node has at a time.
type Lease interface {
	// Acquire waits until this node holds it; then it is renewed.
	Acquire(context.Context) error
	Held() bool
	// Lost is closed when it is not held any more.
	Lost() <-chan struct{}
	Release(context.Context) error
}

// Signals reach the other nodes, or get lost.
type Signals interface {
	message.Publisher
	message.Subscriber
}

// Topic is that of checkpoints on the signal bus.
const Topic = "checkpoints"

const (
	// announcePause lies between two announcements of a checkpoint.
	announcePause = 2 * time.Millisecond
	// pollPause is how often a node that waits for a checkpoint reads it, in
	// case its signal was lost.
	pollPause = 100 * time.Millisecond
	// releaseTimeout bounds how long a stop waits for a database that is away.
	releaseTimeout = 2 * time.Second
	// idleTimeout ends the transaction of a node that stands still in the middle
	// of it: its lock on the checkpoint would hold up whoever takes over.
	idleTimeout = 2 * time.Second
)

// announcement tells where a live build is.
type announcement struct {
	Projection string `json:"projection"`
	Version    int    `json:"version"`
	Build      int    `json:"build"`
	Position   int64  `json:"position"`
	Parked     int    `json:"parked"` // how many; what it is, is in the database
}

// leaseName is the same on every node whose code keeps the same tables.
func (p Projection) leaseName() string { return fmt.Sprintf("projection/%s/v%d", p.Name, p.Version) }

// join begins to share the work with peers.
func (r *Runtime) join() error {
	heard, err := r.peers.Signals.Subscribe(r.life, Topic)
	if err != nil {
		return fmt.Errorf("projections: %w", err)
	}
	for _, p := range r.all {
		r.leading.Go(func() { r.lead(r.life, p) })
	}
	r.working.Go(func() { r.announce(r.life) })
	r.working.Go(func() { r.hear(heard) })
	r.working.Go(func() { r.poll(r.life) })
	return nil
}

// leave gives the leases back when nothing is applied any more.
func (r *Runtime) leave() {
	r.leading.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), releaseTimeout)
	defer cancel()
	for _, p := range r.all {
		if p.lease == nil || !p.lease.Held() {
			continue
		}
		if err := p.lease.Release(ctx); err != nil {
			r.logger.Warn("the lease of a projection is not given back", "projection", p.Name, "err", err)
		}
	}
}

// lead takes the lease of a projection whenever it is free. A node on which the
// projection is stopped lets others try.
func (r *Runtime) lead(ctx context.Context, p *projector) {
	for p.awaitStop(ctx, false) {
		if err := p.lease.Acquire(ctx); err != nil {
			return // the runtime ends, or the node
		}
		r.logger.Info("this node applies the projection", "projection", p.Name, "version", p.Version)
		p.notice()
		during, cancel := context.WithCancel(ctx)
		stop := make(chan struct{})
		go func() {
			defer close(stop)
			p.awaitStop(during, true)
		}()
		select {
		case <-p.lease.Lost():
		case <-stop:
		}
		cancel()
		<-stop
		if ctx.Err() == nil && p.lease.Held() {
			if err := p.lease.Release(ctx); err != nil {
				r.logger.Warn("the lease of a projection is not given back", "projection", p.Name, "err", err)
			}
		}
	}
}

// awaitStop waits until the projection is stopped here, or is not; false when
// the context ends before.
func (p *projector) awaitStop(ctx context.Context, stopped bool) bool {
	for {
		p.mu.Lock()
		changed, is := p.halting, p.stop != nil
		p.mu.Unlock()
		if is == stopped {
			return ctx.Err() == nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

// announce tells the others where the projections are that this node applies.
func (r *Runtime) announce(ctx context.Context) {
	told := map[string]announcement{}
	for {
		select {
		case <-r.changed:
		case <-ctx.Done():
			return
		}
		for _, p := range r.all {
			now := p.announcement()
			if now == told[p.Name] || !p.leads() {
				continue
			}
			told[p.Name] = now
			payload, err := json.Marshal(now)
			if err == nil {
				err = r.peers.Signals.Publish(Topic, message.NewMessage("", payload))
			}
			if err != nil && ctx.Err() == nil {
				r.logger.Warn("tell other nodes of a checkpoint", "projection", p.Name, "err", err)
			}
		}
		if pause(ctx, announcePause) != nil {
			return
		}
	}
}

func (p *projector) announcement() announcement {
	p.mu.Lock()
	defer p.mu.Unlock()
	return announcement{p.Name, p.Version, p.build, p.stored, len(p.parked)}
}

// hear takes what others announce.
func (r *Runtime) hear(messages <-chan *message.Message) {
	for m := range messages {
		var a announcement
		if err := json.Unmarshal(m.Payload, &a); err != nil {
			r.logger.Warn("a signal of another node makes no sense", "err", err)
		}
		if p := r.byName[a.Projection]; p != nil && p.Version == a.Version && !p.heard(a) {
			r.ask()
		}
		m.Ack()
	}
}

// poll reads checkpoints that somebody waits for.
func (r *Runtime) poll(ctx context.Context) {
	ticker := time.NewTicker(pollPause)
	defer ticker.Stop()
	for {
		asked := false
		select {
		case <-ticker.C:
		case <-r.asked:
			asked = true
		case <-ctx.Done():
			return
		}
		for _, p := range r.all {
			if !asked && !p.awaits.Load() {
				continue
			}
			reading, cancel := context.WithTimeout(ctx, releaseTimeout)
			found, err := findLive(reading, r.maker.db, p.Projection)
			cancel()
			if err == nil { // else the next time
				p.learn(found)
			}
		}
		r.revive()
	}
}

// ask has the checkpoints read at once.
func (r *Runtime) ask() { poke(r.asked) }

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// revive starts a projection again that is stopped here while another node has
// gone on with it.
func (r *Runtime) revive() {
	for _, p := range r.all {
		p.mu.Lock()
		again := p.stop != nil && (p.news.position > p.stop.Position || p.news.build != p.build)
		p.mu.Unlock()
		if again {
			p.setStop(nil)
			r.feed.Restart()
		}
	}
}

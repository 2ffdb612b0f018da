package commands

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"parley/domain"
	"parley/internal/eventstore"
)

// tail is what the node knows from following the log: how far it has
// followed, and the newest position of each actor whose writes a projection
// may not show yet.
type tail struct {
	position atomic.Int64
	applied  func() int64
	mu       sync.Mutex
	moved    chan struct{}
	actors   map[actorKey]int64
	prune    int
	sampled  time.Time // when settled was read
	settled  int64     // applied everywhere then, and flushed since
}

type actorKey struct {
	app  domain.AppID
	kind domain.ActorKind
	id   string
}

// From pruneAt actors on, those whose writes are applied everywhere are
// dropped, once no crash of the database can take that back: projections
// commit unflushed, for moments only.
const (
	pruneAt    = 4096
	settleTime = 10 * time.Second
)

func (t *tail) note(k actorKey, p int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p <= t.actors[k] {
		return
	}
	t.actors[k] = p
	if len(t.actors) < max(pruneAt, t.prune) {
		return
	}
	if now := time.Now(); now.Sub(t.sampled) >= settleTime {
		for k, p := range t.actors {
			if p <= t.settled {
				delete(t.actors, k)
			}
		}
		t.sampled, t.settled = now, t.applied()
	}
	t.prune = len(t.actors) + pruneAt
}

// newest is the position of the newest event of an actor.
func (t *tail) newest(k actorKey) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.actors[k]
}

func (t *tail) advance(p int64) {
	t.position.Store(p)
	t.mu.Lock()
	if t.moved != nil {
		close(t.moved)
		t.moved = nil
	}
	t.mu.Unlock()
}

func (t *tail) wait(ctx context.Context, p int64) error {
	for {
		t.mu.Lock()
		if t.position.Load() >= p {
			t.mu.Unlock()
			return nil
		}
		if t.moved == nil {
			t.moved = make(chan struct{})
		}
		moved := t.moved
		t.mu.Unlock()
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Types of events that others are told of at once.
var (
	userErased  = domain.UserErased{}.Type()
	nodeCleared = domain.NodeCleared{}.Type()
)

func keyOf(a domain.Actor) actorKey { return newActorKey(a.App, a.Kind, a.ID) }

// newActorKey tells actors apart. The operator is one, in whichever app it
// acts.
func newActorKey(app domain.AppID, kind domain.ActorKind, id string) actorKey {
	if kind == domain.ActorSystem {
		app = ""
	}
	return actorKey{app, kind, id}
}

// Run follows the log until the context ends: folded states learn what was
// appended, here and elsewhere. It begins with what the projections have not
// applied yet, so that writes from before a restart are waited for as well.
// started is closed when it follows.
func (s *Service) Run(ctx context.Context, started chan<- struct{}) error {
	head, err := s.log.Head(ctx)
	if err != nil {
		return err
	}
	from := min(int64(head), s.tail.applied())
	sub, err := s.log.Subscribe(ctx, eventstore.Position(from))
	if err != nil {
		return err
	}
	defer sub.Close()
	s.tail.position.Store(from)
	close(started)
	for {
		b, err := sub.Next(ctx, 1000)
		switch {
		case ctx.Err() != nil || errors.Is(err, eventstore.ErrClosed):
			return nil
		case err != nil:
			s.logger.Warn("following the log", "err", err)
			select {
			case <-time.After(100 * time.Millisecond):
			case <-ctx.Done():
				return nil
			}
			continue
		}
		for _, r := range b.Events {
			s.see(r)
		}
		s.tail.advance(int64(b.Events[len(b.Events)-1].Position))
	}
}

func (s *Service) see(r eventstore.Recorded) {
	if r.Type == userErased || r.Type == nodeCleared {
		switch name, err := domain.ParseStream(r.Stream); {
		case err != nil:
		case r.Type == userErased:
			s.erased(name.App, name.User)
		default:
			s.cleared(name.App, name.Node)
		}
	}
	if st, ok := s.cache(r.Stream).GetIfPresent(r.Stream); ok {
		s.learn(st, r)
	}
	if actor := r.Meta[domain.MetaActor]; actor != "" {
		app, kind := domain.AppID(r.Meta[domain.MetaApp]), domain.ActorKind(r.Meta[domain.MetaActorKind])
		s.tail.note(newActorKey(app, kind, actor), int64(r.Position))
	}
	s.endTyping(r)
}

// OwnWrites is the position that a read of an actor must have reached to show
// everything that the actor wrote, on whichever node (CH-020a).
func (s *Service) OwnWrites(ctx context.Context, a domain.Actor) (int64, error) {
	head, err := s.log.Head(ctx)
	if err != nil {
		return 0, err
	}
	if err := s.tail.wait(ctx, int64(head)); err != nil {
		return 0, err
	}
	return s.tail.newest(keyOf(a)), nil
}

// Head is the position of the newest event of any node; a read that has reached
// it shows everything that was acknowledged before the call.
func (s *Service) Head(ctx context.Context) (int64, error) {
	head, err := s.log.Head(ctx)
	return int64(head), err
}

// Wait returns when nothing that outlives its request is under way.
func (s *Service) Wait() { s.working.Wait() }

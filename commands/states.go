package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/maypok86/otter/v2"

	"parley/domain"
	"parley/internal/eventstore"
	"parley/internal/overload"
)

// state is a folded aggregate. Every event up to the tail's position is
// folded in, or current is false and the next decision reads on. Its fields
// belong to Service.folding, a lock held for moments only, never across I/O.
type state struct {
	stream string
	turn   chan struct{} // holds one: one decision at a time writes the stream on this node
	load   sync.Mutex    // one load at a time

	weight  atomic.Uint32 // bytes, roughly, as the cache counts them
	folded  domain.State
	last    eventstore.Revision
	at      eventstore.Position // of the last folded event
	current bool
	missed  bool // during a load, an event was seen that could not be folded
}

// take waits for the turn of a decision on the stream. The request lets others
// go on meanwhile.
func (st *state) take(ctx context.Context) error {
	select {
	case st.turn <- struct{}{}:
		return nil
	default:
	}
	defer overload.Pause(ctx)()
	select {
	case st.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for %s: %w", st.stream, ctx.Err())
	}
}

// Cached is about how many folded states are in memory.
func (s *Service) Cached() int { return s.states.EstimatedSize() + s.apps.EstimatedSize() }

func (s *Service) state(stream string, zero func() domain.State) *state {
	st, _ := s.cache(stream).ComputeIfAbsent(stream, func() (*state, bool) {
		return &state{stream: stream, turn: make(chan struct{}, 1), folded: zero(), last: eventstore.None}, false
	})
	return st
}

// stateBytes is what a small state takes in memory.
const stateBytes = 512

// weigh estimates the size of the folded state.
func (st *state) weigh() uint32 {
	n := stateBytes
	if sized, ok := st.folded.(interface{ Size() int }); ok {
		n += sized.Size()
	}
	return uint32(min(n, 1<<30))
}

// cache is where the state of a stream is kept. Apps have one of their own, for
// their states are asked for by whoever sends a token, genuine or not.
func (s *Service) cache(stream string) *otter.Cache[string, *state] {
	if strings.HasPrefix(stream, "app-") {
		return s.apps
	}
	return s.states
}

// learn takes an event from the tail or an own append. One that does not
// follow the last folded event makes the state read on before its next use.
func (s *Service) learn(st *state, r eventstore.Recorded) {
	s.folding.RLock()
	known := r.Revision <= st.last
	s.folding.RUnlock()
	if known {
		return
	}
	e, err := r.Decode()
	s.folding.Lock()
	defer s.folding.Unlock()
	switch {
	case r.Revision <= st.last:
	case err == nil && st.current && r.Revision == st.last+1:
		st.folded.Evolve(e)
		st.last, st.at = r.Revision, r.Position
	default:
		st.current, st.missed = false, true
	}
}

// refresh reads a state on from its last folded event until nothing newer was
// seen meanwhile. With force it reads even if the state seems current.
func (s *Service) refresh(ctx context.Context, st *state, force bool) error {
	st.load.Lock()
	defer st.load.Unlock()
	for {
		s.folding.Lock()
		if st.current && !force {
			s.folding.Unlock()
			return nil
		}
		st.missed, force = false, false
		from := st.last + 1
		s.folding.Unlock()
		for r, err := range s.log.ReadStream(ctx, st.stream, from) {
			if err == nil {
				err = s.foldLoaded(st, r)
			}
			if err != nil {
				return fmt.Errorf("load %s: %w", st.stream, err)
			}
		}
		s.loaded(st)
	}
}

// loaded ends a load: the state is current unless newer events were seen.
func (s *Service) loaded(st *state) {
	s.folding.Lock()
	st.current = !st.missed
	weight := st.weigh()
	s.folding.Unlock()
	if old := st.weight.Swap(weight); weight > 2*old {
		s.cache(st.stream).Set(st.stream, st) // counts its new weight
	}
}

// load brings many states up to date in one reading. One of which newer events
// were seen meanwhile is read on when it is asked for.
func (s *Service) load(ctx context.Context, states []*state) error {
	slices.SortFunc(states, func(a, b *state) int { return strings.Compare(a.stream, b.stream) })
	from, loading := map[string]eventstore.Revision{}, map[string]*state{}
	for _, st := range states {
		if loading[st.stream] != nil {
			continue
		}
		st.load.Lock() // in one order, so that two of these cannot wait for each other
		defer st.load.Unlock()
		s.folding.Lock()
		if !st.current {
			st.missed = false
			from[st.stream], loading[st.stream] = st.last+1, st
		}
		s.folding.Unlock()
	}
	if len(from) == 0 {
		return nil
	}
	for r, err := range s.log.ReadStreams(ctx, from) {
		if err == nil {
			err = s.foldLoaded(loading[r.Stream], r)
		}
		if err != nil {
			return fmt.Errorf("load %d streams: %w", len(from), err)
		}
	}
	for _, st := range loading {
		s.loaded(st)
	}
	return nil
}

func (s *Service) foldLoaded(st *state, r eventstore.Recorded) error {
	e, err := r.Decode()
	if err != nil {
		return err
	}
	s.folding.Lock()
	defer s.folding.Unlock()
	if r.Revision == st.last+1 {
		st.folded.Evolve(e)
		st.last, st.at = r.Revision, r.Position
	}
	return nil
}

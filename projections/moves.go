package projections

import "sync"

// moves tells those who follow positions that one has changed.
type moves struct {
	mu sync.Mutex
	c  chan struct{} // nil while nobody asks
}

func (m *moves) wake() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.c != nil {
		close(m.c)
		m.c = nil
	}
}

func (m *moves) next() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.c == nil {
		m.c = make(chan struct{})
	}
	return m.c
}

// Moved is the position up to which all named projections have applied the log,
// as this node knows it, whichever node applies them; 0 if one is not known.
// moved is closed when any projection is farther, or back after a crash of the
// database.
func (r *Runtime) Moved(names []string) (position int64, moved <-chan struct{}) {
	moved = r.moves.next()
	for i, name := range names {
		p, ok := r.byName[name]
		if !ok {
			return 0, moved
		}
		if at := p.position.Load(); i == 0 || at < position {
			position = at
		}
	}
	return position, moved
}

package projections

import (
	"context"

	"parley/domain"
	"parley/internal/eventstore"
)

// leads reports whether this node applies the projection.
func (p *projector) leads() bool { return p.lease == nil || p.lease.Held() }

// notice wakes a follower: there is news, or the lease is here.
func (p *projector) notice() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.noticed()
}

func (p *projector) noticed() {
	close(p.noticing)
	p.noticing = make(chan struct{})
}

// heard takes an announcement. It reports false when the announcement tells
// of what must be read from the database: another build, more that is parked.
func (p *projector) heard(a announcement) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case a.Build < p.news.build: // an old one
		return true
	case a.Build > p.news.build || a.Parked > len(p.news.parked):
		return false
	case a.Position > p.news.position:
		p.news.position = a.Position
		p.noticed()
	}
	return p.stop == nil
}

// learn takes what was read of the live build.
func (p *projector) learn(found liveBuild) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if found.build == p.news.build {
		found.position = max(found.position, p.news.position) // heard since it was read
	}
	p.news = found
	p.noticed()
}

// follow waits until the node that holds the lease has applied a batch, and
// returns what is left of it when the lease comes here before. The position
// moves with the batch, never ahead of it: what this node has not seen itself,
// it could not tell from what is parked.
func (p *projector) follow(ctx context.Context, batch []eventstore.Recorded) (left []eventstore.Recorded, err error) {
	defer p.awaits.Store(false)
	for {
		p.mu.Lock()
		news, noticing := p.news, p.noticing
		p.mu.Unlock()
		if news.build != p.tables.build {
			if err := p.reread(ctx); err != nil {
				return nil, err
			}
			continue
		}
		p.tables.stored, p.tables.parked = max(p.tables.stored, news.position), news.parked
		batch = p.pass(batch)
		if len(batch) == 0 || p.leads() {
			return batch, nil
		}
		p.awaits.Store(true)
		select {
		case <-noticing:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// applied counts the events at the beginning of a batch that are in the tables,
// or never will be: nobody wants them, or they stand still.
func (t *tables) applied(batch []eventstore.Recorded) int {
	for n, r := range batch {
		if !t.wants(r.Stream) {
			continue
		}
		i := item{raw: r}
		switch {
		case len(t.parked) > 0 && t.stands(&i):
			if t.skipped != nil {
				t.skipped(&i)
			}
		case i.position() > t.stored:
			return n
		}
	}
	return len(batch)
}

// stands reports whether an event belongs to what is parked.
func (t *tables) stands(i *item) bool {
	i.event.Stream, _ = domain.ParseStream(i.raw.Stream) // one that belongs to nothing has a partition, too
	stop, ok := t.parked[i.partition()]
	if !ok || i.position() < stop.Position {
		return false
	}
	i.decode()
	_, erased := i.event.Event.(domain.UserErased)
	return i.err != nil || !erased
}

package projections

import (
	"errors"

	"parley/domain"
	"parley/internal/eventstore"
)

// item is an event that a projection wants, decoded or not.
type item struct {
	raw   eventstore.Recorded
	event domain.Recorded
	err   error // why it cannot be applied; nil while it can
}

func (i *item) position() int64 { return int64(i.raw.Position) }

// partition is where the event belongs.
func (i *item) partition() partition { return partitionOf(i.raw.Stream, i.event.Stream) }

// decode reads the events of a batch that the projection wants.
func (p Projection) decode(batch []eventstore.Recorded) []item {
	items := make([]item, 0, len(batch))
	for _, r := range batch {
		if p.wants(r.Stream) {
			items = append(items, item{raw: r})
			items[len(items)-1].decode()
		}
	}
	return items
}

var errNoName = permanent{errors.New("the name of its stream belongs to nothing")}

func (i *item) decode() {
	stream, err := domain.ParseStream(i.raw.Stream)
	if err != nil {
		i.err = errNoName
		return
	}
	defer func() {
		if v := recover(); v != nil {
			i.err = panicked(v)
		}
		i.event.Stream = stream
	}()
	if i.err = knows(i.raw); i.err != nil {
		return
	}
	if i.event, i.err = i.raw.Decode(); i.err != nil {
		i.err = permanent{errors.New(explain(i.err))}
	}
}

// stop parks the partition of an event that cannot be applied.
func (i *item) stop() Parked {
	at := i.partition()
	return Parked{
		App: at.app, Kind: at.kind, ID: at.id, Position: i.position(),
		Event: i.raw.ID, Type: i.raw.Type, Error: explain(i.err), At: i.raw.Time().UnixMilli(),
	}
}

// sort tells what is applied from what stands still: everything of a parked
// partition but the erasure of its user, which no other fault may hold up.
func (t *tables) sort(items []item) (events []domain.Recorded, stops []Parked) {
	events = make([]domain.Recorded, 0, len(items))
	parked := t.parked
	for n := range items {
		i := &items[n]
		if i.err == nil && len(parked) == 0 {
			events = append(events, i.event)
			continue
		}
		_, stands := parked[i.partition()]
		_, erased := i.event.Event.(domain.UserErased)
		switch {
		case i.err == nil && (erased || !stands):
			events = append(events, i.event)
			continue
		case !stands:
			stops = append(stops, i.stop())
			parked = parked.with(stops[len(stops)-1:])
		case erased:
			t.logger.Error("the erasure of a user cannot be applied", "projection", t.Name, "position", i.position(), "err", explain(i.err))
		}
		if t.skipped != nil {
			t.skipped(i)
		}
	}
	return events, stops
}

package histcheck

import (
	"fmt"
	"time"
)

// idsRise demands well-formed, strictly rising ids along the final order.
func (r *room) idsRise() {
	last, before := int64(0), ""
	for _, m := range r.final {
		id, ok := parseID(m.ID)
		if !ok {
			r.report(IDForm, "the final order holds the id %q", m.ID)
			continue
		}
		if id <= last {
			r.report(IDOrder, "%s follows %s in the final order", m.ID, before)
		}
		last, before = id, m.ID
	}
}

// sighting is the moment from which a message was known to be stored, and the
// operation that showed it.
type sighting struct {
	at time.Duration
	by fmt.Stringer
}

// realTime demands that a message known before another was first sent stands
// before it. It walks the final order from the end and keeps the earliest
// sighting so far: who is called later than that stands too early.
func (r *room) realTime() {
	known := r.sightings()
	earliest, found := sighting{at: never}, ""
	for i := len(r.final) - 1; i >= 0; i-- {
		m := r.final[i]
		if call := r.calls[m.Body]; call != nil && earliest.at < call.Call {
			r.report(Inversion, "%s stands before %s, but %v was first called after %v",
				m.ID, found, call, earliest.by)
		}
		if k := known[i]; k.by != nil && k.at < earliest.at {
			earliest, found = k, m.ID
		}
	}
}

// firstCalls returns per body the earliest attempt that may have stored it.
func (r *room) firstCalls() map[string]*Send {
	first := make(map[string]*Send, len(r.sends))
	for i := range r.sends {
		s := &r.sends[i]
		if s.Outcome != Fail && (first[s.Body] == nil || s.Call < first[s.Body].Call) {
			first[s.Body] = s
		}
	}
	return first
}

// sightings returns per index of the final order when that message was first
// acknowledged or shown. Of several copies only the first counts as the
// acknowledged one.
func (r *room) sightings() []sighting {
	index := make(map[string]int, len(r.final))
	known := make([]sighting, len(r.final))
	for i, m := range r.final {
		if _, taken := index[m.ID]; !taken {
			index[m.ID] = i
		}
	}
	note := func(i int, at time.Duration, by fmt.Stringer) {
		if known[i].by == nil || at < known[i].at {
			known[i] = sighting{at, by}
		}
	}
	for i := range r.sends {
		s := &r.sends[i]
		if stored := r.byBody[s.Body]; s.Outcome == OK && len(stored) > 0 {
			note(stored[0], s.Return, s)
		}
	}
	for i := range r.pages {
		p := &r.pages[i]
		for _, m := range p.Messages {
			if at, ok := index[m.ID]; ok {
				note(at, p.Return, p)
			}
		}
	}
	return known
}

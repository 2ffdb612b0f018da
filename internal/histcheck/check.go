package histcheck

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Check judges a history and returns every violation, channel by channel in
// the order of their names. It may run while others still record, but judges
// fairly only once all sends have returned and every final order is set.
func Check(h *History) []Violation {
	var found []Violation
	for _, r := range h.rooms() {
		r.records()
		r.presence()
		r.acknowledgements()
		r.idsRise()
		r.realTime()
		r.pagesFit()
		found = append(found, r.found...)
	}
	return found
}

// room is one channel of the history with the indexes that the rules need.
type room struct {
	name   string
	lag    time.Duration
	final  []Message // as read
	closed bool      // a final order was given
	sends  []Send
	pages  []Page

	line     []Message        // the final order by id, each id once: what pages are judged by
	at       map[int64]int    // id -> index in line
	ids      []int64          // the ids of line
	byBody   map[string][]int // body -> indexes in final
	byAuthor map[author][]int // client and key -> indexes in final
	sent     map[string]bool  // bodies that somebody tried to send
	calls    map[string]*Send // body -> earliest attempt that may have stored it
	found    []Violation
}

// rooms takes a copy of the history, cut by channel.
func (h *History) rooms() []*room {
	h.mu.Lock()
	defer h.mu.Unlock()
	byName := make(map[string]*room)
	get := func(name string) *room {
		if byName[name] == nil {
			byName[name] = &room{name: name, lag: h.Lag}
		}
		return byName[name]
	}
	for _, s := range h.sends {
		r := get(s.Channel)
		r.sends = append(r.sends, *s)
	}
	for _, p := range h.pages {
		r := get(p.Channel)
		r.pages = append(r.pages, *p)
	}
	for name, messages := range h.finals {
		r := get(name)
		r.final, r.closed = messages, true
	}
	var all []*room
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		byName[name].index()
		all = append(all, byName[name])
	}
	return all
}

func (r *room) index() {
	r.byBody = make(map[string][]int, len(r.final))
	r.byAuthor = make(map[author][]int, len(r.final))
	r.sent = make(map[string]bool, len(r.sends))
	for _, s := range r.sends {
		r.sent[s.Body] = true
	}
	r.calls = r.firstCalls()
	byID := make(map[int64]Message, len(r.final))
	for i, m := range r.final {
		r.byBody[m.Body] = append(r.byBody[m.Body], i)
		if a := authorOf(m.Body); a != (author{}) {
			r.byAuthor[a] = append(r.byAuthor[a], i)
		}
		id, ok := parseID(m.ID)
		if _, taken := byID[id]; ok && !taken {
			byID[id] = m
		}
	}
	r.ids = slices.Sorted(maps.Keys(byID))
	r.at = make(map[int64]int, len(r.ids))
	for i, id := range r.ids {
		r.at[id] = i
		r.line = append(r.line, byID[id])
	}
}

// records rejects operations that would make the verdict meaningless.
func (r *room) records() {
	if !r.closed {
		r.report(BadRecord, "no final order was given")
	}
	for i := range r.sends {
		s := &r.sends[i]
		switch {
		case s.Key == "":
			r.report(BadRecord, "%v has no key", s)
		case authorOf(s.Body) != author{s.Client, s.Key}:
			r.report(BadRecord, "%v has the body %q, which does not name its client and key", s, s.Body)
		case s.Return < s.Call:
			r.report(BadRecord, "%v returned before it was called", s)
		}
	}
	for i := range r.pages {
		p := &r.pages[i]
		_, ok := parseID(p.Cursor)
		switch {
		case p.Cursor != "" && !ok:
			r.report(BadRecord, "%v was answered although its cursor is no id", p)
		case p.Return < p.Call:
			r.report(BadRecord, "%v returned before it was called", p)
		}
	}
}

func (r *room) report(k Kind, format string, args ...any) {
	r.found = append(r.found, Violation{k, r.name, fmt.Sprintf(format, args...)})
}

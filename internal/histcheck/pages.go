package histcheck

import (
	"slices"
	"sort"
)

// pagesFit holds every page against the final order.
func (r *room) pagesFit() {
	k := r.learn()
	for i := range r.pages {
		p := &r.pages[i]
		d := r.duty(k, p)
		shown, whole := r.shown(p)
		if len(shown) == 0 {
			if whole {
				r.emptyPage(p, d)
			}
			continue
		}
		r.contiguous(p, shown)
		if p.Direction == Before {
			r.olderPage(p, shown, d)
			continue
		}
		r.newerPage(p, shown, d)
	}
}

// span returns the piece of the line on the right side of the page's cursor,
// as a half-open range.
func (r *room) span(p *Page) (low, high int) {
	cursor, ok := parseID(p.Cursor)
	if !ok {
		return 0, len(r.line)
	}
	if p.Direction == Before {
		return 0, sort.Search(len(r.ids), func(i int) bool { return r.ids[i] >= cursor })
	}
	return sort.Search(len(r.ids), func(i int) bool { return r.ids[i] > cursor }), len(r.line)
}

// shown returns the places in the line of the messages of a page, rising and
// each once, and reports those that are wrong in themselves. The page is whole
// when none had to be left out.
func (r *room) shown(p *Page) (places []int, whole bool) {
	low, high := r.span(p)
	seen := make(map[int]bool)
	for _, m := range p.Messages {
		if _, ok := parseID(m.ID); !ok {
			r.report(IDForm, "%v shows the id %q", p, m.ID)
			continue
		}
		at, ok := r.pos(m.ID)
		switch {
		case !ok:
			r.report(Vanished, "%v shows %s, which is not in the final order", p, m.ID)
			continue
		case at < low || at >= high:
			r.report(OutOfRange, "%v shows %s", p, m.ID)
			continue
		case seen[at]:
			r.report(Double, "%v shows %s twice", p, m.ID)
			continue
		case r.line[at].Body != m.Body:
			r.report(Altered, "%v shows %s as %q, but it is %q", p, m.ID, m.Body, r.line[at].Body)
		}
		seen[at] = true
		places = append(places, at)
	}
	whole = len(places) == len(p.Messages)
	if p.Direction == Before {
		slices.Reverse(places)
	}
	for i := 1; i < len(places); i++ {
		if places[i] < places[i-1] {
			r.report(PageOrder, "%v has %s and %s in the wrong order", p, r.line[places[i-1]].ID, r.line[places[i]].ID)
			break
		}
	}
	slices.Sort(places)
	return places, whole
}

// contiguous demands that nothing is skipped between two messages of a page.
func (r *room) contiguous(p *Page, shown []int) {
	for i := 1; i < len(shown); i++ {
		if shown[i] > shown[i-1]+1 {
			r.report(Hole, "%v skips %s between %s and %s", p,
				r.line[shown[i-1]+1].ID, r.line[shown[i-1]].ID, r.line[shown[i]].ID)
		}
	}
}

// olderPage judges the ends of a page towards older: above it only messages
// may be absent that it need not know, below it has_more must be exact.
func (r *room) olderPage(p *Page, shown []int, d duty) {
	_, high := r.span(p)
	oldest, newest := shown[0], shown[len(shown)-1]
	if newest+1 < high && d.pos > newest {
		r.tooOld(p, newest+1, high, d)
	}
	if p.HasMore != (oldest > 0) {
		r.report(HasMore, "%v ends at %s with has_more %t, but the final order has %d older messages",
			p, r.line[oldest].ID, p.HasMore, oldest)
	}
}

// newerPage judges the ends of a page towards newer: it begins right behind
// its cursor, and says has_more unless it ends with the newest it must know.
func (r *room) newerPage(p *Page, shown []int, d duty) {
	low, _ := r.span(p)
	oldest, newest := shown[0], shown[len(shown)-1]
	if oldest > low {
		r.report(Hole, "%v skips %s before its first message %s", p, r.line[low].ID, r.line[oldest].ID)
	}
	if p.HasMore && !r.newerExisted(p, newest) {
		r.report(HasMore, "%v ends with %s, then the newest message, and has_more true", p, r.line[newest].ID)
	}
	if !p.HasMore && d.pos > newest {
		r.tooOld(p, newest+1, len(r.line), d)
	}
}

// newerExisted tells whether a message behind the given place may have been
// stored when the page was answered.
func (r *room) newerExisted(p *Page, place int) bool {
	if place == len(r.line)-1 {
		return false
	}
	call := r.calls[r.line[place+1].Body]
	return call == nil || call.Call <= p.Return
}

// emptyPage demands that there was nothing to show.
func (r *room) emptyPage(p *Page, d duty) {
	low, high := r.span(p)
	if p.HasMore {
		r.report(HasMore, "%v is empty with has_more true", p)
	}
	if low < high && d.pos >= low {
		r.tooOld(p, low, high, d)
	}
}

// tooOld reports that a page lacks messages from the place first on, up to
// high, although it had to know the one of the duty. When that one lies
// outside the range of the page, the page has a gap at its cursor.
func (r *room) tooOld(p *Page, first, high int, d duty) {
	kind := Stale
	if d.pos >= high {
		kind = Hole
	}
	r.report(kind, "%v lacks %s, although %s", p, r.line[first].ID, d.why)
}

package histcheck

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// duty is a message that a page must know of, and why. As a reader never sees
// a later message without the earlier ones, the page must know all of those too.
type duty struct {
	pos int // index in line; -1 for none
	why string
}

// fact says that from a moment on the message at pos was known.
type fact struct {
	at  time.Duration
	pos int
	by  fmt.Stringer
}

// facts answers which newest message was known at a moment.
type facts []fact

// settle sorts the facts by time and lets each stand for the newest message
// known by then.
func (f facts) settle() {
	slices.SortStableFunc(f, func(a, b fact) int { return cmp.Compare(a.at, b.at) })
	for i := 1; i < len(f); i++ {
		if f[i-1].pos > f[i].pos {
			f[i].pos, f[i].by = f[i-1].pos, f[i-1].by
		}
	}
}

// before returns the newest message known strictly before t.
func (f facts) before(t time.Duration) (fact, bool) {
	i, _ := slices.BinarySearchFunc(f, t, func(x fact, t time.Duration) int { return cmp.Compare(x.at, t) })
	if i == 0 {
		return fact{}, false
	}
	return f[i-1], true
}

// knowledge is what each client, and what anybody, knew when.
type knowledge struct {
	own map[string]facts
	all facts
	lag time.Duration
}

// learn gathers what the acknowledgements and pages of the room told.
func (r *room) learn() knowledge {
	k := knowledge{own: make(map[string]facts), lag: r.lag}
	add := func(client string, f fact) {
		k.own[client] = append(k.own[client], f)
		if k.lag > 0 {
			k.all = append(k.all, f)
		}
	}
	for i := range r.sends {
		s := &r.sends[i]
		stored := r.byBody[s.Body]
		if s.Outcome != OK || len(stored) == 0 {
			continue
		}
		if pos, ok := r.pos(r.final[stored[0]].ID); ok {
			add(s.Client, fact{s.Return, pos, s})
		}
	}
	for i := range r.pages {
		p := &r.pages[i]
		newest := -1
		for _, m := range p.Messages {
			if pos, ok := r.pos(m.ID); ok {
				newest = max(newest, pos)
			}
		}
		if newest >= 0 {
			add(p.Client, fact{p.Return, newest, p})
		}
	}
	for _, f := range k.own {
		f.settle()
	}
	k.all.settle()
	return k
}

// duty returns the newest message that a page must know of: what its client
// was acknowledged or shown, what the page was asked to include, and what is
// older than the permitted lag.
func (r *room) duty(k knowledge, p *Page) duty {
	d := duty{pos: -1}
	if f, ok := k.own[p.Client].before(p.Call); ok {
		d = duty{f.pos, fmt.Sprintf("%s was known to its client from %v", r.line[f.pos].ID, f.by)}
	}
	if f, ok := k.all.before(p.Call - k.lag); ok && f.pos > d.pos {
		d = duty{f.pos, fmt.Sprintf("%s was known for more than %v from %v", r.line[f.pos].ID, k.lag, f.by)}
	}
	for _, id := range p.AtLeast {
		pos, ok := r.pos(id)
		if !ok {
			r.report(Vanished, "%v had to include %s, which is not in the final order", p, id)
		}
		if ok && pos > d.pos {
			d = duty{pos, fmt.Sprintf("it had to include %s", id)}
		}
	}
	return d
}

// pos returns the place of an id in the line.
func (r *room) pos(id string) (int, bool) {
	n, ok := parseID(id)
	if !ok {
		return 0, false
	}
	i, ok := r.at[n]
	return i, ok
}

package histcheck

// message is all that clients did to get one body stored under one key.
type message struct {
	author author
	body   string
	sends  []*Send
	best   Outcome // OK above Unknown above Fail
}

// messages groups the sends by body, in the order of first appearance.
func (r *room) messages() []*message {
	var all []*message
	byBody := make(map[string]*message)
	for i := range r.sends {
		s := &r.sends[i]
		m := byBody[s.Body]
		if m == nil {
			m = &message{author: author{s.Client, s.Key}, body: s.Body, best: Fail}
			byBody[s.Body] = m
			all = append(all, m)
		}
		m.sends = append(m.sends, s)
		if s.Outcome == OK || m.best == Fail {
			m.best = s.Outcome
		}
	}
	return all
}

// presence demands each acknowledged message once, each unknown one at most
// once, no refused one and no other.
func (r *room) presence() {
	tried := make(map[author]bool)
	for _, m := range r.messages() {
		stored := r.byBody[m.body]
		switch {
		case m.best == Fail && len(stored) > 0:
			r.report(RefusedStored, "%v was refused but is stored as %s", m.sends[0], r.final[stored[0]].ID)
		case m.best == OK && len(stored) == 0 && !r.alteredBy(m.author):
			r.report(Lost, "%v is not in the final order", acknowledged(m.sends))
		}
		if same := r.byAuthor[m.author]; m.best != Fail && len(same) > 1 && !tried[m.author] {
			tried[m.author] = true
			r.report(Duplicate, "%v is stored %d times, as %s and %s",
				m.sends[0], len(same), r.final[same[0]].ID, r.final[same[1]].ID)
		}
	}
	r.nothingElse()
}

// nothingElse finds stored messages that no send explains.
func (r *room) nothingElse() {
	by := make(map[author]*Send)
	for i := range r.sends {
		s := &r.sends[i]
		by[author{s.Client, s.Key}] = s
	}
	for _, m := range r.final {
		if r.sent[m.Body] {
			continue
		}
		if s := by[authorOf(m.Body)]; s != nil {
			r.report(Altered, "%v sent %q but %s holds %q", s, s.Body, m.ID, m.Body)
			continue
		}
		r.report(Phantom, "nobody sent the message %s with the body %q", m.ID, m.Body)
	}
}

// alteredBy reports whether a message of this author is stored with a body
// that nobody sent.
func (r *room) alteredBy(a author) bool {
	for _, i := range r.byAuthor[a] {
		if !r.sent[r.final[i].Body] {
			return true
		}
	}
	return false
}

// acknowledgements demands that the answers for one key agree with each other
// and with what is stored.
func (r *room) acknowledgements() {
	first := make(map[author]*Send)
	created := make(map[author]*Send)
	for i := range r.sends {
		s := &r.sends[i]
		if s.Outcome != OK {
			continue
		}
		r.acknowledgedID(s)
		a := author{s.Client, s.Key}
		if first[a] == nil {
			first[a] = s
		}
		if first[a].ID != s.ID {
			r.report(IDChanged, "%v and %v were given different ids", first[a], s)
		}
		if s.Replayed {
			continue
		}
		if created[a] != nil {
			r.report(CreatedTwice, "neither %v nor %v was marked as a repeat", created[a], s)
		}
		created[a] = s
	}
}

// acknowledgedID demands that the id in an answer is that of the stored body.
// A body that is stored nowhere is lost, which presence reports.
func (r *room) acknowledgedID(s *Send) {
	id, ok := parseID(s.ID)
	if !ok {
		r.report(IDForm, "%v was answered with the id %q", s, s.ID)
		return
	}
	i, ok := r.at[id]
	switch {
	case ok && r.line[i].Body == s.Body:
	case ok && (authorOf(r.line[i].Body) != author{s.Client, s.Key} || r.sent[r.line[i].Body]):
		r.report(WrongID, "%v names the message %q", s, r.line[i].Body)
	case !ok && len(r.byBody[s.Body]) > 0:
		r.report(WrongID, "%v is stored as %s", s, r.final[r.byBody[s.Body][0]].ID)
	}
}

// acknowledged returns the first acknowledged of several sends.
func acknowledged(sends []*Send) *Send {
	var first *Send
	for _, s := range sends {
		if s.Outcome == OK && (first == nil || s.Return < first.Return) {
			first = s
		}
	}
	return first
}

package parley

// subscription is a channel that a socket follows, over all connections.
//
// One seq may have several events, and whether the last one has come shows
// only when the next seq begins. So a subscription resumes before the seq that
// it has seen last and knows the events of that one by their ids.
type subscription struct {
	// placed is whether done says where to go on; else from where the channel
	// stands.
	placed bool
	done   int64           // all events until here were handed on
	last   int64           // the newest seq that was seen, done or done + 1
	seen   map[string]bool // ids of the events of last

	// On the present connection:
	asked     bool // subscribe was sent
	confirmed bool
	again     bool // it was refused for now: ask again
}

// place puts the subscription at a seq, all of whose events count as seen.
func (s *subscription) place(seq int64) {
	s.placed, s.done, s.last, s.seen = true, seq, seq, nil
}

// verdict says what to do with an event.
type verdict int

const (
	fresh verdict = iota
	repeat
	gap // events before it are missing
)

// take judges an event and remembers it.
func (s *subscription) take(id string, seq int64) verdict {
	switch {
	case seq <= s.done, seq == s.last && s.seen[id]:
		return repeat
	case seq > s.last+1:
		return gap
	case seq > s.last:
		s.done, s.last, s.seen = seq-1, seq, map[string]bool{}
	}
	s.seen[id] = true
	return fresh
}

// request is the frame that subscribes (CH-805, CH-824).
func (s *subscription) request(channel ID) outgoingFrame {
	data := map[string]any{"channel_id": channel}
	if s.placed {
		data["after"] = s.done
	}
	return outgoingFrame{"subscribe", data}
}

// disconnect forgets what belongs to the connection.
func (s *subscription) disconnect() { s.asked, s.confirmed, s.again = false, false, false }

package histcheck_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"

	"parley/internal/histcheck"
)

// fault is a way in which the fake server breaks its promises.
type fault string

const (
	none            fault = ""
	lostWrite       fault = "acknowledges without storing"
	ignoredKey      fault = "stores a repeat again"
	refusedWrite    fault = "stores what it refuses"
	unsentMessage   fault = "stores what nobody sent"
	wrongAck        fault = "acknowledges the id of another message"
	otherIDOnRepeat fault = "acknowledges a repeat under a new id"
	lateInsert      fault = "puts a message before an acknowledged one"
	swappedFinal    fault = "swaps neighbours in the final order"
	pageHole        fault = "drops the middle of a page"
	lostProjection  fault = "never projects a message"
	lyingHasMore    fault = "inverts has_more towards older"
	moreAtTheEnd    fault = "says has_more at the newest message"
	doubled         fault = "shows a message twice"
	repeatedCursor  fault = "shows the cursor again on the next page"
	dirtyRead       fault = "shows a message that is never stored"
	staleRead       fault = "answers from before its client's last message"
	changedBody     fault = "shows a changed body"
)

// kept is a message in the log of the server.
type kept struct {
	id     int64
	client string
	body   string
}

// server is a chat channel in memory. Without a fault it may answer pages from
// an old state, though never from one older than what it told that client.
type server struct {
	fault fault

	mu     sync.Mutex
	rnd    *rand.Rand
	chance int
	fired  int
	next   int64
	log    []kept
	ids    map[string]int64 // body -> id it was acknowledged under
	hidden map[int64]bool   // stored, never projected
	told   map[string]int64 // client -> newest id it knows
}

func newServer(f fault, seed uint64) *server {
	return &server{
		fault: f, rnd: rand.New(rand.NewPCG(seed, 0)),
		ids: make(map[string]int64), hidden: make(map[int64]bool), told: make(map[string]int64),
	}
}

// fires tells whether the fault strikes now: at every third chance.
func (s *server) fires(f fault) bool {
	if s.fault != f {
		return false
	}
	s.chance++
	if s.chance%3 != 0 {
		return false
	}
	s.fired++
	return true
}

// refuse answers a send with an error.
func (s *server) refuse(client, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids[body] == 0 && s.fires(refusedWrite) {
		s.store(client, body)
	}
}

// send stores a message once; heard says whether the answer reaches the client.
func (s *server) send(client, body string, heard bool) (id string, replayed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, replayed := s.ids[body], true
	if n == 0 || s.fires(ignoredKey) {
		n, replayed = s.create(client, body), false
		s.ids[body] = n
	}
	if replayed && s.fires(otherIDOnRepeat) {
		n++
	}
	if heard {
		s.told[client] = max(s.told[client], n)
	}
	return strconv.FormatInt(n, 10), replayed
}

func (s *server) create(client, body string) int64 {
	switch {
	case s.fires(lostWrite):
		s.next += 10
		return s.next
	case s.fires(unsentMessage):
		s.store(client, "spam")
	case s.fault == lateInsert:
		own := slices.IndexFunc(s.log, func(k kept) bool { return k.client == client && k.id <= s.told[client] })
		if own >= 0 && (own == 0 || s.log[own-1].id < s.log[own].id-1) && s.fires(lateInsert) {
			k := kept{s.log[own].id - 1, client, body}
			s.log = slices.Insert(s.log, own, k)
			return k.id
		}
	}
	id := s.store(client, body)
	if s.fires(lostProjection) {
		s.hidden[id] = true
	}
	if len(s.log) > 1 && s.fires(wrongAck) {
		return s.log[len(s.log)-2].id
	}
	return id
}

func (s *server) store(client, body string) int64 {
	s.next += 10
	s.log = append(s.log, kept{s.next, client, body})
	return s.next
}

// page answers from a state between what the client knows and the newest.
func (s *server) page(client string, d histcheck.Direction, cursor string, limit int) ([]msg, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	visible := s.told[client]
	if s.next > visible {
		visible += s.rnd.Int64N(s.next - visible + 1)
	}
	if s.told[client] > 0 && s.fires(staleRead) {
		visible = s.told[client] - 1
	}
	from, _ := strconv.ParseInt(cursor, 10, 64)
	var in []msg
	for _, k := range s.log {
		wrongSide := from > 0 && (k.id > from) == (d == before)
		switch {
		case k.id > visible || s.hidden[k.id]:
		case k.id == from && !s.fires(repeatedCursor):
		case k.id != from && wrongSide:
		default:
			in = append(in, msg{ID: strconv.FormatInt(k.id, 10), Body: k.body})
		}
	}
	if d == before {
		slices.Reverse(in)
	}
	shown := in[:min(limit, len(in))]
	for _, m := range shown {
		id, _ := strconv.ParseInt(m.ID, 10, 64)
		s.told[client] = max(s.told[client], id)
	}
	return s.spoil(d, shown, len(in) > len(shown))
}

// spoil applies the faults that concern a finished page.
func (s *server) spoil(d histcheck.Direction, shown []msg, more bool) ([]msg, bool) {
	shown = slices.Clone(shown)
	switch n := len(shown); {
	case n > 2 && s.fires(pageHole):
		shown = slices.Delete(shown, n/2, n/2+1)
	case n > 0 && d == before && s.fires(lyingHasMore):
		more = !more
	case n > 0 && d == after && shown[n-1].ID == strconv.FormatInt(s.next, 10) && s.fires(moreAtTheEnd):
		more = true
	case n > 0 && s.fires(doubled):
		shown = append(shown, shown[n-1])
	case n > 0 && s.fires(dirtyRead):
		shown = append(shown, msg{ID: strconv.FormatInt(s.next+5, 10), Body: "dirty"})
	case n > 0 && s.fires(changedBody):
		shown[0].Body += "!"
	}
	return shown, more
}

// all is the final order.
func (s *server) all() []msg {
	s.mu.Lock()
	defer s.mu.Unlock()
	var final []msg
	for _, k := range s.log {
		final = append(final, msg{ID: strconv.FormatInt(k.id, 10), Body: k.body})
	}
	if n := len(final); s.fault == swappedFinal {
		s.fired++
		final[n/2], final[n/2-1] = final[n/2-1], final[n/2]
	}
	return final
}

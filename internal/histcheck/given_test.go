package histcheck_test

import (
	"slices"
	"testing"
	"time"

	"parley/internal/histcheck"
)

type (
	send  = histcheck.Send
	page  = histcheck.Page
	msg   = histcheck.Message
	kinds = []histcheck.Kind
)

// history is a given: what ann and others did in channel "1", and what is left.
type history struct {
	lag   time.Duration
	sends []send
	pages []page
	final []msg
}

// check returns the violations of the history.
func (g history) check() []histcheck.Violation {
	h := histcheck.New()
	h.Lag = g.lag
	for _, s := range g.sends {
		h.AddSend(s)
	}
	for _, p := range g.pages {
		h.AddPage(p)
	}
	h.Final("1", g.final)
	return histcheck.Check(h)
}

// then fails unless exactly the wanted kinds were found.
func then(t *testing.T, found []histcheck.Violation, want ...histcheck.Kind) {
	t.Helper()
	got := kindsOf(found)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v\n%s", got, want, histcheck.Report(found))
	}
}

// kindsOf returns the kinds found, sorted, each once.
func kindsOf(found []histcheck.Violation) kinds {
	var got kinds
	for _, v := range found {
		got = append(got, v.Kind)
	}
	slices.Sort(got)
	return slices.Compact(got)
}

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// attempt is a send of unknown outcome by ann.
func attempt(key string, call, ret int) send {
	return send{
		Client: "ann", Channel: "1", Key: key, Body: body(key),
		Call: ms(call), Return: ms(ret),
	}
}

func refused(key string, call, ret int) send {
	s := attempt(key, call, ret)
	s.Outcome = histcheck.Fail
	return s
}

func acked(key, id string, call, ret int) send {
	s := attempt(key, call, ret)
	s.Outcome, s.ID = histcheck.OK, id
	return s
}

func replayed(key, id string, call, ret int) send {
	s := acked(key, id, call, ret)
	s.Replayed = true
	return s
}

// body is the text that ann sends under a key.
func body(key string) string { return histcheck.Body("ann", key, "hello") }

// stored is ann's message of a key under an id.
func stored(key, id string) msg { return msg{ID: id, Body: body(key)} }

// five is a channel of five messages with the ids 10 to 50 and sends by ann
// that were acknowledged one after the other in the first 50 ms.
func five() history {
	return history{
		sends: []send{
			acked("a", "10", 0, 9), acked("b", "20", 10, 19), acked("c", "30", 20, 29),
			acked("d", "40", 30, 39), acked("e", "50", 40, 49),
		},
		final: []msg{stored("a", "10"), stored("b", "20"), stored("c", "30"), stored("d", "40"), stored("e", "50")},
	}
}

// shows is a page of the messages with the given ids of five.
func shows(client string, d histcheck.Direction, cursor string, call int, more bool, ids ...string) page {
	p := page{
		Client: client, Channel: "1", Direction: d, Cursor: cursor,
		Call: ms(call), Return: ms(call + 5), HasMore: more,
	}
	for _, id := range ids {
		key := string('a' + id[0] - '1')
		p.Messages = append(p.Messages, stored(key, id))
	}
	return p
}

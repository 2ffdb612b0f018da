package histcheck

import (
	"fmt"
	"math"
	"time"
)

// Outcome is what a client knows of its send. The zero Outcome is Unknown, so
// that a forgotten answer never claims more than was seen.
type Outcome int

// The outcomes of a send.
const (
	Unknown Outcome = iota // no answer, or one that leaves the result open
	OK                     // acknowledged
	Fail                   // refused: nothing was stored
)

// String returns the outcome as a word.
func (o Outcome) String() string {
	return [...]string{"unknown", "ok", "fail"}[o]
}

// Direction is the way in which a page is read.
type Direction int

// The directions of a page.
const (
	Before Direction = iota // towards older, newest first
	After                   // towards newer, oldest first
)

// String returns the direction as a word.
func (d Direction) String() string {
	return [...]string{"before", "after"}[d]
}

// never is the return time of a call that has not returned.
const never = time.Duration(math.MaxInt64)

// Message is a message as a reader sees it.
type Message struct {
	ID   string
	Body string
}

// Send is one attempt to send. Attempts of one client with one key in one
// channel are the same message; their times come from History.Now.
type Send struct {
	Client, Channel, Key string
	Body                 string // made by Body from Client and Key
	Call, Return         time.Duration
	Outcome              Outcome
	ID                   string // of the acknowledged message
	Replayed             bool   // the answer was marked as a repeat
}

// String names the send in a sentence.
func (s *Send) String() string {
	answer := s.Outcome.String()
	if s.Outcome == OK {
		answer += " id " + s.ID
	}
	return fmt.Sprintf("send %q by %s (%s, %s)", s.Key, s.Client, answer, span(s.Call, s.Return))
}

// Page is one answered page. A client is held to see what it was acknowledged
// and shown before; give readers that are not bound by that another name.
type Page struct {
	Client, Channel string
	Direction       Direction
	Cursor          string   // "" starts at the newest (Before) or the oldest (After)
	AtLeast         []string // ids that the state behind the page must include, whoever wrote them
	Call, Return    time.Duration
	Messages        []Message // in the order in which they were returned
	HasMore         bool
}

// String names the page in a sentence.
func (p *Page) String() string {
	cursor := "the end"
	if p.Cursor != "" {
		cursor = p.Cursor
	}
	return fmt.Sprintf("page %s %s by %s (%d messages, %s)",
		p.Direction, cursor, p.Client, len(p.Messages), span(p.Call, p.Return))
}

func span(call, ret time.Duration) string {
	if ret == never {
		return fmt.Sprintf("%v to never", call)
	}
	return fmt.Sprintf("%v to %v", call, ret)
}

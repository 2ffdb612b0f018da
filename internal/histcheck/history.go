package histcheck

import (
	"slices"
	"sync"
	"time"
)

// History collects what clients did and saw. It may be used from many
// goroutines; make one with New.
type History struct {
	// Lag, when positive, bounds how old a page may be: it must show every
	// message that anybody was acknowledged or shown that long before the page
	// was asked for. Set it before recording.
	Lag time.Duration

	start  time.Time
	mu     sync.Mutex
	sends  []*Send
	pages  []*Page
	finals map[string][]Message
}

// New returns an empty history whose clock starts now.
func New() *History {
	return &History{start: time.Now(), finals: make(map[string][]Message)}
}

// Now returns the time since the history began, from a clock that never jumps.
func (h *History) Now() time.Duration { return time.Since(h.start) }

// AddSend records a send whose times the caller took itself.
func (h *History) AddSend(s Send) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sends = append(h.sends, &s)
}

// AddPage records a page whose times the caller took itself.
func (h *History) AddPage(p Page) {
	p.Messages = slices.Clone(p.Messages)
	p.AtLeast = slices.Clone(p.AtLeast)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pages = append(h.pages, &p)
}

// Final sets the final order of a channel, oldest first, read when all sends
// had returned. Every channel that occurs in the history needs one.
func (h *History) Final(channel string, messages []Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.finals[channel] = slices.Clone(messages)
}

// SendCall is a send in progress. One that is never finished counts as unknown.
type SendCall struct {
	history *History
	send    *Send
}

// StartSend records that a send is about to be made; client, channel, key and
// body must be set. Call it last before the request goes out.
func (h *History) StartSend(s Send) *SendCall {
	s.Outcome, s.Return = Unknown, never
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sends = append(h.sends, &s)
	s.Call = h.Now()
	return &SendCall{h, &s}
}

// OK records the acknowledgement. Call it first when the answer has arrived.
func (c *SendCall) OK(id string, replayed bool) { c.finish(OK, id, replayed) }

// Fail records a refusal after which nothing may be stored.
func (c *SendCall) Fail() { c.finish(Fail, "", false) }

// Unknown records that the client gave up without learning the result.
func (c *SendCall) Unknown() { c.finish(Unknown, "", false) }

func (c *SendCall) finish(o Outcome, id string, replayed bool) {
	now := c.history.Now()
	c.history.mu.Lock()
	defer c.history.mu.Unlock()
	c.send.Return, c.send.Outcome, c.send.ID, c.send.Replayed = now, o, id, replayed
}

// PageCall is a page that was asked for. One that is never answered is not
// part of the history.
type PageCall struct {
	history *History
	page    Page
}

// StartPage notes that a page is about to be asked for; client, channel,
// direction and cursor must be set.
func (h *History) StartPage(p Page) *PageCall {
	p.Call = h.Now()
	return &PageCall{h, p}
}

// Answer records the page. Call it first when the answer has arrived.
func (c *PageCall) Answer(messages []Message, hasMore bool) {
	c.page.Return = c.history.Now()
	c.page.Messages, c.page.HasMore = messages, hasMore
	c.history.AddPage(c.page)
}

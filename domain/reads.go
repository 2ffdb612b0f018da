package domain

// ReadCursorAdvanced: a user has read a channel up to a message. Retention
// keeps the newest only.
type ReadCursorAdvanced struct {
	Message MessageID `json:"message"`
}

// Type names the event.
func (ReadCursorAdvanced) Type() string { return "ReadCursorAdvanced" }

// ReadCursor is the state of a user's place in a channel, as far as the user
// moved it explicitly; sending and joining move it by derivation.
type ReadCursor struct {
	last MessageID
}

// NewReadCursor is a cursor before its first event.
func NewReadCursor() *ReadCursor { return &ReadCursor{} }

// Evolve folds an event of the cursor.
func (c *ReadCursor) Evolve(r Recorded) {
	if e, ok := r.Event.(ReadCursorAdvanced); ok {
		c.last = max(c.last, e.Message)
	}
}

// Advance moves the cursor; it only moves forward (CH-601).
func (c *ReadCursor) Advance(to MessageID) []Event {
	if to <= c.last {
		return nil
	}
	return []Event{ReadCursorAdvanced{to}}
}

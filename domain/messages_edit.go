package domain

// MessageEdited: the content of a message was replaced. It is sealed under
// the message author's key, whoever edits.
type MessageEdited struct {
	Version  int64       `json:"version,string"`
	By       UserID      `json:"by,omitempty"`
	Refs     []MessageID `json:"refs,omitempty"`
	Mentions []UserID    `json:"mentions,omitempty"`
	Digest   *Digest     `json:"digest"`
	Sealed   *Secret     `json:"sealed"`              // Content
	SealedBy *Secret     `json:"sealed_by,omitempty"` // Acting
}

// MessageDeleted: the message is a tombstone, for ever.
type MessageDeleted struct {
	Version  int64   `json:"version,string"`
	By       UserID  `json:"by,omitempty"`
	SealedBy *Secret `json:"sealed_by,omitempty"` // Acting
}

// Type names the event.
func (MessageEdited) Type() string { return "MessageEdited" }

// Type names the event.
func (MessageDeleted) Type() string { return "MessageDeleted" }

// Secrets lists what is to be sealed.
func (e MessageEdited) Secrets() ([]*Secret, *Digest) {
	return []*Secret{e.Sealed, e.SealedBy}, e.Digest
}

// Secrets lists what is to be sealed.
func (e MessageDeleted) Secrets() ([]*Secret, *Digest) { return []*Secret{e.SealedBy}, nil }

// EditMessage is a request to replace the content of a message. Same tells
// that the digest of the new content equals the message's.
type EditMessage struct {
	By       UserID
	Any      bool // the right to edit others' messages
	Version  int64
	Content  Content
	Refs     []MessageID
	Mentions []UserID
	Author   Subject
	Same     bool
	Limit    TextLimit
	Input    error
}

// Edit decides whether the content may be replaced, in the order message,
// ownership, body (CH-320 to CH-326). Equal content changes nothing.
func (m *Message) Edit(e EditMessage) ([]Event, error) {
	switch {
	case !m.Live():
		return nil, ErrMessageNotFound
	case !e.Any && (e.By == "" || m.sender != e.By):
		return nil, ErrNotAuthor
	case e.Input != nil:
		return nil, e.Input
	case blank(e.Content.Text) && !m.files:
		return nil, ErrEmptyMessage
	}
	if err := e.Content.check(e.Limit, e.Refs, e.Mentions); err != nil || e.Same {
		return nil, err
	}
	return []Event{MessageEdited{
		Version: m.NextVersion(e.Version), By: e.By, Refs: e.Refs, Mentions: e.Mentions,
		Digest: &Digest{Subject: e.Author, Of: e.Content.Canonical(e.Refs, e.Mentions)},
		Sealed: Seal(e.Author, e.Content),
	}}, nil
}

// DeleteRight tells whose messages an actor may delete in the channel: a
// member its own, whoever may delete any, and the operator, anyone's (section 2
// of the contract).
func (c *Channel) DeleteRight(a Actor) (anyone bool, err error) {
	in := c.Standing(a)
	if err := Authorize(a, TakePart, in); err != nil {
		return false, err
	}
	return a.Kind == ActorSystem || Authorize(a, DeleteAnyMessage, in) == nil, nil
}

// Delete makes the message a tombstone (CH-330 to CH-333): its author may,
// and whoever has the right to delete any.
func (m *Message) Delete(by UserID, anyone bool, version int64) ([]Event, error) {
	switch {
	case !m.Live():
		return nil, ErrMessageNotFound
	case !anyone && (by == "" || m.sender != by):
		return nil, ErrNotAuthor
	}
	return []Event{MessageDeleted{Version: m.NextVersion(version), By: by}}, nil
}

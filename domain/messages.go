package domain

import (
	"strings"
	"unicode"
)

// SenderKind says who sent a message.
type SenderKind = ActorKind

// MessageKind is what a message is.
type MessageKind string

// The kinds of messages.
const (
	Text     MessageKind = "text"
	ActionIt MessageKind = "action"
	Image    MessageKind = "image"
	Audio    MessageKind = "audio"
	Video    MessageKind = "video"
	File     MessageKind = "file"
	Location MessageKind = "location"
	Command  MessageKind = "command"
	Custom   MessageKind = "custom"
)

// Valid reports whether messages may be of the kind.
func (k MessageKind) Valid() bool {
	switch k {
	case Text, ActionIt, Image, Audio, Video, File, Location, Command, Custom:
		return true
	}
	return false
}

// MessageSent: a message exists. Its id is the last part of its stream's
// name and not in the payload.
type MessageSent struct {
	Sender      UserID       `json:"sender,omitempty"`
	SenderKind  SenderKind   `json:"sender_kind"`
	Kind        MessageKind  `json:"kind"`
	Refs        []MessageID  `json:"refs,omitempty"`
	Mentions    []UserID     `json:"mentions,omitempty"`
	Thread      MessageID    `json:"thread,omitzero"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Publish     *Publish     `json:"publish,omitempty"`
	ClientID    string       `json:"client_id,omitempty"`
	Connection  string       `json:"connection,omitempty"`
	Digest      *Digest      `json:"digest"`
	Sealed      *Secret      `json:"sealed"`              // Content
	SealedBy    *Secret      `json:"sealed_by,omitempty"` // Acting
}

// Publish is the place of a message in a batch: events with equal id are
// delivered as one frame.
type Publish struct {
	ID    string `json:"id"`
	Index int    `json:"index"`
	Count int    `json:"count"`
}

// Type names the event.
func (MessageSent) Type() string { return "MessageSent" }

// Secrets lists what is to be sealed.
func (e MessageSent) Secrets() ([]*Secret, *Digest) {
	return []*Secret{e.Sealed, e.SealedBy}, e.Digest
}

// SendMessage is a request to send. Emotes of the content are in order, its
// file names come from the attachments. Author is the key that seals it; Input
// is what is wrong with the request's body, answered in its turn.
type SendMessage struct {
	Kind        MessageKind
	Content     Content
	Attachments []NewAttachment
	Types       []string // allowed of attachments, nil for those of the contract
	Refs        []MessageID
	Mentions    []UserID
	Author      Subject
	Blocked     bool // a block stands between the two users of a dm
	Limit       TextLimit
	Input       error
}

// Send decides whether a message may be sent into the channel (CH-300 to
// CH-307).
func (c *Channel) Send(a Actor, m SendMessage) ([]Event, error) {
	if err := Authorize(a, TakePart, c.Standing(a)); err != nil {
		return nil, err
	}
	if c.Kind == DM && m.Blocked {
		return nil, ErrDMBlocked
	}
	if m.Input != nil {
		return nil, m.Input
	}
	if blank(m.Content.Text) && len(m.Attachments) == 0 {
		return nil, ErrEmptyMessage
	}
	if err := m.Content.check(m.Limit, m.Refs, m.Mentions); err != nil {
		return nil, err
	}
	attachments, names, err := attach(m.Attachments, m.Types)
	if err != nil {
		return nil, err
	}
	m.Content.Files = names
	if m.Kind == "" {
		m.Kind = Text
	}
	return []Event{MessageSent{
		Sender: a.User(), SenderKind: a.Kind, Kind: m.Kind, Refs: m.Refs, Mentions: m.Mentions, Attachments: attachments,
		Digest: &Digest{Subject: m.Author, Of: m.Content.Canonical(m.Refs, m.Mentions)},
		Sealed: Seal(m.Author, m.Content),
	}}, nil
}

func blank(s string) bool { return strings.TrimFunc(s, unicode.IsSpace) == "" }

// Message is the state of a message.
type Message struct {
	exists, deleted bool
	sender          UserID
	files           bool
	digest          []byte
	latest          int64 // the newest version id or reaction reference
	reactions       map[reaction]int
	names           map[string]int // reactions a name has
}

// NewMessage is a message before its first event.
func NewMessage() *Message {
	return &Message{reactions: map[reaction]int{}, names: map[string]int{}}
}

// Evolve folds an event of the message.
func (m *Message) Evolve(r Recorded) {
	switch e := r.Event.(type) {
	case MessageSent:
		m.exists, m.sender, m.files = true, e.Sender, len(e.Attachments) > 0
		m.latest = int64(r.Stream.Message)
		m.learn(e.Digest)
	case MessageEdited:
		m.latest = max(m.latest, e.Version)
		m.learn(e.Digest)
	case MessageDeleted:
		m.latest, m.deleted = max(m.latest, e.Version), true
		m.digest, m.reactions, m.names = nil, nil, nil
	case ReactionAdded:
		m.addReaction(e)
	case ReactionRemoved:
		m.removeReaction(e)
	}
}

func (m *Message) learn(d *Digest) {
	if d != nil {
		m.digest = d.Sum
	}
}

// Size estimates the bytes that the state takes.
func (m *Message) Size() int { return 128 * (len(m.reactions) + len(m.names)) }

// Exists reports whether the message was sent; it may be deleted since.
func (m *Message) Exists() bool { return m.exists }

// Live reports whether the message was sent and not deleted.
func (m *Message) Live() bool { return m.exists && !m.deleted }

// Sender is the user who sent the message, "" if none did.
func (m *Message) Sender() UserID { return m.sender }

// Digest is the digest of the message's content as it stands.
func (m *Message) Digest() []byte { return m.digest }

// NextVersion is an id for the next edit, deletion or reaction: now is an id
// of this moment, the result is larger than every earlier one.
func (m *Message) NextVersion(now int64) int64 { return max(now, m.latest+1) }

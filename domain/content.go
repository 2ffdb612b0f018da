package domain

import (
	"encoding/binary"
	"encoding/json"
	"slices"
	"unicode/utf8"
)

// Content is the personal part of a message, sealed under its author's key,
// or the channel's when the author is not a user.
type Content struct {
	Text       string            `json:"text,omitempty"`
	Emotes     []InlineEmote     `json:"emotes,omitempty"`
	Name       string            `json:"name,omitempty"`
	Metadata   json.RawMessage   `json:"metadata,omitempty"`
	Headers    map[string]string `json:"headers,omitempty"`
	Encoding   string            `json:"encoding,omitempty"`
	Extras     json.RawMessage   `json:"extras,omitempty"`
	SenderName string            `json:"sender_name,omitempty"`
	Files      []string          `json:"files,omitempty"` // names, in the order of the attachments
}

// Acting is what the acting person says of himself with an edit or a
// deletion, sealed under his own key.
type Acting struct {
	Description string            `json:"description,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
	Claim       string            `json:"claim,omitempty"`
	Name        string            `json:"name,omitempty"`
	Reason      string            `json:"reason,omitempty"`
}

// contentFormat is the first byte of what digests are computed over.
const contentFormat = 1

// Canonical is the content as its digest sees it, in this order: text,
// emotes, metadata, headers sorted by name, name, encoding, extras, refs,
// mentions. Sender and file names are not content.
func (c Content) Canonical(refs []MessageID, mentions []UserID) []byte {
	var emotes, headers, references, mentioned []byte
	for _, e := range c.Emotes {
		emotes = AppendTuple(emotes, []byte(e.Shortcode), []byte(e.Asset), number(uint64(e.Start)), number(uint64(e.End)))
	}
	keys := make([]string, 0, len(c.Headers))
	for k := range c.Headers {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		headers = AppendTuple(headers, []byte(k), []byte(c.Headers[k]))
	}
	for _, r := range refs {
		references = binary.BigEndian.AppendUint64(references, uint64(r))
	}
	for _, m := range mentions {
		mentioned = AppendTuple(mentioned, []byte(m))
	}
	return AppendTuple([]byte{contentFormat}, []byte(c.Text), emotes, c.Metadata, headers,
		[]byte(c.Name), []byte(c.Encoding), c.Extras, references, mentioned)
}

// check is what holds for a content that is sent or edited, and for what it
// refers to.
func (c Content) check(limit TextLimit, refs []MessageID, mentions []UserID) error {
	if err := limit.check(c.Text); err != nil {
		return err
	}
	if err := checkEmotes(c.Text, c.Emotes); err != nil {
		return err
	}
	return checkRefs(refs, mentions)
}

// MaxText is the core's own bound of a message's text, in bytes.
const MaxText = 64 << 10

// TextLimit bounds the text of a message: code points or bytes, 0 for no
// bound of its own. Dialects fill it from the settings of the app.
type TextLimit struct {
	Runes int
	Bytes int
}

func (l TextLimit) check(text string) error {
	switch {
	case l.Runes > 0 && utf8.RuneCountInString(text) > l.Runes:
		return ErrMessageTooLong.Because("a message has at most %d characters", l.Runes)
	case l.Bytes > 0 && len(text) > l.Bytes:
		return ErrMessageTooLong.Because("a message has at most %d bytes", l.Bytes)
	case len(text) > MaxText:
		return ErrMessageTooLong.Because("a message has at most %d bytes", MaxText)
	}
	return nil
}

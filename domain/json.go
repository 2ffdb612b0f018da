package domain

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// appender is implemented by events that are written so often that they
// encode themselves. The bytes are those that encoding/json would give.
type appender interface {
	appendJSON(b []byte) ([]byte, error)
}

// AppendJSONString appends a string as encoding/json writes it.
func AppendJSONString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c >= utf8.RuneSelf {
			return appendEscaped(b, s)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func appendEscaped(b []byte, s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		return append(b, `""`...) // a string always encodes
	}
	return append(b, text...)
}

func appendBase64(b, blob []byte) []byte {
	b = append(b, '"')
	b = base64.StdEncoding.AppendEncode(b, blob)
	return append(b, '"')
}

// appendJSON encodes the plain message of a user, the bulk of every log;
// anything more goes the usual way.
func (e MessageSent) appendJSON(b []byte) ([]byte, error) {
	plain := len(e.Refs) == 0 && len(e.Mentions) == 0 && len(e.Attachments) == 0 && e.Thread == 0 && e.Publish == nil &&
		e.ClientID == "" && e.Connection == "" && e.SealedBy == nil && e.Digest != nil && e.Sealed != nil
	if !plain || len(e.Digest.Sum) == 0 || len(e.Sealed.Blob) == 0 {
		return json.Marshal(e)
	}
	b = append(b, '{')
	if e.Sender != "" {
		b = append(b, `"sender":`...)
		b = AppendJSONString(b, string(e.Sender))
		b = append(b, ',')
	}
	b = append(b, `"sender_kind":`...)
	b = AppendJSONString(b, string(e.SenderKind))
	b = append(b, `,"kind":`...)
	b = AppendJSONString(b, string(e.Kind))
	b = append(b, `,"digest":`...)
	b = appendBase64(b, e.Digest.Sum)
	b = append(b, `,"sealed":`...)
	b = appendBase64(b, e.Sealed.Blob)
	return append(b, '}'), nil
}

// contentText is how a content of text and sender's name begins, goes on and
// ends when it is encoded: the bulk of all sealed content.
const (
	contentText  = `{"text":`
	contentNamed = `,"sender_name":`
)

// AppendJSON is the content as encoding/json writes it.
func (c Content) AppendJSON(b []byte) ([]byte, error) {
	if c.Text == "" || c.SenderName == "" || len(c.Emotes)+len(c.Metadata)+len(c.Headers)+len(c.Extras)+len(c.Files) > 0 ||
		c.Name != "" || c.Encoding != "" {
		text, err := json.Marshal(c)
		return append(b, text...), err
	}
	b = append(b, contentText...)
	b = AppendJSONString(b, c.Text)
	b = append(b, contentNamed...)
	b = AppendJSONString(b, c.SenderName)
	return append(b, '}'), nil
}

// DecodeContent reads what AppendJSON wrote.
func DecodeContent(b []byte) (Content, error) {
	if text, rest, ok := plainString(b, contentText); ok {
		if name, end, ok := plainString(rest, contentNamed); ok && string(end) == "}" {
			return Content{Text: text, SenderName: name}, nil
		}
	}
	var c Content
	err := json.Unmarshal(b, &c)
	return c, err
}

// plainString reads a string without escapes behind a prefix.
func plainString(b []byte, prefix string) (s string, rest []byte, ok bool) {
	if len(b) <= len(prefix) || string(b[:len(prefix)]) != prefix || b[len(prefix)] != '"' {
		return "", nil, false
	}
	b = b[len(prefix)+1:]
	for i, c := range b {
		switch {
		case c == '"':
			return string(b[:i]), b[i+1:], utf8.Valid(b[:i])
		case c == '\\' || c < ' ':
			return "", nil, false
		}
	}
	return "", nil, false
}

// decodeMessageSent reads the plain message of a user as appendJSON wrote it,
// and anything else the usual way.
func decodeMessageSent(b []byte) (Event, error) {
	if e, ok := plainMessageSent(b); ok {
		return e, nil
	}
	var e MessageSent
	err := json.Unmarshal(b, &e)
	return e, err
}

func plainMessageSent(b []byte) (e MessageSent, ok bool) {
	sender, rest, ok := plainString(b, `{"sender":`)
	if !ok {
		return e, false
	}
	senderKind, rest, ok := plainString(rest, `,"sender_kind":`)
	if !ok {
		return e, false
	}
	kind, rest, ok := plainString(rest, `,"kind":`)
	if !ok {
		return e, false
	}
	digest, rest, ok := plainBase64(rest, `,"digest":`)
	if !ok {
		return e, false
	}
	sealed, rest, ok := plainBase64(rest, `,"sealed":`)
	if !ok || string(rest) != "}" {
		return e, false
	}
	return MessageSent{
		Sender: UserID(sender), SenderKind: SenderKind(senderKind), Kind: MessageKind(kind),
		Digest: &Digest{Sum: digest}, Sealed: &Secret{Blob: sealed},
	}, true
}

// plainBase64 reads a base64 string behind a prefix.
func plainBase64(b []byte, prefix string) (blob, rest []byte, ok bool) {
	if len(b) <= len(prefix) || string(b[:len(prefix)]) != prefix || b[len(prefix)] != '"' {
		return nil, nil, false
	}
	b = b[len(prefix)+1:]
	for i, c := range b {
		if c != '"' {
			continue
		}
		blob := make([]byte, base64.StdEncoding.DecodedLen(i))
		n, err := base64.StdEncoding.Decode(blob, b[:i])
		return blob[:n], b[i+1:], err == nil && n > 0
	}
	return nil, nil, false
}

// AppendJSON is the id in its text form, as a JSON string.
func (m MessageID) AppendJSON(b []byte) []byte {
	b = append(b, '"')
	b = strconv.AppendInt(b, int64(m), 10)
	return append(b, '"')
}

// AppendJSON is the id in its text form, as a JSON string.
func (c ChannelID) AppendJSON(b []byte) []byte { return MessageID(c).AppendJSON(b) }

package domain

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/google/uuid"
)

// Subject names whose key seals a secret: a user's, by key version, or a
// channel's (always version 1). Erasing a user deletes the key, and with it
// everything sealed under it.
type Subject struct {
	Kind    SubjectKind
	ID      string
	Version int
}

// SubjectKind tells users' keys from channels'.
type SubjectKind string

// The two kinds of subjects.
const (
	SubjectUser    SubjectKind = "user"
	SubjectChannel SubjectKind = "channel"
)

// ChannelSubject is the key of a channel.
func ChannelSubject(c ChannelID) Subject {
	return Subject{Kind: SubjectChannel, ID: c.String(), Version: 1}
}

// String is the subject as it stands in associated data, without the version.
func (s Subject) String() string { return string(s.Kind) + ":" + s.ID }

// Secret is the personal part of an event: one blob an event and subject.
// A rule fills Subject and Plain; the write path seals it before the append;
// what comes back from the log has only Blob. In JSON it is the blob, and an
// unsealed secret refuses to be encoded, so plain text cannot reach the log.
type Secret struct {
	Subject Subject
	Plain   any // encodes to a JSON object
	Blob    []byte
}

// Seal is a secret to be sealed under the subject's key.
func Seal(s Subject, plain any) *Secret { return &Secret{Subject: s, Plain: plain} }

var errUnsealed = errors.New("secret is not sealed")

// MarshalJSON encodes the sealed blob in base64.
func (s Secret) MarshalJSON() ([]byte, error) {
	if len(s.Blob) == 0 {
		return nil, errUnsealed
	}
	return json.Marshal(s.Blob)
}

// UnmarshalJSON decodes a sealed blob.
func (s *Secret) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &s.Blob) }

const redacted = "[redacted]"

// LogValue keeps secrets out of logs.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// String keeps secrets out of text.
func (Secret) String() string { return redacted }

// Format keeps secrets out of formatted text, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// Sealed is a blob to be opened: whoever opens it fills Plain or Err.
type Sealed struct {
	App     AppID
	Subject Subject
	Event   uuid.UUID
	Blob    []byte

	Plain []byte
	Err   error
}

// Digest recognises equal content without keeping text: an HMAC-SHA256 under
// a key derived from the subject's, so it means nothing after an erasure. A
// rule fills Subject and Of; the write path computes Sum.
type Digest struct {
	Subject Subject
	Of      []byte
	Sum     []byte
}

// MarshalJSON encodes the sum in base64.
func (d Digest) MarshalJSON() ([]byte, error) {
	if len(d.Sum) == 0 {
		return nil, errors.New("digest is not computed")
	}
	return json.Marshal(d.Sum)
}

// UnmarshalJSON decodes the sum.
func (d *Digest) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &d.Sum) }

// LogValue keeps the content out of logs.
func (Digest) LogValue() slog.Value { return slog.StringValue(redacted) }

// Format keeps the content out of formatted text, whatever the verb.
func (Digest) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// Sealing is implemented by events that hold secrets; the write path seals
// and computes what it returns before the append. Nil entries are skipped.
type Sealing interface {
	Secrets() ([]*Secret, *Digest)
}

// ErrSecretExists says that another secret is stored under a version of a key.
var ErrSecretExists = errors.New("another API secret is stored under this version")

// ErrErased says that the key of a secret is gone: its subject was erased.
var ErrErased = errors.New("sealed under a key that was erased")

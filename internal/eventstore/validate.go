package eventstore

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Validate reports what every adapter refuses: ErrInvalid for a malformed
// Write, ErrTooLarge for one beyond the limits.
func (w Write) Validate() error {
	if err := w.validateStream(); err != nil {
		return err
	}
	switch {
	case len(w.Events) == 0:
		return fmt.Errorf("%w: no events", ErrInvalid)
	case len(w.Events) > MaxEvents:
		return fmt.Errorf("%w: %d events, the limit is %d", ErrTooLarge, len(w.Events), MaxEvents)
	case !w.Draw && w.Expected < Any:
		return fmt.Errorf("%w: expected revision %d", ErrInvalid, w.Expected)
	}
	for _, g := range w.Guards {
		if err := validName(g.Stream); err != nil {
			return fmt.Errorf("guard: %w", err)
		}
	}
	if w.Bytes() > MaxWriteBytes {
		return fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, w.Bytes(), MaxWriteBytes)
	}
	return w.validateEvents()
}

// Bytes is the size of an append as MaxWriteBytes counts it: data and metadata
// of its events.
func (w Write) Bytes() int {
	n := 0
	for _, e := range w.Events {
		n += len(e.Data)
		for k, v := range e.Meta {
			n += len(k) + len(v)
		}
	}
	return n
}

func (w Write) validateStream() error {
	if err := validName(w.Stream); err != nil {
		return err
	}
	if last := w.Stream[len(w.Stream)-1]; w.Draw && last != '.' && last != '-' {
		return fmt.Errorf("%w: prefix %s does not end in a dot or a dash", ErrInvalid, w.Stream)
	}
	return nil
}

func (w Write) validateEvents() error {
	for i, e := range w.Events {
		switch {
		case e.ID == uuid.Nil:
			return fmt.Errorf("%w: event without id", ErrInvalid)
		case e.Type == "" || !utf8.ValidString(e.Type) || strings.IndexByte(e.Type, 0) >= 0:
			return fmt.Errorf("%w: event type %q", ErrInvalid, e.Type)
		case e.Type == Scavenged:
			return fmt.Errorf("%w: event type %s is the log's own", ErrInvalid, Scavenged)
		case int(int32(e.V)) != e.V:
			return fmt.Errorf("%w: version %d of an event", ErrInvalid, e.V)
		}
		for k, v := range e.Meta {
			if !utf8.ValidString(k) || !utf8.ValidString(v) {
				return fmt.Errorf("%w: metadata %q is not text", ErrInvalid, k)
			}
		}
		if i > 0 && e.ID == w.Events[i-1].ID {
			return fmt.Errorf("%w: event id %s twice", ErrInvalid, e.ID)
		}
	}
	if len(w.Events) < 3 {
		return nil
	}
	seen := make(map[uuid.UUID]struct{}, len(w.Events))
	for _, e := range w.Events {
		seen[e.ID] = struct{}{}
	}
	if len(seen) < len(w.Events) {
		return fmt.Errorf("%w: an event id occurs twice", ErrInvalid)
	}
	return nil
}

// validName accepts printable ASCII without blanks that does not start like a
// system stream.
func validName(name string) error {
	if name == "" || name[0] == '$' {
		return fmt.Errorf("%w: stream name %q", ErrInvalid, name)
	}
	for i := range len(name) {
		if name[i] <= ' ' || name[i] > '~' {
			return fmt.Errorf("%w: stream name %q", ErrInvalid, name)
		}
	}
	return nil
}

// StreamID is the id at the end of a stream's name, behind its last dot or
// dash: a positive 63-bit number in canonical decimals. It is 0 for a name that
// does not end in one.
func StreamID(stream string) int64 {
	text := stream[strings.LastIndexAny(stream, ".-")+1:]
	if text == "" || text[0] < '1' || text[0] > '9' || len(text) == len(stream) {
		return 0
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return id
}

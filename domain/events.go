package domain

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Event is something that happened, kept for ever. Its type and the meaning
// of its JSON fields never change: a new need is a new event, an optional
// field or a new version with an upcaster.
type Event interface {
	Type() string
}

// Keys of an event's metadata. No personal text goes there.
const (
	MetaApp       = "app"
	MetaActor     = "actor"
	MetaActorKind = "actor_kind"
	MetaDialect   = "dialect"
	MetaRequest   = "request"
	MetaVia       = "via"
	MetaTime      = "time" // milliseconds since 1970 in decimal, set once by the command
)

// Recorded is an event as the log holds it. Time is the command's, the only
// one that projections use.
type Recorded struct {
	Event    Event
	ID       uuid.UUID
	Stream   StreamName
	Revision int64
	Position int64
	Time     time.Time
	Meta     map[string]string
}

// State is what the rules of one aggregate must know. Evolve copies from an
// event: no rule, no error, no clock; an event that is not the aggregate's is
// ignored.
type State interface {
	Evolve(Recorded)
}

// Unknown is an event of a type that this code does not know, written by a
// newer version or emptied by retention. It counts, and changes nothing.
type Unknown struct {
	Name string
	V    int
}

// Type is the type under which the event was written.
func (u Unknown) Type() string { return u.Name }

// An upcaster leads the JSON of one version of an event type to the next.
type upcaster func(json.RawMessage) (json.RawMessage, error)

type eventType struct {
	version  int // the current one
	decode   func([]byte) (Event, error)
	upcasts  map[int]upcaster // from version to version + 1
	instance Event
}

func of[E Event](version int) eventType {
	var zero E
	return eventType{version: version, instance: zero, decode: func(b []byte) (Event, error) {
		var e E
		err := json.Unmarshal(b, &e)
		return e, err
	}}
}

// ofMessageSent decodes the most frequent event by hand.
func ofMessageSent() eventType {
	t := of[MessageSent](1)
	t.decode = decodeMessageSent
	return t
}

// registry holds every event type that this code writes or reads.
var registry = register(
	of[AppCreated](1), of[AppLimited](1), of[KeyIssued](1), of[KeyRevoked](1),
	of[UserNamed](1), of[UserBlocked](1), of[UserUnblocked](1), of[UserErased](1),
	of[ChannelHidden](1), of[ChannelShown](1),
	of[ChannelCreated](1), of[ChannelRenamed](1), of[ChannelDeleted](1),
	of[MemberAdded](1), of[MemberRemoved](1), of[MemberRoleChanged](1), of[OwnershipTransferred](1),
	ofMessageSent(), of[MessageEdited](1), of[MessageDeleted](1),
	of[ReactionAdded](1), of[ReactionRemoved](1),
	of[ReadCursorAdvanced](1),
	of[PresenceEntered](1), of[PresenceLeft](1), of[ConnectionsChanged](1), of[NodeCleared](1),
)

func register(types ...eventType) map[string]eventType {
	m := make(map[string]eventType, len(types))
	for _, t := range types {
		m[t.instance.Type()] = t
	}
	return m
}

// EventTypes lists the registered types with their current versions.
func EventTypes() map[string]int {
	m := make(map[string]int, len(registry))
	for name, t := range registry {
		m[name] = t.version
	}
	return m
}

// CheckEvents verifies at start-up that every version ever written of every
// event type can be read: an upcaster leads from each to the next.
func CheckEvents() error { return checkEvents(registry) }

func checkEvents(types map[string]eventType) error {
	names := make([]string, 0, len(types))
	for name := range types {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t := types[name]
		for v := 1; v < t.version; v++ {
			if t.upcasts[v] == nil {
				return fmt.Errorf("event %s: no upcaster from version %d to %d", name, v, v+1)
			}
		}
		if len(t.upcasts) != t.version-1 {
			return fmt.Errorf("event %s: %d upcasters for version %d", name, len(t.upcasts), t.version)
		}
	}
	return nil
}

// EncodeEvent is the wire form of an event at its current version.
func EncodeEvent(e Event) (typ string, v int, data []byte, err error) {
	t, ok := registry[e.Type()]
	if !ok {
		return "", 0, nil, fmt.Errorf("event %s is not registered", e.Type())
	}
	if a, fast := e.(appender); fast {
		data, err = a.appendJSON(make([]byte, 0, 512))
	} else {
		data, err = json.Marshal(e)
	}
	if err != nil {
		return "", 0, nil, fmt.Errorf("encode event %s: %w", e.Type(), err)
	}
	return e.Type(), t.version, data, nil
}

// DecodeEvent reads an event of any version ever written. A type that is not
// registered gives Unknown; a version newer than this code is an error.
func DecodeEvent(typ string, v int, data []byte) (Event, error) {
	return decodeEvent(registry, typ, v, data)
}

func decodeEvent(types map[string]eventType, typ string, v int, data []byte) (Event, error) {
	t, ok := types[typ]
	if !ok {
		return Unknown{Name: typ, V: v}, nil
	}
	if v < 1 || v > t.version {
		return nil, fmt.Errorf("event %s: version %d is not known, the newest is %d", typ, v, t.version)
	}
	for from := v; from < t.version; from++ {
		next, err := t.upcasts[from](data)
		if err != nil {
			return nil, fmt.Errorf("event %s: upcast from version %d: %w", typ, from, err)
		}
		data = next
	}
	e, err := t.decode(data)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", typ, err)
	}
	return e, nil
}

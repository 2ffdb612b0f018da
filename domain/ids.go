package domain

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// AppID names a tenant: ^[a-z0-9][a-z0-9_]{0,31}$.
type AppID string

// UserID is an opaque key of the host application: 1-128 characters, no
// control character, no slash (CH-023).
type UserID string

// ChannelID and MessageID are positive 63-bit numbers, decimal text outside
// (CH-010); 0 is no id.
type (
	ChannelID int64
	MessageID int64
)

// NodeID names a process that serves, drawn at its start: 1-64 letters,
// digits, underscores and dashes.
type NodeID string

// Valid reports whether the id has the form of an app id.
func (a AppID) Valid() bool {
	if len(a) == 0 || len(a) > 32 || a[0] == '_' {
		return false
	}
	for _, c := range []byte(a) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// Valid reports whether the id has the form of a user id (CH-023).
func (u UserID) Valid() bool {
	s := string(u)
	if s == "" || len(s) > 128*utf8.UTFMax || !utf8.ValidString(s) || utf8.RuneCountInString(s) > 128 {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r == '/' || unicode.IsControl(r) })
}

// Valid reports whether the id has the form of a node id.
func (n NodeID) Valid() bool { return isPlainID(string(n), 64) }

// KeyName is the name of an app's key, `app.key`.
type KeyName string

// Split cuts a key name into app and key id; ok tells whether both have
// their form: the key id is 1-32 of letters, digits, underscore and dash.
func (k KeyName) Split() (app AppID, key string, ok bool) {
	a, key, found := strings.Cut(string(k), ".")
	if !found || !AppID(a).Valid() || !isPlainID(key, 32) {
		return "", "", false
	}
	return AppID(a), key, true
}

// isPlainID reports whether a text is 1 to most letters, digits, underscores
// and dashes.
func isPlainID(s string, most int) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return len(s) > 0 && len(s) <= most
}

func (c ChannelID) String() string { return strconv.FormatInt(int64(c), 10) }
func (m MessageID) String() string { return strconv.FormatInt(int64(m), 10) }

// MarshalText writes the id in decimal.
func (c ChannelID) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(c), 10), nil }

// MarshalText writes the id in decimal.
func (m MessageID) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(m), 10), nil }

// UnmarshalText reads what MarshalText writes.
func (c *ChannelID) UnmarshalText(b []byte) error {
	n, err := ParseID(string(b))
	*c = ChannelID(n)
	return err
}

// UnmarshalText reads what MarshalText writes.
func (m *MessageID) UnmarshalText(b []byte) error {
	n, err := ParseID(string(b))
	*m = MessageID(n)
	return err
}

var errID = errors.New("not an id: want decimal digits without sign or leading zero, 1 to 2^63-1")

// ParseID reads an id in its text form (CH-010).
func ParseID(s string) (int64, error) {
	if len(s) == 0 || len(s) > 19 || s[0] < '1' || s[0] > '9' {
		return 0, errID
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, errID
	}
	return n, nil
}

// epoch is where the milliseconds of ids start.
var epoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

// IDAt is the smallest id of a moment: 41 bits of milliseconds since
// 2020-01-01 UTC, 22 bits of counter.
func IDAt(t time.Time) int64 { return max(t.UnixMilli()-epoch, 1) << 22 }

// NextID is an id for now that is larger than last.
func NextID(now time.Time, last int64) int64 { return max(IDAt(now), last+1) }

// Streams of the aggregates. User ids are percent-encoded beyond
// [A-Za-z0-9._~:-].
func AppStream(a AppID) string { return "app-" + string(a) }

// UserStream is the stream of a user.
func UserStream(a AppID, u UserID) string { return "user-" + string(a) + "." + escape(u) }

// ChannelStream is the stream of a channel.
func ChannelStream(a AppID, c ChannelID) string { return "channel-" + string(a) + "." + c.String() }

// MessageStream is the stream of a message.
func MessageStream(a AppID, c ChannelID, m MessageID) string { return MessagePrefix(a, c) + m.String() }

// MessagePrefix is the name of a message's stream without its id, which the
// log draws.
func MessagePrefix(a AppID, c ChannelID) string {
	return "message-" + string(a) + "." + c.String() + "."
}

// ReadsStream is the stream of a user's read cursor in a channel.
func ReadsStream(a AppID, c ChannelID, u UserID) string {
	return "reads-" + string(a) + "." + c.String() + "." + escape(u)
}

// PresenceStream is the stream of who is present in a channel.
func PresenceStream(a AppID, c ChannelID) string { return "presence-" + string(a) + "." + c.String() }

// NodeStream is the stream of a node's connections in an app.
func NodeStream(a AppID, n NodeID) string { return "presence-" + string(a) + "." + ofNode + string(n) }

// ofNode stands before a node where else the id of a channel is.
const ofNode = "node-"

// StreamName is the name of a stream in its parts; those that its category
// does not have are zero.
type StreamName struct {
	Category string
	App      AppID
	User     UserID
	Channel  ChannelID
	Message  MessageID
	Node     NodeID
}

// ParseStream reads the name of a stream.
func ParseStream(name string) (StreamName, error) {
	s, ok := parseStream(name)
	if !ok {
		return StreamName{}, fmt.Errorf("stream %q: not a name of ours", name)
	}
	return s, nil
}

func parseStream(name string) (s StreamName, ok bool) {
	category, rest, ok := strings.Cut(name, "-")
	if !ok {
		return s, false
	}
	app, rest, deeper := strings.Cut(rest, ".")
	s.Category, s.App = category, AppID(app)
	if !s.App.Valid() || deeper != (category != "app") {
		return s, false
	}
	switch category {
	case "app":
		return s, true
	case "user":
		s.User, ok = unescape(rest)
		return s, ok
	case "presence":
		if node, ok := strings.CutPrefix(rest, ofNode); ok {
			s.Node = NodeID(node)
			return s, s.Node.Valid()
		}
	}
	id, rest, deeper := strings.Cut(rest, ".")
	c, err := ParseID(id)
	if err != nil || deeper == (category == "channel" || category == "presence") {
		return s, false
	}
	s.Channel = ChannelID(c)
	switch category {
	case "channel", "presence":
		return s, true
	case "message":
		m, err := ParseID(rest)
		s.Message = MessageID(m)
		return s, err == nil
	case "reads":
		s.User, ok = unescape(rest)
		return s, ok
	}
	return s, false
}

const hexDigits = "0123456789ABCDEF"

func plain(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '.' || c == '_' || c == '~' || c == ':' || c == '-'
}

func escape(u UserID) string {
	n := 0
	for i := range len(u) {
		if !plain(u[i]) {
			n++
		}
	}
	if n == 0 {
		return string(u)
	}
	b := make([]byte, 0, len(u)+2*n)
	for i := range len(u) {
		if c := u[i]; plain(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return string(b)
}

func unescape(s string) (UserID, bool) {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b = append(b, s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		hi, lo := strings.IndexByte(hexDigits, s[i+1]), strings.IndexByte(hexDigits, s[i+2])
		if hi < 0 || lo < 0 {
			return "", false
		}
		b = append(b, byte(hi<<4|lo))
		i += 2
	}
	u := UserID(b)
	return u, u.Valid() && escape(u) == s
}

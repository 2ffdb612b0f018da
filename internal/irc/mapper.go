package irc

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Origin names an entry of a source; importing it again does nothing.
type Origin struct {
	Source string `json:"source"`
	N      int64  `json:"n"`
}

// Command is a line of an import.
type Command struct {
	Op string `json:"op"`
	Origin
	As        string   `json:"as"`
	Time      int64    `json:"time"`
	ChannelOf *Origin  `json:"channel_of,omitempty"`
	Type      string   `json:"type,omitempty"`
	Name      string   `json:"name,omitempty"`
	User      string   `json:"user,omitempty"`
	Body      string   `json:"body,omitempty"`
	Kind      string   `json:"kind,omitempty"`
	RefsOf    []Origin `json:"refs_of,omitempty"`
}

// Counts says what became of the entries of a log; Added are speakers who were
// not present, which are no entries.
type Counts struct {
	Messages   int `json:"messages"`
	Actions    int `json:"actions"`
	Empty      int `json:"empty"`
	Joins      int `json:"joins"`
	Present    int `json:"joins_of_members"`
	Leaves     int `json:"leaves"`
	Absent     int `json:"leaves_of_non_members"`
	Nicks      int `json:"nick_changes"`
	Broken     int `json:"broken"`
	Rooms      int `json:"-"`
	Added      int `json:"-"`
	Commands   int `json:"-"`
	References int `json:"-"`
}

// Entries is the number of entries that the counts add up to.
func (c Counts) Entries() int {
	return c.Messages + c.Actions + c.Empty + c.Joins + c.Present + c.Leaves + c.Absent + c.Nicks + c.Broken
}

// Mapper turns entries into commands. What an entry means depends on those
// before it: who is present follows from the log alone, so that every run over
// the same file gives the same commands.
type Mapper struct {
	Counts
	source, owner string
	present       map[place]bool
	rooms         map[string]*Origin
	said          map[int64]string // room of each message
}

// place is a user in a room.
type place struct{ room, user string }

// NewMapper makes a Mapper for a source whose rooms a user owns.
func NewMapper(source, owner string) *Mapper {
	return &Mapper{source: source, owner: owner, present: map[place]bool{}, rooms: map[string]*Origin{}, said: map[int64]string{}}
}

// Map is what an entry means.
func (m *Mapper) Map(e Entry) []Command {
	commands := m.enter(e)
	switch e.Type {
	case message, action:
		commands = append(commands, m.say(e)...)
	case join:
		if m.present[place{e.Room, e.User}] {
			m.Present++
		} else {
			m.Joins++
			commands = append(commands, m.join(e, e.User))
		}
	case leave:
		if !m.leaves(e) {
			m.Absent++
		} else {
			m.Leaves++
			commands = append(commands, m.leave(e))
		}
	case nick:
		m.Nicks++
		if e.User == e.Text {
			break
		}
		if m.leaves(e) {
			commands = append(commands, m.leave(e))
		}
		if !m.present[place{e.Room, e.Text}] {
			commands = append(commands, m.join(e, e.Text))
		}
	}
	m.Commands += len(commands)
	return commands
}

// enter makes the room of an entry at its first sight.
func (m *Mapper) enter(e Entry) []Command {
	if m.rooms[e.Room] != nil {
		return nil
	}
	name := sha256.Sum256([]byte(e.Room))
	room := Origin{m.source + "/room/" + hex.EncodeToString(name[:8]), 0}
	m.rooms[e.Room] = &room
	m.Rooms++
	m.present[place{e.Room, m.owner}] = true
	return []Command{{Op: "create_channel", Origin: room, As: m.owner, Time: e.TS, Type: "room", Name: e.Room}}
}

func (m *Mapper) say(e Entry) (commands []Command) {
	if strings.TrimSpace(e.Text) == "" {
		m.Empty++
		return nil
	}
	if !m.present[place{e.Room, e.User}] {
		m.Added++
		commands = append(commands, m.join(e, e.User))
	}
	c := Command{Op: "send", Origin: Origin{m.source, e.N}, As: e.User, Time: e.TS, ChannelOf: m.rooms[e.Room], Body: e.Text}
	if e.Type == action {
		m.Actions++
		c.Kind = "action"
	} else {
		m.Messages++
	}
	for _, n := range e.ReplyTo {
		if m.said[n] == e.Room && len(c.RefsOf) < maxRefs && !contains(c.RefsOf, n) {
			c.RefsOf = append(c.RefsOf, Origin{m.source, n})
		}
	}
	m.References += len(c.RefsOf)
	m.said[e.N] = e.Room
	return append(commands, c)
}

// maxRefs is how many messages a message may refer to.
const maxRefs = 10

func contains(refs []Origin, n int64) bool {
	for _, r := range refs {
		if r.N == n {
			return true
		}
	}
	return false
}

func (m *Mapper) join(e Entry, user string) Command {
	m.present[place{e.Room, user}] = true
	return Command{
		Op: "add_member", Origin: Origin{m.source + "/join", e.N}, As: user, User: user, Time: e.TS, ChannelOf: m.rooms[e.Room],
	}
}

// leaves reports whether the user of an entry can leave: it is there, and the
// room is not its own.
func (m *Mapper) leaves(e Entry) bool {
	return m.present[place{e.Room, e.User}] && e.User != m.owner
}

func (m *Mapper) leave(e Entry) Command {
	delete(m.present, place{e.Room, e.User})
	return Command{
		Op: "remove_member", Origin: Origin{m.source + "/leave", e.N}, As: e.User, User: e.User, Time: e.TS, ChannelOf: m.rooms[e.Room],
	}
}

package domain

import (
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ChannelKind is the type of a channel.
type ChannelKind string

// The kinds of channels. A stream has no members and no native view.
const (
	DM     ChannelKind = "dm"
	Group  ChannelKind = "group"
	Room   ChannelKind = "room"
	Stream ChannelKind = "stream"
)

// ChannelCreated: a channel exists, with its first members.
type ChannelCreated struct {
	Kind     ChannelKind    `json:"kind"`
	Natural  *NaturalKey    `json:"natural,omitempty"`
	Owner    UserID         `json:"owner,omitempty"`
	Members  []FirstMember  `json:"members,omitempty"`
	Settings map[string]any `json:"settings,omitempty"`
	Sealed   *Secret        `json:"sealed,omitempty"` // ChannelProfile, under the channel's key
}

// Other is the other user of a dm that a user is in, empty of other kinds.
func (e ChannelCreated) Other(u UserID) UserID {
	if e.Kind != DM || e.Natural == nil || len(e.Natural.Pair) != 2 {
		return ""
	}
	if e.Natural.Pair[0] == u {
		return e.Natural.Pair[1]
	}
	return e.Natural.Pair[0]
}

// NaturalKey is what the id of a channel was derived from: the sorted pair of
// a dm, or the name of a room that is addressed by it. Salt counts the
// collisions met.
type NaturalKey struct {
	Pair []UserID `json:"pair,omitempty"`
	Name string   `json:"name,omitempty"`
	Salt int      `json:"salt,omitempty"`
}

// Parts is the natural key as the id is derived from it.
func (n NaturalKey) Parts() []string {
	if len(n.Pair) == 2 {
		return []string{"dm", string(n.Pair[0]), string(n.Pair[1])}
	}
	return []string{"room", n.Name}
}

// Equal reports whether two natural keys are of the same channel.
func (n NaturalKey) Equal(o NaturalKey) bool {
	a, b := n.Parts(), o.Parts()
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// PairKey is the natural key of the dm of two users.
func PairKey(a, b UserID) NaturalKey {
	if b < a {
		a, b = b, a
	}
	return NaturalKey{Pair: []UserID{a, b}}
}

// FirstMember is a member of a channel from its creation on.
type FirstMember struct {
	User    UserID `json:"user"`
	Role    Role   `json:"role"`
	Inviter UserID `json:"inviter,omitempty"`
}

// ChannelProfile is what ChannelCreated and ChannelRenamed seal.
type ChannelProfile struct {
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
}

// ChannelRenamed: the channel has another name.
type ChannelRenamed struct {
	By     UserID  `json:"by,omitempty"`
	Sealed *Secret `json:"sealed"` // ChannelProfile
}

// ChannelDeleted: the channel is gone for everyone.
type ChannelDeleted struct {
	By UserID `json:"by,omitempty"`
}

// Type names the event.
func (ChannelCreated) Type() string { return "ChannelCreated" }

// Type names the event.
func (ChannelRenamed) Type() string { return "ChannelRenamed" }

// Type names the event.
func (ChannelDeleted) Type() string { return "ChannelDeleted" }

// Secrets lists what is to be sealed.
func (e ChannelCreated) Secrets() ([]*Secret, *Digest) { return []*Secret{e.Sealed}, nil }

// Secrets lists what is to be sealed.
func (e ChannelRenamed) Secrets() ([]*Secret, *Digest) { return []*Secret{e.Sealed}, nil }

// Channel is the state of a channel.
type Channel struct {
	exists, deleted bool
	Kind            ChannelKind
	Natural         NaturalKey
	owner           UserID
	roles           map[UserID]Role
	joined          map[UserID]int64 // position at which a member joined
}

// NewChannel is a channel before its first event.
func NewChannel() *Channel { return &Channel{roles: map[UserID]Role{}, joined: map[UserID]int64{}} }

// Clone is a channel in the same state that evolves by itself.
func (c *Channel) Clone() *Channel {
	clone := *c
	clone.roles, clone.joined = maps.Clone(c.roles), maps.Clone(c.joined)
	return &clone
}

// Evolve folds an event of the channel.
func (c *Channel) Evolve(r Recorded) {
	switch e := r.Event.(type) {
	case ChannelCreated:
		c.exists, c.Kind, c.owner = true, e.Kind, e.Owner
		if e.Natural != nil {
			c.Natural = *e.Natural
		}
		for _, m := range e.Members {
			c.roles[m.User], c.joined[m.User] = m.Role, r.Position
		}
	case ChannelDeleted:
		c.deleted = true
	case MemberAdded:
		c.roles[e.User], c.joined[e.User] = e.Role, r.Position
	case MemberRemoved:
		delete(c.roles, e.User)
		delete(c.joined, e.User)
	case MemberRoleChanged:
		c.roles[e.User] = e.Role
	case OwnershipTransferred:
		if _, member := c.roles[e.From]; member {
			c.roles[e.From] = RoleAdmin
		}
		c.roles[e.To], c.owner = RoleOwner, e.To
	}
}

// Exists reports whether the channel was created and not deleted.
func (c *Channel) Exists() bool { return c.exists && !c.deleted }

// Size estimates the bytes that the state takes.
func (c *Channel) Size() int { return 160 * len(c.roles) }

// Owner is the owner of the channel, "" for a dm.
func (c *Channel) Owner() UserID { return c.owner }

// Standing is what authorisation needs to know of an actor here.
func (c *Channel) Standing(a Actor) Standing {
	return Standing{Exists: c.Exists(), Kind: c.Kind, Role: c.roles[a.User()]}
}

// JoinedAt is the position at which a member joined, 0 for a non-member.
func (c *Channel) JoinedAt(u UserID) int64 { return c.joined[u] }

// Peer is the other user of a dm.
func (c *Channel) Peer(u UserID) UserID {
	for _, p := range c.Natural.Pair {
		if p != u {
			return p
		}
	}
	return ""
}

// CreateDM makes the dm of two users, both plain members (CH-110). A dm that
// exists changes nothing; existing tells so (CH-111).
func (c *Channel) CreateDM(by, other UserID, key NaturalKey) (events []Event, existing bool) {
	if c.exists {
		return nil, true
	}
	return []Event{ChannelCreated{Kind: DM, Natural: &key, Members: []FirstMember{
		{User: by, Role: RoleMember},
		{User: other, Role: RoleMember, Inviter: by},
	}}}, false
}

// CreateNamed makes a group or a room with its creator as owner (CH-120); one
// that no user creates has neither owner nor members.
func CreateNamed(id ChannelID, kind ChannelKind, owner UserID, name string) []Event {
	e := ChannelCreated{
		Kind: kind, Owner: owner,
		Sealed: Seal(ChannelSubject(id), ChannelProfile{Name: name}),
	}
	if owner != "" {
		e.Members = []FirstMember{{User: owner, Role: RoleOwner}}
	}
	return []Event{e}
}

// Rename gives the channel another name (CH-140 to CH-143). Input is what is
// wrong with the request's body, answered in its turn (CH-026).
func (c *Channel) Rename(a Actor, id ChannelID, name string, input error) ([]Event, error) {
	if err := Authorize(a, RenameChannel, c.Standing(a)); err != nil {
		return nil, err
	}
	if input != nil {
		return nil, input
	}
	name, err := ChannelName(name)
	if err != nil {
		return nil, err
	}
	return []Event{ChannelRenamed{By: a.User(), Sealed: Seal(ChannelSubject(id), ChannelProfile{Name: name})}}, nil
}

// Delete removes the channel for everyone (CH-160). Input is what is wrong
// with the request.
func (c *Channel) Delete(a Actor, input error) ([]Event, error) {
	if err := Authorize(a, DeleteChannel, c.Standing(a)); err != nil {
		return nil, err
	}
	if input != nil {
		return nil, input
	}
	return []Event{ChannelDeleted{By: a.User()}}, nil
}

// maxChannelName is in characters (CH-123).
const maxChannelName = 100

// ChannelName checks the name of a group or room and trims it (CH-123).
func ChannelName(s string) (string, error) {
	s = strings.TrimFunc(s, unicode.IsSpace)
	if n := utf8.RuneCountInString(s); n < 1 || n > maxChannelName {
		return "", ErrInvalidName.Because("a channel name has 1 to %d characters, not %d", maxChannelName, n)
	}
	return s, nil
}

package domain

import "time"

// ActorKind says what acts.
type ActorKind string

// The kinds of actors.
const (
	ActorUser   ActorKind = "user"
	ActorKey    ActorKind = "key"
	ActorSystem ActorKind = "system"
)

// Actor is who acts: a user named by a token, a key of the app, or the
// operator. Every command and every read has one.
type Actor struct {
	App  AppID
	Kind ActorKind
	ID   string // user id, key id, or "operator"
	// Capability is what a key may do; nil for users of the native face,
	// whose rights follow from membership alone.
	Capability map[string][]string
	// Name is the display name that a user's token carries, "" for none,
	// and NameIssued when it was issued.
	Name       string
	NameIssued time.Time
	// Dialect and Request say where the request came from; they go into
	// the metadata of its events.
	Dialect string
	Request string
	// Via is who made a request in the name of the actor, as an import does;
	// "" when the actor came by itself.
	Via string
}

// User is the acting user; "" for a key and the operator.
func (a Actor) User() UserID {
	if a.Kind != ActorUser {
		return ""
	}
	return UserID(a.ID)
}

// Action is what an actor asks to do in a channel.
type Action int

// The actions of section 2 of the channels contract.
const (
	SeeChannel Action = iota
	ReadChannel
	TakePart // send, react, type, move the read cursor
	RenameChannel
	AddMembers
	JoinChannel
	LeaveChannel
	RemoveMembers
	ChangeRoles
	DeleteChannel
	DeleteAnyMessage // one's own takes TakePart only
)

// Standing is what authorisation needs to know of a channel and of the
// actor's place in it.
type Standing struct {
	Exists bool
	Kind   ChannelKind
	Role   Role // "" for a non-member
}

// permission is one row of the table of section 2: who besides members may
// do it, whether a dm takes it, and the least role.
type permission struct {
	outsiders bool // a non-member may, in a room
	dm        bool // a dm allows it
	role      Role
}

var permissions = map[Action]permission{
	SeeChannel:       {outsiders: true, dm: true, role: RoleMember},
	ReadChannel:      {dm: true, role: RoleMember},
	TakePart:         {dm: true, role: RoleMember},
	JoinChannel:      {outsiders: true, role: RoleMember},
	LeaveChannel:     {role: RoleMember},
	RenameChannel:    {role: RoleAdmin},
	AddMembers:       {role: RoleAdmin},
	RemoveMembers:    {role: RoleAdmin},
	ChangeRoles:      {role: RoleOwner},
	DeleteChannel:    {role: RoleOwner},
	DeleteAnyMessage: {role: RoleAdmin},
}

// Authorize decides whether an actor may do something in a channel, in the
// order of CH-026: the channel exists, the caller is a member, the type of
// the channel allows it, the role allows it. The operator may everything that
// the type of the channel allows.
func Authorize(a Actor, do Action, in Standing) error {
	p, known := permissions[do]
	switch {
	case !known || a.App == "":
		return ErrForbidden
	case !in.Exists:
		return ErrChannelNotFound
	case a.Kind == ActorSystem:
		return typeAllows(p, in)
	case a.Kind != ActorUser:
		return ErrForbidden
	case in.Role == "" && (!p.outsiders || in.Kind != Room):
		return ErrNotMember
	case typeAllows(p, in) != nil:
		return typeAllows(p, in)
	case p.role == RoleOwner && in.Role != RoleOwner:
		return ErrNotOwner
	case p.role == RoleAdmin && in.Role != RoleOwner && in.Role != RoleAdmin:
		return ErrNotAdmin
	}
	return nil
}

func typeAllows(p permission, in Standing) error {
	if in.Kind == DM && !p.dm {
		return ErrCannotModifyDM
	}
	return nil
}

// MayAdminister decides whether an actor may administer an app: the operator
// any, a key with the explicit operation admin its own. The empty app stands
// for the whole installation, which is the operator's. Of other apps a key is
// told what is said of apps that do not exist.
func MayAdminister(a Actor, app AppID) error {
	switch {
	case a.Kind == ActorSystem && a.ID != "":
		return nil
	case a.Kind != ActorKey || a.App == "" || !Administers(a.Capability):
		return ErrForbidden
	case app == "":
		return ErrForbidden.Because("this is for the operator alone")
	case app != a.App:
		return ErrAppNotFound
	}
	return nil
}

package domain

// Role is a member's role in a channel.
type Role string

// The roles. Both sides of a dm are plain members.
const (
	RoleOwner  Role = "owner"
	RoleAdmin  Role = "admin"
	RoleMember Role = "member"
)

// MemberAdded: a user is a member from here on. Inviter is empty for one who
// joined by itself.
type MemberAdded struct {
	User    UserID `json:"user"`
	Role    Role   `json:"role"`
	Inviter UserID `json:"inviter,omitempty"`
}

// MemberRemoved: a user is no member any more. By is the user itself when it
// left.
type MemberRemoved struct {
	User UserID `json:"user"`
	By   UserID `json:"by,omitempty"`
}

// MemberRoleChanged: a member has another role.
type MemberRoleChanged struct {
	User UserID `json:"user"`
	Role Role   `json:"role"`
	By   UserID `json:"by,omitempty"`
}

// OwnershipTransferred: To owns the channel, From is an admin.
type OwnershipTransferred struct {
	From UserID `json:"from"`
	To   UserID `json:"to"`
	By   UserID `json:"by,omitempty"`
}

// Type names the event.
func (MemberAdded) Type() string { return "MemberAdded" }

// Type names the event.
func (MemberRemoved) Type() string { return "MemberRemoved" }

// Type names the event.
func (MemberRoleChanged) Type() string { return "MemberRoleChanged" }

// Type names the event.
func (OwnershipTransferred) Type() string { return "OwnershipTransferred" }

// AddMember is a request to make User a member. Input is what is wrong with
// the request's body, answered in its turn (CH-026).
type AddMember struct {
	User  UserID
	Role  Role // "" means member
	Input error
}

// Add decides who may become a member (CH-210 to CH-218).
func (c *Channel) Add(a Actor, m AddMember) ([]Event, error) {
	self := m.User == a.User() && a.Kind == ActorUser && m.Input == nil
	in := c.Standing(a)
	do := AddMembers
	if self && (in.Role != "" || in.Kind == Room && (m.Role == "" || m.Role == RoleMember)) {
		do = JoinChannel
	}
	if err := Authorize(a, do, in); err != nil {
		return nil, err
	}
	if m.Input != nil {
		return nil, m.Input
	}
	if m.Role == "" {
		m.Role = RoleMember
	}
	switch {
	case !m.User.Valid():
		return nil, ErrInvalidRequest.Because("user_id is missing or not a user id")
	case m.Role != RoleMember && m.Role != RoleAdmin:
		return nil, ErrInvalidRole
	case m.Role == RoleAdmin && a.Kind == ActorUser && in.Role != RoleOwner:
		return nil, ErrNotOwner
	case c.roles[m.User] != "":
		return nil, ErrAlreadyMember
	}
	added := MemberAdded{User: m.User, Role: m.Role}
	if !self {
		added.Inviter = a.User()
	}
	return []Event{added}, nil
}

// Remove takes a member out; oneself means leaving (CH-220 to CH-226). Input
// is what is wrong with the request.
func (c *Channel) Remove(a Actor, user UserID, input error) ([]Event, error) {
	do := RemoveMembers
	if a.Kind == ActorUser && user == a.User() {
		do = LeaveChannel
	}
	if err := Authorize(a, do, c.Standing(a)); err != nil {
		return nil, err
	}
	if input != nil {
		return nil, input
	}
	switch c.roles[user] {
	case "":
		return nil, ErrMemberNotFound
	case RoleOwner:
		return nil, ErrCannotRemoveOwner
	}
	return []Event{MemberRemoved{User: user, By: a.User()}}, nil
}

// ChangeRole gives a member another role; owner hands the channel over
// (CH-230). Input is what is wrong with the request's body.
func (c *Channel) ChangeRole(a Actor, user UserID, role Role, input error) ([]Event, error) {
	if err := Authorize(a, ChangeRoles, c.Standing(a)); err != nil {
		return nil, err
	}
	if input != nil {
		return nil, input
	}
	if role != RoleMember && role != RoleAdmin && role != RoleOwner {
		return nil, ErrInvalidRole.Because("role is member, admin or owner")
	}
	had := c.roles[user]
	switch {
	case had == "":
		return nil, ErrMemberNotFound
	case had == role:
		return nil, nil
	case had == RoleOwner:
		return nil, ErrInvalidRole.Because("the owner hands the channel over by making another member owner")
	case role == RoleOwner:
		return []Event{OwnershipTransferred{From: c.owner, To: user, By: a.User()}}, nil
	}
	return []Event{MemberRoleChanged{User: user, Role: role, By: a.User()}}, nil
}

package domain

import "time"

// UserNamed: a token carried a display name that differs from the last one.
// Issued is the token's iat, or the first sight of a token without, in
// milliseconds.
type UserNamed struct {
	Issued int64   `json:"issued"`
	Digest *Digest `json:"digest"`
	Sealed *Secret `json:"sealed"` // Profile, under the user's key
}

// UserBlocked: the user does not want direct messages with User.
type UserBlocked struct {
	User UserID `json:"user"`
}

// UserUnblocked: the block is lifted.
type UserUnblocked struct {
	User UserID `json:"user"`
}

// ChannelHidden: the user does not want to see a channel in the list
// (CH-150). A dm comes back with its next message (CH-151), and so does what
// the user joins anew.
type ChannelHidden struct {
	Channel ChannelID `json:"channel"`
}

// ChannelShown: a hidden channel is back in the user's list.
type ChannelShown struct {
	Channel ChannelID `json:"channel"`
}

// UserErased: the user's keys up to now are deleted; what they sealed is gone.
type UserErased struct{}

// Profile is what UserNamed seals.
type Profile struct {
	Name string `json:"name"`
}

// Type names the event.
func (UserNamed) Type() string { return "UserNamed" }

// Type names the event.
func (UserBlocked) Type() string { return "UserBlocked" }

// Type names the event.
func (UserUnblocked) Type() string { return "UserUnblocked" }

// Type names the event.
func (ChannelHidden) Type() string { return "ChannelHidden" }

// Type names the event.
func (ChannelShown) Type() string { return "ChannelShown" }

// Type names the event.
func (UserErased) Type() string { return "UserErased" }

// Secrets lists what is to be sealed.
func (e UserNamed) Secrets() ([]*Secret, *Digest) { return []*Secret{e.Sealed}, e.Digest }

// User is the state of a user.
type User struct {
	ID     UserID
	blocks map[UserID]bool
	hidden map[ChannelID]int64 // position at which it was hidden
	erased int                 // how often
	named  int64
	digest []byte
	// Name is the newest UserNamed of the current key version, still
	// sealed; its Event is nil when there is none.
	Name Recorded
}

// NewUser is a user before its first event.
func NewUser() *User { return &User{blocks: map[UserID]bool{}, hidden: map[ChannelID]int64{}} }

// Evolve folds an event of the user.
func (u *User) Evolve(r Recorded) {
	u.ID = r.Stream.User
	switch e := r.Event.(type) {
	case UserNamed:
		u.Name, u.named = r, e.Issued
		if e.Digest != nil {
			u.digest = e.Digest.Sum
		}
	case UserBlocked:
		u.blocks[e.User] = true
	case UserUnblocked:
		delete(u.blocks, e.User)
	case ChannelHidden:
		u.hidden[e.Channel] = r.Position
	case ChannelShown:
		delete(u.hidden, e.Channel)
	case UserErased:
		u.erased++
		u.Name, u.named, u.digest = Recorded{}, 0, nil
	}
}

// KeyVersion is the version of the key that seals for the user now: 1 + the
// number of erasures.
func (u *User) KeyVersion() int { return 1 + u.erased }

// UserSubject is the key of a user at a version.
func UserSubject(id UserID, version int) Subject {
	return Subject{Kind: SubjectUser, ID: string(id), Version: version}
}

// Subject is the key that seals for the user id now.
func (u *User) Subject(id UserID) Subject { return UserSubject(id, u.KeyVersion()) }

// Accepts reports whether a name from a token issued at a moment counts: the
// token is not older than the last one that named the user (CH-024).
func (u *User) Accepts(issued time.Time) bool { return issued.UnixMilli() >= u.named }

// NameDigest is the digest of the user's name, nil without one.
func (u *User) NameDigest() []byte { return u.digest }

// Rename takes the display name of a token. An older token's name, and the
// name that the user has already, change nothing.
func (u *User) Rename(id UserID, name string, issued time.Time, same bool) []Event {
	if name == "" || same || !u.Accepts(issued) {
		return nil
	}
	s := u.Subject(id)
	return []Event{UserNamed{
		Issued: issued.UnixMilli(),
		Digest: &Digest{Subject: s, Of: NameContent(name)},
		Sealed: Seal(s, Profile{Name: name}),
	}}
}

// NameContent is what the digest of a display name is computed over.
func NameContent(name string) []byte {
	return AppendTuple([]byte{contentFormat}, []byte("name"), []byte(name))
}

// Size estimates the bytes that the state takes.
func (u *User) Size() int { return 96*len(u.blocks) + 32*len(u.hidden) }

// Blocks reports whether the user blocks another.
func (u *User) Blocks(other UserID) bool { return u.blocks[other] }

// Block stops direct messages with another user (CH-900); a block that
// stands changes nothing.
func (u *User) Block(by, other UserID) ([]Event, error) {
	if by == other {
		return nil, ErrInvalidRequest.Because("one cannot block oneself")
	}
	if u.blocks[other] {
		return nil, nil
	}
	return []Event{UserBlocked{other}}, nil
}

// Unblock lifts a block (CH-902); without one nothing changes.
func (u *User) Unblock(other UserID) []Event {
	if !u.blocks[other] {
		return nil
	}
	return []Event{UserUnblocked{other}}
}

// Hide takes a channel out of the user's list, or puts it back (CH-150). A dm
// that is hidden may have come back with a message, so hiding it again counts.
func (u *User) Hide(a Actor, id ChannelID, c *Channel, hidden bool, input error) ([]Event, error) {
	if err := Authorize(a, TakePart, c.Standing(a)); err != nil {
		return nil, err
	}
	at, stands := u.hidden[id]
	switch {
	case input != nil:
		return nil, input
	case !hidden:
		return u.Show(id), nil
	case stands && c.Kind != DM && at > c.JoinedAt(a.User()):
		return nil, nil
	}
	return []Event{ChannelHidden{id}}, nil
}

// Show puts a hidden channel back into the user's list; one that is not
// hidden changes nothing.
func (u *User) Show(id ChannelID) []Event {
	if _, hidden := u.hidden[id]; !hidden {
		return nil
	}
	return []Event{ChannelShown{id}}
}

package domain_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

func TestCreateDM(t *testing.T) {
	key := domain.PairKey(ann, bob)
	got, existing := domain.NewChannel().CreateDM(bob, ann, key)
	require.False(t, existing)
	require.Equal(t, events(domain.ChannelCreated{Kind: domain.DM, Natural: &key, Members: []domain.FirstMember{
		{User: bob, Role: domain.RoleMember}, {User: ann, Role: domain.RoleMember, Inviter: bob},
	}}), got, "CH-110: both are plain members, nobody owns it")

	dm := fold(domain.NewChannel(), got...)
	require.True(t, dm.Exists())
	require.Empty(t, dm.Owner())
	require.Equal(t, bob, dm.Peer(ann), "CH-101")
	require.Equal(t, ann, dm.Peer(bob), "CH-101")
	require.True(t, dm.Natural.Equal(key))

	got, existing = dm.CreateDM(ann, bob, key)
	require.True(t, existing, "CH-111")
	require.Nil(t, got, "CH-111")
}

func TestNaturalKeysTellChannelsApart(t *testing.T) {
	require.Equal(t, domain.PairKey(ann, bob), domain.PairKey(bob, ann), "CH-111: from either side")
	keys := []domain.NaturalKey{
		domain.PairKey(ann, bob), domain.PairKey(ann, mia), domain.PairKey("ann,b", "ob"),
		{},
		{Name: "ann"},
		{Name: "dm"},
	}
	for i, a := range keys {
		for j, b := range keys {
			require.Equal(t, i == j, a.Equal(b), "%v and %v", a, b)
		}
	}
	salted := domain.PairKey(ann, bob)
	salted.Salt = 3
	require.True(t, salted.Equal(domain.PairKey(ann, bob)), "the salt is not part of the name")
}

func TestCreateNamed(t *testing.T) {
	for row, kind := range map[string]domain.ChannelKind{"CH-120": domain.Group, "CH-121": domain.Room} {
		t.Run(row, func(t *testing.T) {
			got := domain.CreateNamed(7, kind, olga, "Books")
			require.Equal(t, events(domain.ChannelCreated{
				Kind: kind, Owner: olga, Members: []domain.FirstMember{{User: olga, Role: domain.RoleOwner}},
				Sealed: domain.Seal(
					domain.Subject{Kind: domain.SubjectChannel, ID: "7", Version: 1}, domain.ChannelProfile{Name: "Books"}),
			}), got)
			c := fold(domain.NewChannel(), got...)
			require.Equal(t, olga, c.Owner())
			require.Equal(t, domain.Standing{Exists: true, Kind: kind, Role: domain.RoleOwner}, c.Standing(user(olga)))
		})
	}

	c := fold(domain.NewChannel(), domain.CreateNamed(7, domain.Room, "", "Books")...)
	require.Empty(t, c.Owner(), "made by the operator: owned by nobody")
	require.Empty(t, c.Standing(operator).Role, "and nobody is not a member")
}

func TestChannelName(t *testing.T) {
	long := strings.Repeat("é", 100)
	for in, want := range map[string]string{
		"Books": "Books", "  Books\t\n": "Books", "\u00a0\u3000Books \u2028": "Books", " x ": "x", "a  b": "a  b",
		long: long, "  " + long + "  ": long, "🎉": "🎉",
	} {
		got, err := domain.ChannelName(in)
		require.NoError(t, err, "CH-123 %q", in)
		require.Equal(t, want, got, "CH-123")
	}
	for _, bad := range []string{"", " ", "\t\r\n", "\u00a0\u2003\u3000", long + "x", strings.Repeat("x", 101)} {
		_, err := domain.ChannelName(bad)
		require.ErrorIs(t, err, domain.ErrInvalidName, "CH-123 %q", bad)
	}
}

func TestRenameChannel(t *testing.T) {
	deleted := domain.ChannelDeleted{By: olga}
	renamed := func(by domain.UserID, name string) []domain.Event {
		return events(domain.ChannelRenamed{By: by, Sealed: domain.Seal(domain.ChannelSubject(7), domain.ChannelProfile{Name: name})})
	}
	tests := map[string]struct {
		given []domain.Event
		by    domain.Actor
		name  string
		then  []domain.Event
		err   error
	}{
		"CH-140 owner":                      {given: given(domain.Group), by: user(olga), name: "Films", then: renamed(olga, "Films")},
		"CH-140 admin, of a room":           {given: given(domain.Room), by: user(adam), name: " Films ", then: renamed(adam, "Films")},
		"CH-140 operator":                   {given: given(domain.Room), by: operator, name: "Films", then: renamed("", "Films")},
		"CH-141 member":                     {given: given(domain.Group), by: user(mia), name: "Films", err: domain.ErrNotAdmin},
		"CH-141 before CH-143":              {given: given(domain.Group), by: user(mia), err: domain.ErrNotAdmin},
		"CH-142 dm":                         {given: given(domain.DM), by: user(ann), name: "Films", err: domain.ErrCannotModifyDM},
		"CH-142 before CH-143":              {given: given(domain.DM), by: user(ann), err: domain.ErrCannotModifyDM},
		"CH-143 no name":                    {given: given(domain.Group), by: user(olga), err: domain.ErrInvalidName},
		"CH-143 blank":                      {given: given(domain.Group), by: user(adam), name: "\u2003\t", err: domain.ErrInvalidName},
		"CH-143 too long":                   {given: given(domain.Group), by: user(adam), name: strings.Repeat("x", 101), err: domain.ErrInvalidName},
		"CH-131 unknown channel":            {by: user(olga), name: "Films", err: domain.ErrChannelNotFound},
		"CH-160 deleted channel":            {given: given(domain.Group, deleted), by: user(olga), name: "Films", err: domain.ErrChannelNotFound},
		"CH-132 not a member of the group":  {given: given(domain.Group), by: user(otto), name: "Films", err: domain.ErrNotMember},
		"CH-026 not a member of the room":   {given: given(domain.Room), by: user(otto), err: domain.ErrNotMember},
		"CH-026 not a member before the dm": {given: given(domain.DM), by: user(otto), err: domain.ErrNotMember},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := fold(domain.NewChannel(), tt.given...).Rename(tt.by, 7, tt.name, nil)
			answer(t, got, err, tt.then, tt.err)
		})
	}
}

// CH-160, and what section 2 says of everybody but the owner.
func TestDeleteChannel(t *testing.T) {
	tests := map[string]struct {
		given []domain.Event
		by    domain.Actor
		err   error
	}{
		"owner of a group":     {given: given(domain.Group), by: user(olga)},
		"owner of a room":      {given: given(domain.Room), by: user(olga)},
		"operator":             {given: given(domain.Room), by: operator},
		"admin":                {given: given(domain.Group), by: user(adam), err: domain.ErrNotOwner},
		"member":               {given: given(domain.Room), by: user(mia), err: domain.ErrNotOwner},
		"not a member":         {given: given(domain.Room), by: user(otto), err: domain.ErrNotMember},
		"dm":                   {given: given(domain.DM), by: user(ann), err: domain.ErrCannotModifyDM},
		"dm by the operator":   {given: given(domain.DM), by: operator, err: domain.ErrCannotModifyDM},
		"dm by a stranger":     {given: given(domain.DM), by: user(otto), err: domain.ErrNotMember},
		"deleted already":      {given: given(domain.Group, domain.ChannelDeleted{By: olga}), by: user(olga), err: domain.ErrChannelNotFound},
		"never existed":        {by: user(olga), err: domain.ErrChannelNotFound},
		"handed over":          {given: given(domain.Group, domain.OwnershipTransferred{From: olga, To: mia}), by: user(olga), err: domain.ErrNotOwner},
		"by a key of the face": {given: given(domain.Group), by: aKey, err: domain.ErrForbidden},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := fold(domain.NewChannel(), tt.given...)
			got, err := c.Delete(tt.by, nil)
			answer(t, got, err, events(domain.ChannelDeleted{By: tt.by.User()}), tt.err)
			require.Equal(t, tt.err == nil, len(got) == 1 && !fold(c, got...).Exists())
		})
	}
}

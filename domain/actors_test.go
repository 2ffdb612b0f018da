package domain_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

// The whole table of section 2 of the contract: what each action answers to
// each place in a channel of each kind.
func TestAuthorizeIsTheTableOfTheContract(t *testing.T) {
	var (
		yes    error
		member = domain.ErrNotMember
		admin  = domain.ErrNotAdmin
		owner  = domain.ErrNotOwner
		dm     = domain.ErrCannotModifyDM
	)
	places := []domain.Standing{
		{Kind: domain.DM, Role: domain.RoleMember},
		{Kind: domain.Group, Role: domain.RoleMember},
		{Kind: domain.Group, Role: domain.RoleAdmin},
		{Kind: domain.Group, Role: domain.RoleOwner},
		{Kind: domain.Room, Role: domain.RoleMember},
		{Kind: domain.Room, Role: domain.RoleAdmin},
		{Kind: domain.Room, Role: domain.RoleOwner},
		{Kind: domain.DM},
		{Kind: domain.Group},
		{Kind: domain.Room},
		{Kind: domain.Stream},
	}
	tests := map[string]struct {
		do   domain.Action
		want [11]error
	}{ //                              dm   group: member admin owner  room: member admin owner  outside: dm group room stream
		"see":          {domain.SeeChannel, [11]error{yes, yes, yes, yes, yes, yes, yes, member, member, yes, member}},
		"read":         {domain.ReadChannel, [11]error{yes, yes, yes, yes, yes, yes, yes, member, member, member, member}},
		"take part":    {domain.TakePart, [11]error{yes, yes, yes, yes, yes, yes, yes, member, member, member, member}},
		"rename":       {domain.RenameChannel, [11]error{dm, admin, yes, yes, admin, yes, yes, member, member, member, member}},
		"add another":  {domain.AddMembers, [11]error{dm, admin, yes, yes, admin, yes, yes, member, member, member, member}},
		"join":         {domain.JoinChannel, [11]error{dm, yes, yes, yes, yes, yes, yes, member, member, yes, member}},
		"leave":        {domain.LeaveChannel, [11]error{dm, yes, yes, yes, yes, yes, yes, member, member, member, member}},
		"remove":       {domain.RemoveMembers, [11]error{dm, admin, yes, yes, admin, yes, yes, member, member, member, member}},
		"change roles": {domain.ChangeRoles, [11]error{dm, owner, owner, yes, owner, owner, yes, member, member, member, member}},
		"delete":       {domain.DeleteChannel, [11]error{dm, owner, owner, yes, owner, owner, yes, member, member, member, member}},
		"delete any":   {domain.DeleteAnyMessage, [11]error{dm, admin, yes, yes, admin, yes, yes, member, member, member, member}},
	}
	require.Len(t, tests, int(domain.DeleteAnyMessage)+1, "each action has its row")
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for i, in := range places {
				in.Exists = true
				require.ErrorIs(t, domain.Authorize(user(mia), tt.do, in), tt.want[i], "%+v", in)

				in.Exists = false
				require.ErrorIs(t, domain.Authorize(user(mia), tt.do, in), domain.ErrChannelNotFound, "CH-131: %+v", in)
			}
		})
	}
}

func TestOperatorMayWhatTheChannelAllows(t *testing.T) {
	for do := domain.SeeChannel; do <= domain.DeleteAnyMessage; do++ {
		for _, kind := range []domain.ChannelKind{domain.Group, domain.Room, domain.Stream} {
			require.NoError(t, domain.Authorize(operator, do, domain.Standing{Exists: true, Kind: kind}))
		}
		err := domain.Authorize(operator, do, domain.Standing{Exists: true, Kind: domain.DM})
		if do <= domain.TakePart {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, domain.ErrCannotModifyDM)
		}
		require.ErrorIs(t, domain.Authorize(operator, do, domain.Standing{}), domain.ErrChannelNotFound)
	}
}

func TestKeysAndStrangersMayNothing(t *testing.T) {
	in := domain.Standing{Exists: true, Kind: domain.Room, Role: domain.RoleOwner}
	for do := domain.SeeChannel; do <= domain.DeleteAnyMessage; do++ {
		require.ErrorIs(t, domain.Authorize(aKey, do, in), domain.ErrForbidden)
		require.ErrorIs(t, domain.Authorize(domain.Actor{}, do, in), domain.ErrForbidden)
		require.ErrorIs(t, domain.Authorize(domain.Actor{Kind: domain.ActorSystem}, do, in), domain.ErrForbidden)
	}
	require.ErrorIs(t, domain.Authorize(user(olga), domain.DeleteAnyMessage+1, in), domain.ErrForbidden)
	require.ErrorIs(t, domain.Authorize(operator, -1, in), domain.ErrForbidden)
}

func TestOnlyUsersActAsUsers(t *testing.T) {
	require.Equal(t, mia, user(mia).User())
	require.Empty(t, aKey.User())
	require.Empty(t, operator.User())
}

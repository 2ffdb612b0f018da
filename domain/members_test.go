package domain_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

func TestAddMember(t *testing.T) {
	const owner, admin, member = domain.RoleOwner, domain.RoleAdmin, domain.RoleMember
	type ask = domain.AddMember
	group, room, dm := given(domain.Group), given(domain.Room), given(domain.DM)
	added := func(u domain.UserID, r domain.Role, by domain.UserID) []domain.Event {
		return events(domain.MemberAdded{User: u, Role: r, Inviter: by})
	}
	broken := domain.ErrInvalidRequest.Because("not an object")
	tests := map[string]struct {
		given []domain.Event
		by    domain.Actor
		ask   ask
		then  []domain.Event
		err   error
	}{
		"CH-210 admin adds":                   {group, user(adam), ask{User: otto, Role: member}, added(otto, member, adam), nil},
		"CH-210 role defaults to member":      {group, user(adam), ask{User: otto}, added(otto, member, adam), nil},
		"CH-210 owner adds, to a room":        {room, user(olga), ask{User: otto, Role: member}, added(otto, member, olga), nil},
		"CH-210 operator adds an admin":       {room, operator, ask{User: otto, Role: admin}, added(otto, admin, ""), nil},
		"CH-211 member adds another":          {group, user(mia), ask{User: otto, Role: member}, nil, domain.ErrNotAdmin},
		"CH-211 member adds another, to room": {room, user(mia), ask{User: otto}, nil, domain.ErrNotAdmin},
		"CH-211 before CH-214":                {group, user(mia), ask{User: otto, Role: "king"}, nil, domain.ErrNotAdmin},
		"CH-211 before CH-218":                {group, user(mia), ask{}, nil, domain.ErrNotAdmin},
		"CH-211 before CH-213":                {group, user(mia), ask{User: moe}, nil, domain.ErrNotAdmin},
		"CH-212 dm":                           {dm, user(ann), ask{User: otto, Role: member}, nil, domain.ErrCannotModifyDM},
		"CH-212 dm, oneself":                  {dm, user(ann), ask{User: ann}, nil, domain.ErrCannotModifyDM},
		"CH-212 before CH-218":                {dm, user(ann), ask{Input: broken}, nil, domain.ErrCannotModifyDM},
		"CH-212 not even the operator":        {dm, operator, ask{User: otto}, nil, domain.ErrCannotModifyDM},
		"CH-213 already a member":             {group, user(adam), ask{User: mia}, nil, domain.ErrAlreadyMember},
		"CH-213 the owner already":            {group, user(adam), ask{User: olga}, nil, domain.ErrAlreadyMember},
		"CH-213 oneself, in a room":           {room, user(mia), ask{User: mia}, nil, domain.ErrAlreadyMember},
		"CH-213 oneself, in a group":          {group, user(mia), ask{User: mia}, nil, domain.ErrAlreadyMember},
		"CH-213 with another role":            {group, user(olga), ask{User: mia, Role: admin}, nil, domain.ErrAlreadyMember},
		"CH-214 unknown role":                 {group, user(olga), ask{User: otto, Role: "king"}, nil, domain.ErrInvalidRole},
		"CH-214 owner":                        {group, user(olga), ask{User: otto, Role: owner}, nil, domain.ErrInvalidRole},
		"CH-214 owner, by the operator":       {group, operator, ask{User: otto, Role: owner}, nil, domain.ErrInvalidRole},
		"CH-214 before CH-213":                {group, user(adam), ask{User: mia, Role: "king"}, nil, domain.ErrInvalidRole},
		"CH-214 before CH-215":                {group, user(adam), ask{User: otto, Role: owner}, nil, domain.ErrInvalidRole},
		"CH-215 owner adds an admin":          {group, user(olga), ask{User: otto, Role: admin}, added(otto, admin, olga), nil},
		"CH-215 admin adds an admin":          {group, user(adam), ask{User: otto, Role: admin}, nil, domain.ErrNotOwner},
		"CH-215 before CH-213":                {group, user(adam), ask{User: ada, Role: admin}, nil, domain.ErrNotOwner},
		"CH-216 join a room":                  {room, user(otto), ask{User: otto}, added(otto, member, ""), nil},
		"CH-216 join a room as member":        {room, user(otto), ask{User: otto, Role: member}, added(otto, member, ""), nil},
		"CH-216 join a room as admin":         {room, user(otto), ask{User: otto, Role: admin}, nil, domain.ErrNotMember},
		"CH-216 join a room as owner":         {room, user(otto), ask{User: otto, Role: owner}, nil, domain.ErrNotMember},
		"CH-216 join a room as king":          {room, user(otto), ask{User: otto, Role: "king"}, nil, domain.ErrNotMember},
		"CH-216 stranger adds another":        {room, user(otto), ask{User: bob}, nil, domain.ErrNotMember},
		"CH-216 stranger adds a member":       {room, user(otto), ask{User: mia}, nil, domain.ErrNotMember},
		"CH-216 join with a broken body":      {room, user(otto), ask{User: otto, Input: broken}, nil, domain.ErrNotMember},
		"CH-216 join a group":                 {group, user(otto), ask{User: otto}, nil, domain.ErrNotMember},
		"CH-216 stranger in a dm":             {dm, user(otto), ask{User: otto}, nil, domain.ErrNotMember},
		"CH-216 join without an inviter's key": {
			given(domain.Room, domain.MemberRemoved{User: mia, By: adam}), user(mia), ask{User: mia}, added(mia, member, ""), nil,
		},
		"CH-218 user_id missing":      {group, user(adam), ask{Role: member}, nil, domain.ErrInvalidRequest},
		"CH-218 user_id invalid":      {group, user(adam), ask{User: "a/b"}, nil, domain.ErrInvalidRequest},
		"CH-218 broken body":          {group, user(adam), ask{Input: broken}, nil, broken},
		"CH-218 before CH-214":        {group, user(adam), ask{User: "a/b", Role: "king"}, nil, domain.ErrInvalidRequest},
		"CH-226 re-adding":            {given(domain.Group, domain.MemberRemoved{User: mia, By: adam}), user(adam), ask{User: mia}, added(mia, member, adam), nil},
		"CH-131 unknown channel":      {nil, user(adam), ask{User: otto}, nil, domain.ErrChannelNotFound},
		"CH-160 deleted channel":      {given(domain.Room, domain.ChannelDeleted{By: olga}), user(otto), ask{User: otto}, nil, domain.ErrChannelNotFound},
		"CH-131 before a broken body": {nil, user(adam), ask{Input: broken}, nil, domain.ErrChannelNotFound},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := fold(domain.NewChannel(), tt.given...).Add(tt.by, tt.ask)
			answer(t, got, err, tt.then, tt.err)
		})
	}
}

func TestRemoveMember(t *testing.T) {
	group, room, dm := given(domain.Group), given(domain.Room), given(domain.DM)
	left := domain.MemberRemoved{User: mia, By: mia}
	tests := map[string]struct {
		given []domain.Event
		by    domain.Actor
		user  domain.UserID
		err   error
	}{
		"CH-220 leave a group":               {group, user(mia), mia, nil},
		"CH-220 leave a room":                {room, user(mia), mia, nil},
		"CH-220 an admin leaves":             {group, user(adam), adam, nil},
		"CH-220 leave twice":                 {given(domain.Group, left), user(mia), mia, domain.ErrNotMember},
		"CH-220 leave a room twice":          {given(domain.Room, left), user(mia), mia, domain.ErrNotMember},
		"CH-221 admin removes a member":      {group, user(adam), mia, nil},
		"CH-221 admin removes an admin":      {room, user(adam), ada, nil},
		"CH-221 owner removes an admin":      {group, user(olga), ada, nil},
		"CH-221 operator removes a member":   {group, operator, mia, nil},
		"CH-222 member removes another":      {group, user(mia), moe, domain.ErrNotAdmin},
		"CH-222 before CH-223":               {group, user(mia), olga, domain.ErrNotAdmin},
		"CH-222 before CH-224":               {group, user(mia), otto, domain.ErrNotAdmin},
		"CH-223 admin removes the owner":     {group, user(adam), olga, domain.ErrCannotRemoveOwner},
		"CH-223 the owner leaves":            {group, user(olga), olga, domain.ErrCannotRemoveOwner},
		"CH-223 operator removes the owner":  {room, operator, olga, domain.ErrCannotRemoveOwner},
		"CH-223 not once handed over":        {given(domain.Group, domain.OwnershipTransferred{From: olga, To: mia}), user(olga), olga, nil},
		"CH-224 target not a member":         {group, user(adam), otto, domain.ErrMemberNotFound},
		"CH-224 target not even a user id":   {group, user(adam), "a/b", domain.ErrMemberNotFound},
		"CH-224 target empty":                {group, user(adam), "", domain.ErrMemberNotFound},
		"CH-224 removed already":             {given(domain.Group, left), user(adam), mia, domain.ErrMemberNotFound},
		"CH-225 dm":                          {dm, user(ann), bob, domain.ErrCannotModifyDM},
		"CH-225 leave a dm":                  {dm, user(ann), ann, domain.ErrCannotModifyDM},
		"CH-225 before CH-224":               {dm, user(ann), otto, domain.ErrCannotModifyDM},
		"CH-026 stranger in a dm":            {dm, user(otto), otto, domain.ErrNotMember},
		"CH-026 stranger removes, in a room": {room, user(otto), mia, domain.ErrNotMember},
		"CH-026 stranger in a group":         {group, user(otto), otto, domain.ErrNotMember},
		"CH-131 unknown channel":             {nil, user(adam), mia, domain.ErrChannelNotFound},
		"CH-160 deleted channel":             {given(domain.Group, domain.ChannelDeleted{}), user(mia), mia, domain.ErrChannelNotFound},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := fold(domain.NewChannel(), tt.given...).Remove(tt.by, tt.user, nil)
			answer(t, got, err, events(domain.MemberRemoved{User: tt.user, By: tt.by.User()}), tt.err)
		})
	}
}

func TestRemovingTakesABrokenRequestInItsTurn(t *testing.T) {
	group, broken := channel(domain.Group), domain.ErrInvalidRequest.Because("not an object")
	_, err := group.Remove(user(adam), otto, broken)
	require.ErrorIs(t, err, broken, "CH-026 before the target")
	_, err = group.Remove(user(mia), moe, broken)
	require.ErrorIs(t, err, domain.ErrNotAdmin, "CH-026 after the role")
	_, err = group.Delete(user(olga), broken)
	require.ErrorIs(t, err, broken, "CH-026")
	_, err = group.Delete(user(adam), broken)
	require.ErrorIs(t, err, domain.ErrNotOwner, "CH-026 after the role")
}

// CH-230, and the row of section 2.
func TestChangeRole(t *testing.T) {
	const owner, admin, member = domain.RoleOwner, domain.RoleAdmin, domain.RoleMember
	group, room := given(domain.Group), given(domain.Room)
	changed := func(u domain.UserID, r domain.Role, by domain.UserID) []domain.Event {
		return events(domain.MemberRoleChanged{User: u, Role: r, By: by})
	}
	tests := map[string]struct {
		given []domain.Event
		by    domain.Actor
		user  domain.UserID
		role  domain.Role
		then  []domain.Event
		err   error
	}{
		"promote":                 {group, user(olga), mia, admin, changed(mia, admin, olga), nil},
		"demote, in a room":       {room, user(olga), adam, member, changed(adam, member, olga), nil},
		"by the operator":         {group, operator, mia, admin, changed(mia, admin, ""), nil},
		"same role":               {group, user(olga), mia, member, nil, nil},
		"hand over":               {group, user(olga), mia, owner, events(domain.OwnershipTransferred{From: olga, To: mia, By: olga}), nil},
		"hand over to an admin":   {room, user(olga), adam, owner, events(domain.OwnershipTransferred{From: olga, To: adam, By: olga}), nil},
		"operator hands over":     {room, operator, mia, owner, events(domain.OwnershipTransferred{From: olga, To: mia}), nil},
		"hand over to oneself":    {group, user(olga), olga, owner, nil, nil},
		"owner steps down":        {group, user(olga), olga, admin, nil, domain.ErrInvalidRole},
		"operator demotes owner":  {group, operator, olga, member, nil, domain.ErrInvalidRole},
		"admin":                   {group, user(adam), mia, admin, nil, domain.ErrNotOwner},
		"admin about himself":     {group, user(adam), adam, member, nil, domain.ErrNotOwner},
		"member":                  {group, user(mia), mia, owner, nil, domain.ErrNotOwner},
		"former owner":            {given(domain.Group, domain.OwnershipTransferred{From: olga, To: mia}), user(olga), moe, admin, nil, domain.ErrNotOwner},
		"stranger":                {room, user(otto), mia, admin, nil, domain.ErrNotMember},
		"dm":                      {given(domain.DM), user(ann), bob, admin, nil, domain.ErrCannotModifyDM},
		"bad role":                {group, user(olga), mia, "king", nil, domain.ErrInvalidRole},
		"no role":                 {group, user(olga), mia, "", nil, domain.ErrInvalidRole},
		"right before bad role":   {group, user(adam), mia, "king", nil, domain.ErrNotOwner},
		"target not a member":     {group, user(olga), otto, admin, nil, domain.ErrMemberNotFound},
		"bad role before target":  {group, user(olga), otto, "king", nil, domain.ErrInvalidRole},
		"hand over to a stranger": {group, user(olga), otto, owner, nil, domain.ErrMemberNotFound},
		"unknown channel":         {nil, user(olga), mia, admin, nil, domain.ErrChannelNotFound},
	}
	for name, tt := range tests {
		t.Run("CH-230 "+name, func(t *testing.T) {
			got, err := fold(domain.NewChannel(), tt.given...).ChangeRole(tt.by, tt.user, tt.role, nil)
			answer(t, got, err, tt.then, tt.err)
		})
	}
}

func TestHandingOverSwapsTheRoles(t *testing.T) {
	c := channel(domain.Group, domain.OwnershipTransferred{From: olga, To: mia, By: olga})
	require.Equal(t, mia, c.Owner())
	require.Equal(t, domain.RoleOwner, c.Standing(user(mia)).Role)
	require.Equal(t, domain.RoleAdmin, c.Standing(user(olga)).Role)

	ownerless := fold(domain.NewChannel(),
		domain.ChannelCreated{Kind: domain.Room}, domain.MemberAdded{User: mia, Role: domain.RoleMember})
	got, err := ownerless.ChangeRole(operator, mia, domain.RoleOwner, nil)
	answer(t, got, err, events(domain.OwnershipTransferred{To: mia}), nil)
	fold(ownerless, got...)
	require.Equal(t, mia, ownerless.Owner())
	require.Empty(t, ownerless.Standing(operator).Role, "nobody is not a member")
}

package domain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

func namedAt(issued int64) domain.UserNamed {
	return domain.UserNamed{
		Issued: issued, Digest: &domain.Digest{Sum: []byte("digest")}, Sealed: &domain.Secret{Blob: []byte("sealed")},
	}
}

func renamed(issued int64, name string, keyVersion int) domain.UserNamed {
	s := domain.Subject{Kind: domain.SubjectUser, ID: "ann", Version: keyVersion}
	return domain.UserNamed{
		Issued: issued,
		Digest: &domain.Digest{Subject: s, Of: domain.NameContent(name)},
		Sealed: domain.Seal(s, domain.Profile{Name: name}),
	}
}

// CH-024: the name of the latest token counts.
func TestRenameUser(t *testing.T) {
	tests := map[string]struct {
		given  []domain.Event
		name   string
		issued int64
		same   bool
		then   []domain.Event
	}{
		"first name":             {name: "Ann", issued: 1000, then: events(renamed(1000, "Ann", 1))},
		"newer token":            {given: events(namedAt(1000)), name: "Ann", issued: 1001, then: events(renamed(1001, "Ann", 1))},
		"token of the same time": {given: events(namedAt(1000)), name: "Ann", issued: 1000, then: events(renamed(1000, "Ann", 1))},
		"older token":            {given: events(namedAt(1000)), name: "Ann", issued: 999},
		"older than the newest":  {given: events(namedAt(1000), namedAt(2000)), name: "Ann", issued: 1500},
		"same name":              {given: events(namedAt(1000)), name: "Ann", issued: 2000, same: true},
		"no name":                {issued: 1000},
		"erased, under a new key": {
			given: events(namedAt(2000), domain.UserErased{}), name: "Ann", issued: 1000, then: events(renamed(1000, "Ann", 2)),
		},
		"erased twice": {
			given: events(domain.UserErased{}, domain.UserErased{}), name: "Ann", issued: 1000, then: events(renamed(1000, "Ann", 3)),
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			u := fold(domain.NewUser(), tt.given...)
			require.Equal(t, tt.then, u.Rename(ann, tt.name, time.UnixMilli(tt.issued), tt.same))
		})
	}
}

func TestErasureTakesTheNameAndRaisesTheKeyVersion(t *testing.T) {
	u := fold(domain.NewUser(), namedAt(1000), domain.UserBlocked{User: bob})
	require.Equal(t, ann, u.ID)
	require.Equal(t, 1, u.KeyVersion())
	require.Equal(t, []byte("digest"), u.NameDigest())
	require.Equal(t, namedAt(1000), u.Name.Event)
	require.False(t, u.Accepts(time.UnixMilli(999)))
	require.True(t, u.Accepts(time.UnixMilli(1000)))

	fold(u, domain.UserErased{})
	require.Equal(t, domain.Subject{Kind: domain.SubjectUser, ID: "ann", Version: 2}, u.Subject(ann))
	require.Nil(t, u.NameDigest())
	require.Nil(t, u.Name.Event)
	require.True(t, u.Accepts(time.UnixMilli(1)), "tokens start anew")
	require.True(t, u.Blocks(bob), "blocks are ids and stay")
}

func TestBlocks(t *testing.T) {
	blocked := domain.UserBlocked{User: bob}
	tests := map[string]struct {
		given []domain.Event
		other domain.UserID
		then  []domain.Event
		err   error
	}{
		"CH-900 block":       {other: bob, then: events(blocked)},
		"CH-900 again":       {given: events(blocked), other: bob},
		"CH-900 another":     {given: events(blocked), other: mia, then: events(domain.UserBlocked{User: mia})},
		"CH-900 oneself":     {other: ann, err: domain.ErrInvalidRequest},
		"block after lifted": {given: events(blocked, domain.UserUnblocked{User: bob}), other: bob, then: events(blocked)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := fold(domain.NewUser(), tt.given...).Block(ann, tt.other)
			answer(t, got, err, tt.then, tt.err)
		})
	}

	unblocked := events(domain.UserUnblocked{User: bob})
	require.Equal(t, unblocked, fold(domain.NewUser(), blocked).Unblock(bob), "CH-902")
	require.Nil(t, domain.NewUser().Unblock(bob), "CH-902 without a block")
	require.Nil(t, fold(domain.NewUser(), blocked, unblocked[0]).Unblock(bob), "CH-902 again")

	u := fold(domain.NewUser(), blocked)
	require.True(t, u.Blocks(bob))
	require.False(t, u.Blocks(mia))
	require.False(t, fold(u, unblocked...).Blocks(bob))
}

func TestHide(t *testing.T) {
	hidden, shown := domain.ChannelHidden{Channel: 7}, domain.ChannelShown{Channel: 7}
	bad := domain.ErrInvalidRequest.Because("hidden is not a boolean")
	tests := map[string]struct {
		kind   domain.ChannelKind
		given  []domain.Event // after those of the channel
		by     domain.UserID
		hidden bool
		input  error
		then   []domain.Event
		err    error
	}{
		"CH-150 hide":                   {kind: domain.Group, by: mia, hidden: true, then: events(hidden)},
		"CH-150 again":                  {kind: domain.Group, given: events(hidden), by: mia, hidden: true},
		"CH-151 a dm may be back":       {kind: domain.DM, given: events(hidden), by: ann, hidden: true, then: events(hidden)},
		"CH-150 show":                   {kind: domain.Room, given: events(hidden), by: mia, then: events(shown)},
		"CH-150 show what is shown":     {kind: domain.Room, by: mia},
		"CH-150 by an outsider":         {kind: domain.Room, by: bob, hidden: true, err: domain.ErrNotMember},
		"CH-026 membership comes first": {kind: domain.Room, by: bob, hidden: true, input: bad, err: domain.ErrNotMember},
		"CH-022 not a boolean":          {kind: domain.Room, by: mia, hidden: true, input: bad, err: domain.ErrInvalidRequest},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := channel(tt.kind)
			got, err := foldAfter(domain.NewUser(), 10, tt.given...).Hide(user(tt.by), 7, c, tt.hidden, tt.input)
			answer(t, got, err, tt.then, tt.err)
		})
	}
}

func TestHiddenEndsWithTheMembership(t *testing.T) {
	c := channel(domain.Group)
	u := foldAfter(domain.NewUser(), 10, domain.ChannelHidden{Channel: 7})
	foldAfter(c, 20, domain.MemberRemoved{User: mia}, domain.MemberAdded{User: mia, Role: domain.RoleMember})
	got, err := u.Hide(user(mia), 7, c, true, nil)
	answer(t, got, err, events(domain.ChannelHidden{Channel: 7}), nil)
}

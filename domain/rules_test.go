package domain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

// app is the tenant of all cases; own is the stream that given events are of.
const app domain.AppID = "shop"

var (
	own   = domain.StreamName{App: app, User: "ann", Channel: 7, Message: 100}
	start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

func user(id domain.UserID) domain.Actor {
	return domain.Actor{App: app, Kind: domain.ActorUser, ID: string(id)}
}

var (
	operator = domain.Actor{App: app, Kind: domain.ActorSystem, ID: "operator"}
	aKey     = domain.Actor{App: app, Kind: domain.ActorKey, ID: "root", Capability: map[string][]string{"*": {"*"}}}
)

// fold evolves a state through events, one a minute.
func fold[S domain.State](s S, given ...domain.Event) S { return foldAfter(s, 0, given...) }

// foldAfter evolves a state that has seen a number of events already.
func foldAfter[S domain.State](s S, seen int, given ...domain.Event) S {
	for i, e := range given {
		i += seen
		s.Evolve(domain.Recorded{
			Event: e, Stream: own, Revision: int64(i), Position: int64(i + 1),
			Time: start.Add(time.Duration(i) * time.Minute),
		})
	}
	return s
}

// answer compares what a rule answered with the events or the refusal that
// must follow.
func answer(t *testing.T, got []domain.Event, err error, then []domain.Event, refusal error) {
	t.Helper()
	if refusal != nil {
		require.ErrorIs(t, err, refusal)
		require.Empty(t, got)
		return
	}
	require.NoError(t, err)
	require.Equal(t, then, got)
}

// events is a list of events with less noise.
func events(e ...domain.Event) []domain.Event { return e }

// Who is who in the channels of the cases.
const (
	olga domain.UserID = "olga" // owner
	adam domain.UserID = "adam" // admin
	ada  domain.UserID = "ada"  // admin
	mia  domain.UserID = "mia"  // member
	moe  domain.UserID = "moe"  // member
	otto domain.UserID = "otto" // not a member
	ann  domain.UserID = "ann"  // the two of the dm
	bob  domain.UserID = "bob"
)

// given is a channel of each kind: a dm of ann and bob, anything else with
// olga's people.
func given(kind domain.ChannelKind, more ...domain.Event) []domain.Event {
	if kind == domain.DM {
		key := domain.PairKey(ann, bob)
		return append(events(domain.ChannelCreated{Kind: domain.DM, Natural: &key, Members: []domain.FirstMember{
			{User: ann, Role: domain.RoleMember}, {User: bob, Role: domain.RoleMember, Inviter: ann},
		}}), more...)
	}
	return append(events(
		domain.ChannelCreated{
			Kind: kind, Owner: olga,
			Members: []domain.FirstMember{{User: olga, Role: domain.RoleOwner}},
			Sealed:  &domain.Secret{Blob: []byte("sealed")},
		},
		domain.MemberAdded{User: adam, Role: domain.RoleAdmin, Inviter: olga},
		domain.MemberAdded{User: ada, Role: domain.RoleAdmin, Inviter: olga},
		domain.MemberAdded{User: mia, Role: domain.RoleMember, Inviter: adam},
		domain.MemberAdded{User: moe, Role: domain.RoleMember, Inviter: adam},
	), more...)
}

func channel(kind domain.ChannelKind, more ...domain.Event) *domain.Channel {
	return fold(domain.NewChannel(), given(kind, more...)...)
}

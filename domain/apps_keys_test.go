package domain_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

func TestMayAdminister(t *testing.T) {
	admin := domain.Actor{App: "shop", Kind: domain.ActorKey, ID: "boss", Capability: capability{"*": {"admin"}}}
	lost := admin
	lost.App = ""
	plain := admin
	plain.Capability = all
	for name, tt := range map[string]struct {
		by  domain.Actor
		app domain.AppID
		err error
	}{
		"the operator an app":           {by: operator, app: "shop"},
		"the operator everything":       {by: operator},
		"a key its app":                 {by: admin, app: "shop"},
		"a key another app":             {by: admin, app: "other", err: domain.ErrAppNotFound},
		"a key everything":              {by: admin, err: domain.ErrForbidden},
		"a key without admin":           {by: plain, app: "shop", err: domain.ErrForbidden},
		"a key without admin, of other": {by: plain, app: "other", err: domain.ErrForbidden},
		"a key of no app":               {by: lost, err: domain.ErrForbidden},
		"a user":                        {by: user(ann), app: "shop", err: domain.ErrForbidden},
		"nobody":                        {app: "shop", err: domain.ErrForbidden},
		"a nameless system":             {by: domain.Actor{Kind: domain.ActorSystem}, app: "shop", err: domain.ErrForbidden},
	} {
		t.Run(name, func(t *testing.T) { require.ErrorIs(t, domain.MayAdminister(tt.by, tt.app), tt.err) })
	}
}

// A shop with keys of several rights; each test acts as one of them.
func shop() *domain.App {
	key := func(id string, native bool, c capability) domain.Event {
		return domain.KeyIssued{Key: id, Version: 1, Fingerprint: "f-" + id, Capability: c, Native: native}
	}
	return fold(domain.NewApp(), domain.AppCreated{},
		key("boss", true, capability{"*": {"*", "admin"}}),
		key("clerk", false, capability{"*": {"publish", "admin"}}),
		key("plain", true, all),
		key("talk", false, capability{"rooms:*": {"publish"}}),
		key("gone", true, capability{"*": {"*", "admin"}}), domain.KeyRevoked{Key: "gone"},
	)
}

func by(id string) domain.Actor {
	// What the actor says of itself does not count, only what the app holds.
	return domain.Actor{App: "shop", Kind: domain.ActorKey, ID: id, Capability: capability{"[*]*": {"*", "admin"}}}
}

func TestAKeyGivesNoMoreRightsThanItHas(t *testing.T) {
	publish, admin := capability{"*": {"publish"}}, capability{"*": {"publish", "admin"}}
	for name, tt := range map[string]struct {
		by         domain.Actor
		key        string
		capability capability
		native     bool
		err        error
	}{
		"operator, anything":         {by: operator, key: "new", capability: capability{"[*]*": {"*", "admin"}}, native: true},
		"operator, a revoked key":    {by: operator, key: "gone", capability: all},
		"operator, one that is":      {by: operator, key: "plain", capability: all, err: domain.ErrKeyExists},
		"all of its own":             {by: by("boss"), key: "new", capability: capability{"*": {"*", "admin"}}, native: true},
		"some of its own":            {by: by("clerk"), key: "new", capability: capability{"a": {"publish"}}},
		"admin of admin":             {by: by("clerk"), key: "new", capability: admin},
		"a right it lacks":           {by: by("clerk"), key: "new", capability: all, err: domain.ErrForbidden},
		"signing, which it may not":  {by: by("clerk"), key: "new", capability: publish, native: true, err: domain.ErrForbidden},
		"what is no channel":         {by: by("boss"), key: "new", capability: capability{"[*]*": {"*"}}, err: domain.ErrForbidden},
		"one that is":                {by: by("boss"), key: "talk", capability: publish, err: domain.ErrKeyExists},
		"a revoked key":              {by: by("boss"), key: "gone", capability: publish},
		"by a key without admin":     {by: by("plain"), key: "new", capability: publish, err: domain.ErrForbidden},
		"by a revoked key":           {by: by("gone"), key: "new", capability: publish, err: domain.ErrForbidden},
		"by a key that never was":    {by: by("nemo"), key: "new", capability: publish, err: domain.ErrForbidden},
		"by a user named like a key": {by: user("boss"), key: "new", capability: publish, err: domain.ErrForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorIs(t, shop().MayIssue(tt.by, tt.key, tt.capability, tt.native), tt.err)
			require.ErrorIs(t, domain.NewApp().MayIssue(tt.by, tt.key, tt.capability, tt.native), domain.ErrAppNotFound)
		})
	}
}

func TestAKeyManagesOnlyKeysWithinItsOwnRights(t *testing.T) {
	for name, tt := range map[string]struct {
		by             domain.Actor
		key            string
		rotate, revoke error
	}{
		"operator":               {by: operator, key: "boss"},
		"operator, unknown":      {by: operator, key: "nemo", rotate: domain.ErrKeyNotFound, revoke: domain.ErrKeyNotFound},
		"operator, revoked":      {by: operator, key: "gone", rotate: domain.ErrKeyRevoked},
		"itself":                 {by: by("clerk"), key: "clerk"},
		"a smaller one":          {by: by("clerk"), key: "talk"},
		"a larger one":           {by: by("clerk"), key: "plain", rotate: domain.ErrForbidden, revoke: domain.ErrForbidden},
		"unknown":                {by: by("clerk"), key: "nemo", rotate: domain.ErrKeyNotFound, revoke: domain.ErrKeyNotFound},
		"a larger one, revoked":  {by: by("clerk"), key: "gone", rotate: domain.ErrForbidden, revoke: domain.ErrForbidden},
		"by a key without admin": {by: by("plain"), key: "talk", rotate: domain.ErrForbidden, revoke: domain.ErrForbidden},
		"by a revoked key":       {by: by("gone"), key: "talk", rotate: domain.ErrForbidden, revoke: domain.ErrForbidden},
		"by nobody":              {key: "talk", rotate: domain.ErrForbidden, revoke: domain.ErrForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := shop().Rotate(tt.by, tt.key, 2, "f2")
			require.ErrorIs(t, err, tt.rotate)
			require.Equal(t, tt.rotate == nil, len(events) == 1)
			events, err = shop().Revoke(tt.by, tt.key)
			require.ErrorIs(t, err, tt.revoke)
			require.Equal(t, tt.revoke == nil && tt.key != "gone", len(events) == 1)
		})
	}
}

func TestRotateKeepsTheRightsOfAKey(t *testing.T) {
	events, err := shop().Rotate(operator, "talk", 7, "f7")
	require.NoError(t, err)
	require.Equal(t, []domain.Event{domain.KeyIssued{Key: "talk", Version: 7, Fingerprint: "f7", Capability: capability{"rooms:*": {"publish"}}}}, events)
	events, err = shop().Rotate(operator, "talk", 1, "f-talk")
	require.NoError(t, err)
	require.Empty(t, events, "the secret that it has")
	_, err = domain.NewApp().Rotate(operator, "talk", 1, "f")
	require.ErrorIs(t, err, domain.ErrAppNotFound)
}

func TestKeyIsShownWhileItIsValid(t *testing.T) {
	k, ok := shop().Key("talk")
	require.True(t, ok)
	require.Equal(t, "f-talk", k.Fingerprint)
	for _, id := range []string{"gone", "nemo"} {
		_, ok = shop().Key(id)
		require.False(t, ok, id)
	}
}

func TestLimitsAreNumbersOfRequests(t *testing.T) {
	for _, good := range []domain.Limits{{}, {Off: true}, {UserSends: 0.5, UserSendBurst: 1, AppHistoryReads: 1e6}} {
		require.NoError(t, good.Check())
	}
	for _, bad := range []domain.Limits{
		{UserSends: -1}, {UserSendBurst: -1}, {UserRequests: 1e6 + 1}, {UserBurst: 1e7}, {AppSends: math.NaN()}, {AppHistoryReads: math.Inf(1)},
	} {
		require.Error(t, bad.Check(), "%+v", bad)
	}
}

package domain_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

var all = map[string][]string{"*": {"*"}}

func issued(version int, fingerprint string) domain.KeyIssued {
	return domain.KeyIssued{Key: "root", Version: version, Fingerprint: fingerprint, Capability: all, Native: true}
}

func TestAppIsCreatedOnce(t *testing.T) {
	require.Equal(t, events(domain.AppCreated{}), domain.NewApp().Create())
	require.Nil(t, fold(domain.NewApp(), domain.AppCreated{}).Create())
}

func TestIssueKey(t *testing.T) {
	created := domain.AppCreated{}
	tests := map[string]struct {
		given       []domain.Event
		fingerprint string
		capability  map[string][]string
		native      bool
		then        []domain.Event
		err         error
	}{
		"no app":           {fingerprint: "f1", err: domain.ErrAppNotFound},
		"first secret":     {given: events(created), fingerprint: "f1", capability: all, native: true, then: events(issued(1, "f1"))},
		"same declaration": {given: events(created, issued(1, "f1")), fingerprint: "f1", capability: all, native: true},
		"new secret":       {given: events(created, issued(1, "f1")), fingerprint: "f2", capability: all, native: true, then: events(issued(2, "f2"))},
		"former secret again": {
			given: events(created, issued(1, "f1"), issued(2, "f2")), fingerprint: "f1", capability: all, native: true,
			then: events(issued(3, "f1")),
		},
		"other capability keeps the version": {
			given: events(created, issued(1, "f1")), fingerprint: "f1", capability: map[string][]string{"a": {"subscribe"}}, native: true,
			then: events(domain.KeyIssued{
				Key: "root", Version: 1, Fingerprint: "f1", Capability: map[string][]string{"a": {"subscribe"}}, Native: true,
			}),
		},
		"other flag keeps the version": {
			given: events(created, issued(1, "f1")), fingerprint: "f1", capability: all,
			then: events(domain.KeyIssued{Key: "root", Version: 1, Fingerprint: "f1", Capability: all}),
		},
		"revoked key": {
			given: events(created, issued(1, "f1"), domain.KeyRevoked{Key: "root"}), fingerprint: "f2", capability: all, native: true,
			then: events(issued(2, "f2")),
		},
		"another key of the app": {
			given:       events(created, domain.KeyIssued{Key: "other", Version: 4, Fingerprint: "f1", Capability: all}),
			fingerprint: "f1", capability: all, native: true, then: events(issued(1, "f1")),
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := fold(domain.NewApp(), tt.given...)
			got, err := a.Issue("root", tt.fingerprint, tt.capability, tt.native)
			answer(t, got, err, tt.then, tt.err)
			for _, e := range got {
				require.Equal(t, a.KeyVersion("root", tt.fingerprint), e.(domain.KeyIssued).Version)
			}
		})
	}
}

func TestReplacedSecretStaysValidForADay(t *testing.T) {
	a := domain.NewApp()
	at := func(d time.Duration, e domain.Event) {
		a.Evolve(domain.Recorded{Event: e, Time: start.Add(d)})
	}
	valid := func(d time.Duration) []int { return a.SecretVersions("root", start.Add(d)) }
	const day = 24 * time.Hour

	require.Empty(t, valid(0), "unknown key")
	at(0, domain.AppCreated{})
	at(0, issued(1, "f1"))
	require.Equal(t, []int{1}, valid(0))
	require.Equal(t, []int{1}, valid(1000*day), "the newest does not age")

	at(time.Hour, issued(2, "f2"))
	require.Equal(t, []int{2, 1}, valid(time.Hour))
	require.Equal(t, []int{2, 1}, valid(time.Hour+day))
	require.Equal(t, []int{2}, valid(time.Hour+day+time.Millisecond))

	at(2*time.Hour, issued(3, "f3"))
	require.Equal(t, []int{3, 2, 1}, valid(2*time.Hour))
	require.Equal(t, []int{3, 2}, valid(2*time.Hour+day))
	require.Equal(t, []int{3}, valid(3*time.Hour+day))

	at(3*time.Hour, domain.KeyIssued{Key: "root", Version: 3, Fingerprint: "f3"})
	require.Equal(t, []int{3, 2}, valid(2*time.Hour+day), "a new capability does not prolong older secrets")

	at(4*time.Hour, domain.KeyRevoked{Key: "root"})
	require.Empty(t, valid(4*time.Hour), "revoked at once, all of them")

	at(5*time.Hour, issued(4, "f4"))
	require.Equal(t, []int{4}, valid(5*time.Hour), "what was revoked does not come back")
}

func TestNativeKeysAreThoseThatSign(t *testing.T) {
	a := fold(domain.NewApp(),
		domain.AppCreated{},
		domain.KeyIssued{Key: "b", Version: 1, Fingerprint: "f", Native: true},
		domain.KeyIssued{Key: "a", Version: 1, Fingerprint: "f", Native: true},
		domain.KeyIssued{Key: "server", Version: 1, Fingerprint: "f"},
		domain.KeyIssued{Key: "gone", Version: 1, Fingerprint: "f", Native: true},
		domain.KeyRevoked{Key: "gone"},
	)
	require.Equal(t, []string{"a", "b"}, a.NativeKeys())
	require.Empty(t, domain.NewApp().NativeKeys())
}

func TestSecretsAreLongAndPlain(t *testing.T) {
	long := strings.Repeat("x", 32)
	require.NoError(t, domain.CheckSecret(long))
	require.NoError(t, domain.CheckSecret("!~"+strings.Repeat("x", 254)))
	for _, bad := range []string{"", long[1:], strings.Repeat("x", 257), long + ".", long + ":", long + " ", long + "\t", long + "é", long + "\x7f"} {
		require.Error(t, domain.CheckSecret(bad), "%q", bad)
	}
}

func TestLimit(t *testing.T) {
	l := domain.Limits{UserSends: 5}
	tests := map[string]struct {
		given []domain.Event
		then  []domain.Event
		err   error
	}{
		"no app":             {err: domain.ErrAppNotFound},
		"CH-019 first":       {given: events(domain.AppCreated{}), then: events(domain.AppLimited{Limits: l})},
		"CH-019 as they are": {given: events(domain.AppCreated{}, domain.AppLimited{Limits: l})},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := fold(domain.NewApp(), tt.given...).Limit(l)
			answer(t, got, err, tt.then, tt.err)
		})
	}
}

func TestRevokeKey(t *testing.T) {
	created, revoked := domain.AppCreated{}, domain.KeyRevoked{Key: "root"}
	tests := map[string]struct {
		given []domain.Event
		then  []domain.Event
		err   error
	}{
		"no app":       {err: domain.ErrAppNotFound},
		"no such key":  {given: events(created), err: domain.ErrKeyNotFound},
		"valid":        {given: events(created, issued(1, "f1")), then: events(revoked)},
		"revoked":      {given: events(created, issued(1, "f1"), revoked)},
		"issued again": {given: events(created, issued(1, "f1"), revoked, issued(2, "f2")), then: events(revoked)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := fold(domain.NewApp(), tt.given...).Revoke(operator, "root")
			answer(t, got, err, tt.then, tt.err)
		})
	}
}

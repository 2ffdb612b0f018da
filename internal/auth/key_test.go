package auth_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/auth"
)

// finder knows the key demo.root with two secrets, and demo.gone with none.
type finder struct{ err error }

var errAway = errors.New("the keyring is away")

func (f finder) Key(_ context.Context, app domain.AppID, key string) (commands.Key, error) {
	k := commands.Key{Capability: map[string][]string{"*": {"admin"}}}
	if app == "demo" && key == "root" {
		k.Secrets = []string{"new-" + secret, secret}
	}
	return k, f.err
}

func TestAKeyActsWithAnyOfItsValidSecrets(t *testing.T) {
	for _, s := range []string{secret, "new-" + secret} {
		a, err := auth.VerifyKey(t.Context(), finder{}, "demo.root", s)
		require.NoError(t, err)
		require.Equal(t, domain.Actor{
			App: "demo", Kind: domain.ActorKey, ID: "root", Capability: map[string][]string{"*": {"admin"}},
		}, a)
	}
	for name, tt := range map[string]struct {
		key    domain.KeyName
		secret string
	}{
		"wrong secret":      {"demo.root", secret + "x"},
		"no secret":         {"demo.root", ""},
		"a part of it":      {"demo.root", secret[1:]},
		"unknown key":       {"demo.nemo", secret},
		"unknown app":       {"nobody.root", secret},
		"key without a dot": {"root", secret},
		"no name":           {"", secret},
		"revoked, nothing":  {"demo.gone", ""},
		"another app's":     {"demo2.root", secret},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := auth.VerifyKey(t.Context(), finder{}, tt.key, tt.secret)
			require.ErrorIs(t, err, domain.ErrInvalidToken)
			require.Zero(t, a)
		})
	}
	_, err := auth.VerifyKey(t.Context(), finder{errAway}, "demo.root", secret)
	require.ErrorIs(t, err, errAway, "a fault is no refusal")
}

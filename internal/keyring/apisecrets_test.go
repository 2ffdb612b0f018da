package keyring_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/keyring"
)

func TestSecretsAreKept(t *testing.T) {
	pool, file := database(t), rootFile(t)
	r := open(t, pool, file)
	require.NoError(t, r.PutSecret(t.Context(), app, "main", 1, "first secret"))
	require.NoError(t, r.PutSecret(t.Context(), app, "main", 2, "second secret"))
	require.NoError(t, r.PutSecret(t.Context(), app, "main", 1, "first secret"), "storing is idempotent")

	for _, r := range []*keyring.Ring{r, open(t, pool, file)} {
		for version, want := range map[int]string{1: "first secret", 2: "second secret"} {
			secret, err := r.Secret(t.Context(), app, "main", version)
			require.NoError(t, err)
			require.Equal(t, want, secret)
		}
	}
	require.Zero(t, count(t, pool, `SELECT count(*) FROM keyring WHERE position('secret'::bytea IN wrapped) > 0`))
}

func TestSecretIsNotReplaced(t *testing.T) {
	r, _ := newRing(t)
	require.NoError(t, r.PutSecret(t.Context(), app, "main", 1, "first"))
	err := r.PutSecret(t.Context(), app, "main", 1, "second")
	require.ErrorIs(t, err, keyring.ErrSecretExists)
	require.NotContains(t, err.Error(), "first")
	require.NotContains(t, err.Error(), "second")
	secret, err := r.Secret(t.Context(), app, "main", 1)
	require.NoError(t, err)
	require.Equal(t, "first", secret)
}

func TestUnknownSecrets(t *testing.T) {
	r, _ := newRing(t)
	_, err := r.Secret(t.Context(), app, "main", 1)
	require.ErrorIs(t, err, keyring.ErrNoSecret)
	_, err = r.Secret(t.Context(), app, "main", 0)
	require.Error(t, err)
	require.Error(t, r.PutSecret(t.Context(), app, "no key", 1, "secret"))
	require.Error(t, r.PutSecret(t.Context(), "shop.x", "main", 1, "secret"))
	require.ErrorContains(t, r.PutSecret(t.Context(), app, "main", 1, ""), "empty")
}

func TestSecretsAreReadOnce(t *testing.T) {
	pool, queries := countingPool(t)
	r := open(t, pool, rootFile(t))
	require.NoError(t, r.PutSecret(t.Context(), app, "main", 1, "secret"))
	before := queries.Load()
	for range 3 {
		_, err := r.Secret(t.Context(), app, "main", 1)
		require.NoError(t, err)
	}
	require.Equal(t, before, queries.Load())
}

func TestFingerprintIsShort(t *testing.T) {
	require.Len(t, keyring.Fingerprint("secret"), 6)
	require.NotEqual(t, keyring.Fingerprint("secret"), keyring.Fingerprint("secret2"))
}

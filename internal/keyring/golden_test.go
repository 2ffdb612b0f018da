package keyring_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/keyring"
)

// golden is testdata/golden.json: bytes in hex that must be read for ever.
type golden struct {
	Root, UserKey, IDKey      string
	RootFingerprint           string
	WrappedUser, WrappedID    string
	WrappedSecret, Secret     string
	SecretFingerprint         string
	Blob, Plain               string
	Digest, Once              string
	NaturalID, NaturalIDSalt1 int64
}

func TestFormsAreFrozen(t *testing.T) {
	text, err := os.ReadFile("testdata/golden.json")
	require.NoError(t, err)
	var g golden
	require.NoError(t, json.Unmarshal(text, &g))
	root, key, idKey := unhex(t, g.Root), unhex(t, g.UserKey), unhex(t, g.IDKey)
	nonce := bytes.Repeat([]byte{7}, 12)

	require.Equal(t, g.WrappedUser, hex.EncodeToString(refWrap(root, nonce, "shop", "user", "ann", 3, string(key))))
	require.Equal(t, g.WrappedID, hex.EncodeToString(refWrap(root, nonce, "shop", "id", "", 1, string(idKey))))
	require.Equal(t, g.WrappedSecret, hex.EncodeToString(refWrap(root, nonce, "shop", "api", "main", 2, g.Secret)))
	require.Equal(t, g.Blob, hex.EncodeToString(refSeal(key, nonce, "shop", "user:ann", 3, event, g.Plain)))
	require.Equal(t, g.Digest, hex.EncodeToString(refHMAC(refHKDF(key, "digest"), "content")))
	require.Equal(t, g.Once, hex.EncodeToString(refHMAC(refHKDF(key, "once"), "content")))

	pool, file := database(t), rootFile(t)
	writeRoots(t, file, root)
	r := open(t, pool, file)
	require.Equal(t, 1, count(t, pool,
		`SELECT count(*) FROM keyring_generations WHERE generation = 1 AND fingerprint = $1`, g.RootFingerprint))
	_, err = pool.Exec(t.Context(), `
		INSERT INTO keyring (app, kind, subject, version, generation, wrapped)
		VALUES ('shop', 'user', 'ann', 3, 1, $1), ('shop', 'id', '', 1, 1, $2), ('shop', 'api', 'main', 2, 1, $3)`,
		unhex(t, g.WrappedUser), unhex(t, g.WrappedID), unhex(t, g.WrappedSecret))
	require.NoError(t, err)

	ann := user("ann")
	plain, err := r.Open(t.Context(), app, ann, event, unhex(t, g.Blob))
	require.NoError(t, err)
	require.Equal(t, g.Plain, string(plain))

	ann.Version = 3
	for purpose, want := range map[string]string{keyring.PurposeDigest: g.Digest, keyring.PurposeOnce: g.Once} {
		sum, err := r.MAC(t.Context(), app, ann, purpose, []byte("content"))
		require.NoError(t, err)
		require.Equal(t, want, hex.EncodeToString(sum))
	}
	for salt, want := range []int64{g.NaturalID, g.NaturalIDSalt1} {
		id, err := r.NaturalID(t.Context(), app, salt, "dm", "ann", "bob")
		require.NoError(t, err)
		require.Equal(t, want, id)
	}
	secret, err := r.Secret(t.Context(), app, "main", 2)
	require.NoError(t, err)
	require.Equal(t, g.Secret, secret)
	require.Equal(t, g.SecretFingerprint, keyring.Fingerprint(secret))
}

func TestSealedBlobHasTheDescribedHeader(t *testing.T) {
	r, _ := newRing(t)
	s := domain.Subject{Kind: domain.SubjectChannel, ID: "42", Version: 0x01020304}
	blob, err := r.Seal(t.Context(), app, s, event, []byte("hello"))
	require.NoError(t, err)
	require.Equal(t, []byte{1, 1, 2, 3, 4}, blob[:5])
	require.Len(t, blob, 5+12+5+16)
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

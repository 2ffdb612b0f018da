package keyring_test

import (
	"bytes"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"parley/internal/keyring"
)

// register makes a second generation the one that wraps, as a rotation does.
func register(t *testing.T, pool *pgxpool.Pool, file string) {
	t.Helper()
	scratch, other := database(t), rootFile(t)
	writeRoots(t, other, root1, root2)
	open(t, scratch, other)
	var fingerprint string
	require.NoError(t, scratch.QueryRow(t.Context(),
		`SELECT fingerprint FROM keyring_generations WHERE generation = 2`).Scan(&fingerprint))
	writeRoots(t, file, root1, root2)
	_, err := pool.Exec(t.Context(), `INSERT INTO keyring_generations VALUES (2, $1)`, fingerprint)
	require.NoError(t, err)
}

func TestFileIsReadAgainForAnUnknownGeneration(t *testing.T) {
	pool, file := database(t), rootFile(t)
	writeRoots(t, file, root1)
	r := open(t, pool, file)
	register(t, pool, file)
	key := bytes.Repeat([]byte{9}, 32)
	_, err := pool.Exec(t.Context(), `
		INSERT INTO keyring (app, kind, subject, version, generation, wrapped) VALUES ('shop', 'user', 'ann', 1, 2, $1)`,
		refWrap(root2, make([]byte, 12), "shop", "user", "ann", 1, string(key)))
	require.NoError(t, err)

	plain, err := r.Open(t.Context(), app, user("ann"), event,
		refSeal(key, make([]byte, 12), "shop", "user:ann", 1, event, "hello"))
	require.NoError(t, err)
	require.Equal(t, "hello", string(plain))
}

func TestFileThatLacksTheNewGenerationIsReported(t *testing.T) {
	pool, file := database(t), rootFile(t)
	writeRoots(t, file, root1)
	r := open(t, pool, file)
	register(t, pool, file)
	writeRoots(t, file, root1)
	_, err := r.Seal(t.Context(), app, user("ann"), event, nil)
	require.ErrorIs(t, err, keyring.ErrRootKeyLacks)
	require.Zero(t, count(t, pool, `SELECT count(*) FROM keyring`))

	writeRoots(t, file, root1, root2)
	_, err = r.Seal(t.Context(), app, user("ann"), event, nil)
	require.NoError(t, err)
}

func TestOldGenerationWrapsNoNewKeys(t *testing.T) {
	pool, file := database(t), rootFile(t)
	writeRoots(t, file, root1)
	r := open(t, pool, file)
	register(t, pool, file)
	_, err := r.Seal(t.Context(), app, user("ann"), event, nil)
	require.NoError(t, err)
	require.NoError(t, r.PutSecret(t.Context(), app, "main", 1, "secret"))
	require.Equal(t, 2, count(t, pool, `SELECT count(*) FROM keyring WHERE generation = 2`))
}

package keyring_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"parley/domain"
	"parley/internal/keyring"
	"parley/internal/pgtest"
	"parley/migrations"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Runner(m)) }

const app domain.AppID = "shop"

var event = uuid.MustParse("0190a5b4-7d5e-7c3a-8f00-112233445566")

func user(id string) domain.Subject {
	return domain.Subject{Kind: domain.SubjectUser, ID: id, Version: 1}
}

// database is a pool over an empty keyring.
func database(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool := pgtest.Pool(t)
	migrate(t, pool)
	return pool
}

func migrate(t testing.TB, pool *pgxpool.Pool) {
	t.Helper()
	sql, err := migrations.FS.ReadFile("0002_keyring.sql")
	require.NoError(t, err)
	_, err = pool.Exec(context.Background(), string(sql))
	require.NoError(t, err)
}

func rootFile(t testing.TB) string { return filepath.Join(t.TempDir(), "root.key") }

// writeRoots writes a root key file by hand, generations 1, 2 and so on.
func writeRoots(t testing.TB, path string, keys ...[]byte) {
	t.Helper()
	var b bytes.Buffer
	for i, k := range keys {
		fmt.Fprintf(&b, "%d %s\n", i+1, base64.StdEncoding.EncodeToString(k))
	}
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
}

func open(t testing.TB, pool *pgxpool.Pool, file string) *keyring.Ring {
	t.Helper()
	r, err := keyring.Open(context.Background(), pool, config(file))
	require.NoError(t, err)
	t.Cleanup(r.Close)
	return r
}

func config(file string) keyring.Config {
	return keyring.Config{RootKeyFile: file, Logger: slog.New(slog.DiscardHandler)}
}

// newRing is a ring over a database of its own.
func newRing(t testing.TB) (*keyring.Ring, *pgxpool.Pool) {
	t.Helper()
	pool := database(t)
	return open(t, pool, rootFile(t)), pool
}

func count(t testing.TB, pool *pgxpool.Pool, sql string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, pool.QueryRow(context.Background(), sql, args...).Scan(&n))
	return n
}

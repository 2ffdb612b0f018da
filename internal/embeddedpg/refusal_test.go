package embeddedpg_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/embeddedpg"
	"parley/internal/pgtest"
)

func TestSecondServerOnADirectoryIsRefused(t *testing.T) {
	cfg := config(t, pgtest.Dir(t))
	s := start(t, cfg)
	_, err := embeddedpg.Start(t.Context(), cfg)
	var locked *embeddedpg.LockedError
	require.ErrorAs(t, err, &locked)
	require.Equal(t, os.Getpid(), locked.PID)
	require.ErrorContains(t, err, "PARLEY_DATA_DIR")
	require.Equal(t, "1", query(t, s, `SELECT '1'`))
}

func TestClusterOfAnotherVersionIsNotTouched(t *testing.T) {
	dir := pgtest.Dir(t)
	s := start(t, config(t, dir))
	stop(t, s)
	version := filepath.Join(dir, "pg", "PG_VERSION")
	require.NoError(t, os.WriteFile(version, []byte("9\n"), 0o600))
	before := fingerprint(t, dir)

	_, err := embeddedpg.Start(t.Context(), config(t, dir))
	var other *embeddedpg.VersionError
	require.ErrorAs(t, err, &other)
	require.Equal(t, "9", other.Cluster)
	require.ErrorContains(t, err, "pg_upgrade")
	require.Equal(t, before, fingerprint(t, dir))
}

func TestUnreadableVersionIsNotTouched(t *testing.T) {
	dir := pgtest.Dir(t)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "pg"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pg", "PG_VERSION"), nil, 0o600))
	_, err := embeddedpg.Start(t.Context(), config(t, dir))
	require.ErrorContains(t, err, "is not a number")
}

func TestFolderWithSomethingElseIsNotTouched(t *testing.T) {
	dir := pgtest.Dir(t)
	precious := filepath.Join(dir, "pg", "precious")
	require.NoError(t, os.Mkdir(filepath.Dir(precious), 0o700))
	require.NoError(t, os.WriteFile(precious, []byte("mine"), 0o600))
	_, err := embeddedpg.Start(t.Context(), config(t, dir))
	require.ErrorContains(t, err, "move it away")
	require.FileExists(t, precious)
	left, err := filepath.Glob(filepath.Join(dir, "pg.new-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestMissingBinariesNameTheRemedy(t *testing.T) {
	cfg := config(t, pgtest.Dir(t))
	cfg.BinDir = t.TempDir()
	_, err := embeddedpg.Start(t.Context(), cfg)
	var missing *embeddedpg.MissingBinariesError
	require.ErrorAs(t, err, &missing)
	require.Contains(t, missing.Remedy, "PARLEY_PG_BIN")

	cfg.BinDir = os.Getenv("PARLEY_PG_BIN")
	start(t, cfg) // the lock was given back
}

func TestSettingsThatLoseDataAreRefused(t *testing.T) {
	cfg := config(t, pgtest.Dir(t))
	s := start(t, cfg)
	query(t, s, `ALTER ROLE parley SET synchronous_commit = off`)
	stop(t, s)
	_, err := embeddedpg.Start(t.Context(), cfg)
	require.ErrorContains(t, err, "synchronous_commit=off")
	require.ErrorContains(t, err, "ALTER ROLE parley RESET ALL")
}

// fingerprint sums names, modes and contents of all files in a folder.
func fingerprint(t *testing.T, dir string) string {
	t.Helper()
	h := sha256.New()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintln(h, path, info.Mode())
		if info.Mode().IsRegular() {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			h.Write(text)
		}
		return nil
	})
	require.NoError(t, err)
	return fmt.Sprintf("%x", h.Sum(nil))
}

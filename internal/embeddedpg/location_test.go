package embeddedpg_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/embeddedpg"
	"parley/internal/pgtest"
)

// closedOff returns a configuration whose data directory only root can reach.
func closedOff(t *testing.T) embeddedpg.Config {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root runs the server as another account")
	}
	private := filepath.Join(pgtest.Dir(t), "root")
	require.NoError(t, os.Mkdir(private, 0o700))
	cfg := config(t, filepath.Join(private, "clone", "data"))
	cfg.FallbackDir = filepath.Join(pgtest.Dir(t), "var", "lib")
	return cfg
}

func TestClusterLivesElsewhereWhenItsAccountCannotGetIn(t *testing.T) {
	cfg := closedOff(t)
	s := start(t, cfg)
	query(t, s, `CREATE TABLE t AS SELECT 'kept' AS word`)
	require.True(t, strings.HasPrefix(s.Dir(), cfg.FallbackDir), s.Dir())
	recorded, err := os.ReadFile(filepath.Join(cfg.DataDir, "pg-location"))
	require.NoError(t, err)
	require.Equal(t, filepath.Dir(s.Dir()), strings.TrimSpace(string(recorded)))
	info, err := os.Stat(cfg.DataDir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	stop(t, s)

	require.Equal(t, "kept", query(t, start(t, cfg), `SELECT word FROM t`))
}

func TestMovedDataDirectoryKeepsItsCluster(t *testing.T) {
	cfg := closedOff(t)
	s := start(t, cfg)
	query(t, s, `CREATE TABLE t AS SELECT 'kept' AS word`)
	stop(t, s)
	moved := filepath.Join(filepath.Dir(cfg.DataDir), "moved")
	require.NoError(t, os.Rename(cfg.DataDir, moved))
	cfg.DataDir = moved
	require.Equal(t, "kept", query(t, start(t, cfg), `SELECT word FROM t`))
}

func TestCopiedDataDirectoryDoesNotWriteIntoItsOriginal(t *testing.T) {
	cfg := closedOff(t)
	stop(t, start(t, cfg))
	copied := filepath.Join(filepath.Dir(cfg.DataDir), "copy")
	require.NoError(t, os.CopyFS(copied, os.DirFS(cfg.DataDir)))
	cfg.DataDir = copied
	_, err := embeddedpg.Start(t.Context(), cfg)
	var location *embeddedpg.LocationError
	require.ErrorAs(t, err, &location)
	require.ErrorContains(t, err, "belongs to")
}

func TestLostClusterIsNotReplacedByAnEmptyOne(t *testing.T) {
	cfg := closedOff(t)
	s := start(t, cfg)
	stop(t, s)
	require.NoError(t, os.RemoveAll(filepath.Dir(s.Dir())))
	_, err := embeddedpg.Start(t.Context(), cfg)
	var location *embeddedpg.LocationError
	require.ErrorAs(t, err, &location)
	require.ErrorContains(t, err, "pg-location")
}

func TestClusterThatCannotBeReachedAnyMoreIsNotReplaced(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root runs the server as another account")
	}
	parent := pgtest.Dir(t)
	cfg := config(t, filepath.Join(parent, "data"))
	cfg.FallbackDir = pgtest.Dir(t)
	stop(t, start(t, cfg))
	require.NoError(t, os.Chmod(parent, 0o700))
	_, err := embeddedpg.Start(t.Context(), cfg)
	var location *embeddedpg.LocationError
	require.ErrorAs(t, err, &location)
	require.ErrorContains(t, err, "chmod o+x")
}

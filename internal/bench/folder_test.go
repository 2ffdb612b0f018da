package bench

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// elsewhere makes a data directory whose cluster lives in a home outside.
func elsewhere(t *testing.T, dir, owner string) (home string) {
	t.Helper()
	home = t.TempDir()
	data := filepath.Join(dir, "parley")
	require.NoError(t, os.MkdirAll(data, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(data, "pg-location"), []byte(home+"\n"), 0o600))
	if owner == "" {
		owner = data
	}
	require.NoError(t, os.WriteFile(filepath.Join(home, "data-directory"), []byte(owner+"\n"), 0o600))
	return home
}

func TestFolderGoesWithItsClusters(t *testing.T) {
	dir, err := newFolder(t.TempDir())
	require.NoError(t, err)
	home := elsewhere(t, dir, "")
	require.NoError(t, removeFolder(dir))
	require.NoDirExists(t, dir)
	require.NoDirExists(t, home)
}

func TestClusterOfAnotherDirectoryStays(t *testing.T) {
	dir, err := newFolder(t.TempDir())
	require.NoError(t, err)
	home := elsewhere(t, dir, "/somewhere/else")
	require.NoError(t, removeFolder(dir))
	require.NoDirExists(t, dir)
	require.DirExists(t, home)
}

func TestFolderLetsOthersPass(t *testing.T) {
	dir, err := newFolder(t.TempDir())
	require.NoError(t, err)
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o711), info.Mode().Perm())
}

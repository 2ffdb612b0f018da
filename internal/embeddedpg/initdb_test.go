package embeddedpg

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// A killed initdb leaves children that write for a moment.
func TestFolderInWhichSomebodyStillWritesIsRemoved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pg.new-1")
	base := filepath.Join(dir, "base")
	require.NoError(t, os.MkdirAll(base, 0o700))
	writing, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for i := range 20_000 {
			if i == 100 {
				close(writing)
			}
			if os.WriteFile(filepath.Join(base, strconv.Itoa(i)), nil, 0o600) != nil {
				return // the folder is gone
			}
		}
	}()
	<-writing
	require.NoError(t, removeBusy(t.Context(), dir))
	<-done
	require.NoDirExists(t, dir)
}

package pgtest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFoldersOfDeadTestProcessesAreRemoved(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // root uses /tmp all the same
	left, err := os.MkdirTemp(temporary(), pattern)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(left, mark), nil, 0o600))
	mine := Dir(t)
	second := Dir(t)
	require.NoDirExists(t, left)
	require.DirExists(t, mine)
	require.DirExists(t, second)
}

func TestDatabaseNameIsReplacedInBothFormsOfADSN(t *testing.T) {
	for dsn, want := range map[string]string{
		"postgres://ann@localhost:5432/chat?sslmode=disable": "postgres://ann@localhost:5432/new?sslmode=disable",
		"postgres://ann@/chat?host=%2Frun&dbname=other":      "postgres://ann@/new?host=%2Frun",
		"host=/run user=ann dbname=chat":                     "host=/run user=ann dbname=chat dbname=new",
	} {
		require.Equal(t, want, withDatabase(dsn, "new"))
	}
}

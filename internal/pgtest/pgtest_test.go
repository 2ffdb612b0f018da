package pgtest_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"parley/internal/pgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Runner(m)) }

func TestEachTestHasItsOwnEmptyDatabase(t *testing.T) {
	for _, name := range []string{"first", "second"} {
		t.Run(name, func(t *testing.T) {
			pool := pgtest.Pool(t)
			_, err := pool.Exec(t.Context(), `CREATE TABLE things (id bigint)`)
			require.NoError(t, err)
		})
	}
}

func TestDatabaseIsDroppedWithItsTest(t *testing.T) {
	var url string
	var forgotten *pgx.Conn
	t.Run("inner", func(t *testing.T) {
		url = pgtest.URL(t)
		conn, err := pgx.Connect(t.Context(), url)
		require.NoError(t, err)
		forgotten = conn // open on purpose: it must not keep the database
	})
	_, err := pgx.Connect(t.Context(), url)
	require.ErrorContains(t, err, "does not exist")
	_ = forgotten.Close(t.Context()) // the server has closed it already
}

func TestDurabilityIsAChoice(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a second server")
	}
	for want, url := range map[string]func(testing.TB) string{"off": pgtest.URL, "on": pgtest.DurableURL} {
		conn, err := pgx.Connect(t.Context(), url(t))
		require.NoError(t, err)
		var fsync string
		require.NoError(t, conn.QueryRow(t.Context(), `SHOW fsync`).Scan(&fsync))
		require.NoError(t, conn.Close(t.Context()))
		if want == "on" {
			require.Equal(t, want, fsync)
		}
	}
}

func TestOuterServerServesTheTestsWhenNamed(t *testing.T) {
	t.Setenv("PARLEY_TEST_DATABASE_URL", pgtest.URL(t))
	conn, err := pgx.Connect(t.Context(), pgtest.URL(t))
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
}

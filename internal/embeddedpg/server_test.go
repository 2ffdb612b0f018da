package embeddedpg_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"parley/internal/embeddedpg"
	"parley/internal/pgtest"
)

func TestDataSurvivesAStop(t *testing.T) {
	cfg := config(t, filepath.Join(pgtest.Dir(t), "data"))
	cfg.TemplateDir = "" // the whole way, with initdb
	s := start(t, cfg)
	query(t, s, `CREATE TABLE t AS SELECT 'kept' AS word`)
	stop(t, s)
	require.NoError(t, s.Wait())
	require.NoError(t, gone(s.PID()))

	require.Equal(t, "kept", query(t, start(t, cfg), `SELECT word FROM t`))
}

func TestServerIsDurableAndPrivate(t *testing.T) {
	dir := filepath.Join(pgtest.Dir(t), "data")
	s := start(t, config(t, dir))
	for name, want := range map[string]string{
		"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "data_checksums": "on",
		"listen_addresses": "", "shared_buffers": "256MB", "jit": "off", "timezone": "UTC",
		"log_parameter_max_length": "0", "log_parameter_max_length_on_error": "0",
		"log_min_error_statement": "panic", "log_error_verbosity": "terse", "server_encoding": "UTF8",
	} {
		require.Equal(t, want, query(t, s, `SELECT current_setting('`+name+`')`), name)
	}
	info, err := os.Stat(filepath.Join(dir, "pg"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	info, err = os.Stat(dir)
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o066, "nobody else may list the data directory")
}

func TestSettingsOfTheCallerWin(t *testing.T) {
	cfg := config(t, pgtest.Dir(t))
	cfg.Ephemeral = true
	cfg.Settings = map[string]string{"max_connections": "23", "fsync": "on"}
	s := start(t, cfg)
	require.Equal(t, "23", query(t, s, `SHOW max_connections`))
	require.Equal(t, "on", query(t, s, `SHOW fsync`))
	require.Equal(t, "off", query(t, s, `SHOW full_page_writes`))
}

func TestWhatPeopleWriteDoesNotReachTheLog(t *testing.T) {
	s := start(t, config(t, pgtest.Dir(t)))
	conn, err := pgx.Connect(t.Context(), s.URL())
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), `SELECT 'hush hush'::int`)
	require.ErrorContains(t, err, "hush hush")
	_, err = conn.Exec(t.Context(), `SELECT pg_sleep(0.6), $1::text`, "hush hush")
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	stop(t, s)
	text, err := os.ReadFile(s.LogFile())
	require.NoError(t, err)
	require.Contains(t, string(text), "SELECT pg_sleep", "slow statements are wanted")
	require.NotContains(t, string(text), "hush hush")
}

func TestStopIsCutShortWithItsContext(t *testing.T) {
	cfg := config(t, pgtest.Dir(t))
	s := start(t, cfg)
	query(t, s, `CREATE TABLE t AS SELECT 'kept' AS word`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Stop(ctx); err != nil { // both answers are ready at once when it is fast
		require.ErrorIs(t, err, context.Canceled)
	}
	require.NoError(t, gone(s.PID()))
	require.Equal(t, "kept", query(t, start(t, cfg), `SELECT word FROM t`))
}

func TestPathTooLongForASocket(t *testing.T) {
	dir := filepath.Join(pgtest.Dir(t), strings.Repeat("long", 25), `with "quotes", and commas`)
	s := start(t, config(t, dir))
	require.Equal(t, "1", query(t, s, `SELECT '1'`))
	stop(t, s)
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "parley-run-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestBigLogIsPutAside(t *testing.T) {
	dir := pgtest.Dir(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "postgres.log"), make([]byte, 17<<20), 0o600))
	s := start(t, config(t, dir))
	info, err := os.Stat(s.LogFile())
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(1<<20))
	require.FileExists(t, s.LogFile()+".1")
}

func TestConfigNeedsADataDir(t *testing.T) {
	_, err := embeddedpg.Start(t.Context(), embeddedpg.Config{})
	require.ErrorContains(t, err, "no data directory")
}

func TestPathsThatADSNMustEscape(t *testing.T) {
	for _, name := range []string{"a b", "plus+and%20", "ünï 码", `quo'te"x`, "com,ma", "dollar$HOME", "#?&=", `back\slash`, "-dash"} {
		t.Run(name, func(t *testing.T) {
			s := start(t, config(t, filepath.Join(pgtest.Dir(t), name)))
			require.Equal(t, "1", query(t, s, `SELECT '1'`))
		})
	}
}

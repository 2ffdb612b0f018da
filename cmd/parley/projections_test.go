package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"parley/projections"
)

// sql runs a statement on the database.
func (x external) sql(t *testing.T, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), x.url)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), statement)
	require.NoError(t, err, statement)
}

// forget takes the read models away, as if this version had never run.
func (x external) forget(t *testing.T) {
	t.Helper()
	for _, p := range projections.All {
		for _, table := range p.Tables {
			x.sql(t, "DROP VIEW "+p.View(table))
		}
		x.sql(t, "DROP VIEW "+p.Gate()+"; DROP SCHEMA "+p.Schema(1)+" CASCADE")
	}
	x.sql(t, "DELETE FROM projections")
}

// operate are the arguments of a command about projections.
func (x external) operate(args ...string) []string {
	return append(append([]string{"projections"}, args...), "--database-url", x.url, "--data-dir", x.dir)
}

func (x external) builds(t *testing.T) string {
	t.Helper()
	code, stdout, stderr := parley(t, x.operate("list", "--json")...)
	require.Equal(t, exitOK, code, stderr)
	var list struct{ Projections []projectionView }
	require.NoError(t, json.Unmarshal([]byte(stdout), &list))
	var all []string
	for _, p := range list.Projections {
		for _, b := range p.Builds {
			all = append(all, fmt.Sprintf("%s %d %s", b.Projection, b.Build, b.State))
		}
	}
	return strings.Join(all, ", ")
}

func TestOperatingProjections(t *testing.T) {
	x := newExternal(t)
	start(t, x.args("serve")...)
	do := func(want int, args ...string) (stdout, stderr string) {
		t.Helper()
		code, stdout, stderr := parley(t, x.operate(args...)...)
		require.Equal(t, want, code, stderr)
		return stdout, stderr
	}
	out, _ := do(exitOK, "rebuild", "timeline", "--rate", "100000")
	require.Contains(t, out, "timeline v3 is shown from build 2 on")
	out, _ = do(exitOK, "rebuild", "directory", "--restart", "--json")
	var end projections.Progress
	require.NoError(t, json.Unmarshal([]byte(out), &end))
	require.Equal(t, projections.Done, end.Phase)
	out, _ = do(exitOK, "verify")
	require.Contains(t, out, "directory v3, build 2, at position ")
	require.Contains(t, out, " rows, 0 differ\n")
	x.sql(t, "UPDATE rm.apps_v3 SET created_at = created_at + 1")
	out, errs := do(exitFault, "verify", "directory")
	require.Contains(t, out, "  changed apps: app=demo: created_at\n")
	require.Contains(t, errs, "1 rows are not what the log makes of them; parley projections rebuild repairs them")
	out, _ = do(exitFault, "verify", "directory", "--json")
	require.Contains(t, out, `"created_at"`)
	do(exitOK, "rebuild", "directory")
	do(exitOK, "verify", "directory")
	out, _ = do(exitOK, "resume", "timeline")
	require.Equal(t, "nothing of timeline is parked\n", out)
	out, _ = do(exitOK, "prepare")
	require.Contains(t, out, "nothing to prepare")
	out, _ = do(exitOK, "list")
	require.Contains(t, out, "PROJECTION")
	require.Contains(t, out, "live")
	_, errs = do(exitFault, "rebuild", "weather")
	require.Contains(t, errs, "no such projection (PROJECTION_NOT_FOUND); parley projections list names them")
	do(exitUsage, "rebuild", "timeline", "--rate", "-1")
}

// TestAVersionWithoutReadModelsBuildsFirst: it lives, says what it builds, and
// serves nothing until it is done.
func TestAVersionWithoutReadModelsBuildsFirst(t *testing.T) {
	x := newExternal(t)
	start(t, x.args("serve")...).stop(t)
	x.forget(t)
	elsewhere, err := pgx.Connect(t.Context(), x.url)
	require.NoError(t, err)
	defer elsewhere.Close(t.Context())
	_, err = elsewhere.Exec(t.Context(), "SELECT pg_advisory_lock(hashtext('parley build'), hashtext('timeline v3'))")
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())

	p := launch(t, x.args("serve", "--addr", addr)...)
	building := false
	for deadline := time.After(patience); !building; {
		a, err := client.Get("http://" + addr + "/readyz")
		if err == nil {
			var body struct {
				Error struct{ Code, Message string }
			}
			require.NoError(t, json.NewDecoder(a.Body).Decode(&body))
			a.Body.Close()
			require.Equal(t, http.StatusServiceUnavailable, a.StatusCode)
			require.NotEmpty(t, a.Header.Get("Retry-After"))
			require.Equal(t, "UNAVAILABLE", body.Error.Code)
			building = strings.Contains(body.Error.Message, "building") && strings.Contains(body.Error.Message, "timeline v3: waiting")
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			require.FailNow(t, "it does not say what it builds")
		}
	}
	status, _ := exchange(t, http.MethodGet, "http://"+addr+"/healthz", "", "")
	require.Equal(t, http.StatusOK, status)
	status, _ = exchange(t, http.MethodGet, "http://"+addr+"/v1/channels", "", "")
	require.Equal(t, http.StatusServiceUnavailable, status)
	elsewhere.Close(t.Context())
	p.awaitReady(t)
	require.Equal(t, "directory 1 live, timeline 1 live, occupancy 1 live", x.builds(t))
}

func TestPreparingReadModels(t *testing.T) {
	x := newExternal(t)
	start(t, x.args("serve")...).stop(t)
	x.forget(t)
	code, out, stderr := parley(t, x.operate("prepare", "--rate", "100000")...)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, out, "prepared")
	require.Equal(t, len(projections.All), number(t, x.url, "SELECT count(*) FROM projections WHERE state = 'building'"))
	start(t, x.args("serve")...)
	require.Equal(t, "directory 1 live, timeline 1 live, occupancy 1 live", x.builds(t))
}

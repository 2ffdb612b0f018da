package bench

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// options are for measurements that only show that everything works.
func options(t *testing.T) Options {
	t.Helper()
	if testing.Short() {
		t.Skip("builds parley and starts servers")
	}
	exe := filepath.Join(t.TempDir(), "parley")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", exe, "parley/cmd/parley").CombinedOutput()
	require.NoError(t, err, string(out))
	dir, err := newFolder("")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return Options{
		Exe: exe, PgBin: os.Getenv("PARLEY_PG_BIN"), Dir: dir, App: "demo",
		Rounds: 2, Time: 200 * time.Millisecond, Connections: 4, Progress: t.Output(),
	}
}

// clean asserts that nothing was left in the parent of the temporary folder.
func clean(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestSendsAreMeasuredBesideTheFloor(t *testing.T) {
	o := options(t)
	r, err := MeasureSend(t.Context(), SendOptions{Options: o, Clients: []int{1, 3}, Channels: []int{2}, Once: true, Probes: 2})
	require.NoError(t, err)
	clean(t, o.Dir)
	require.Len(t, r.Cells, 8)
	require.Len(t, r.Rows, 2)
	for _, row := range r.Rows {
		require.Positive(t, row.Floor.PerSecond.Median)
		require.Positive(t, row.Parley.PerSecond.Median)
		require.Positive(t, row.Rate.Median)
		require.Zero(t, row.Parley.Refused+row.Floor.Refused)
	}
	require.Len(t, r.Lags, 2)
	require.EqualValues(t, 2, r.Lags[1].Probes)
}

func TestHistoryIsMeasuredBesideTheFloor(t *testing.T) {
	o := options(t)
	r, err := MeasureHistory(t.Context(), HistoryOptions{Options: o, Clients: []int{2}, Messages: 500, Busy: 50, Channels: 3})
	require.NoError(t, err)
	clean(t, o.Dir)
	require.Len(t, r.Rows, 4)
	for _, row := range r.Rows {
		require.Positive(t, row.P50.Median, row.What)
		require.Zero(t, row.Parley.Refused+row.Floor.Refused, row.What)
	}
}

func TestRunningServerIsMeasuredWithoutAFloor(t *testing.T) {
	o := options(t)
	dir := filepath.Join(o.Dir, "server")
	require.NoError(t, os.Mkdir(dir, 0o711))
	key := "operator-key-of-a-server-that-runs-already"
	c, err := startChild(t.Context(), o.Exe, "server", dir, []string{"PARLEY_OPERATOR_KEY=" + key},
		[]string{"serve", "--addr=127.0.0.1:0", "--admin-addr=127.0.0.1:0", "--drain-delay=0", "--data-dir=" + filepath.Join(dir, "data")})
	require.NoError(t, err)
	defer c.stop()
	o.Server, o.Key = c.url, key
	r, err := MeasureSend(t.Context(), SendOptions{Options: o, Clients: []int{2}, Channels: []int{1}})
	require.NoError(t, err)
	require.Len(t, r.Cells, 2)
	require.Nil(t, r.Rows[0].Floor)
	require.Nil(t, r.Cells[0].CPU.Server)
	require.NoError(t, removeFolder(dir))
}

func TestProjectionsAreMeasured(t *testing.T) {
	o := options(t)
	r, err := MeasureProjections(t.Context(), ProjectionsOptions{
		PgBin: o.PgBin, Dir: o.Dir, Messages: 300, Channels: 5, Progress: o.Progress,
	})
	require.NoError(t, err)
	clean(t, o.Dir)
	require.Greater(t, r.Events, int64(300))
	require.Positive(t, r.PerSecond)
}

func TestInterruptedMeasurementLeavesNothing(t *testing.T) {
	o := options(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o.Progress = writer(func(line []byte) {
		if bytes.Contains(line, []byte("round 1")) {
			cancel()
		}
	})
	_, err := MeasureSend(ctx, SendOptions{Options: o, Clients: []int{2}, Channels: []int{1}})
	require.ErrorIs(t, err, context.Canceled)
	clean(t, o.Dir)
}

// writer is called with what is written.
type writer func([]byte)

func (w writer) Write(b []byte) (int, error) {
	w(b)
	return len(b), nil
}

func TestMixturesAreMeasuredBesideTheFloor(t *testing.T) {
	o := options(t)
	r, err := MeasureMixed(t.Context(), MixedOptions{Options: o, Clients: []int{2}, Channels: []int{3}})
	require.NoError(t, err)
	clean(t, o.Dir)
	require.Len(t, r.Rows, 1)
	require.Positive(t, r.Rows[0].Rate.Median)
	require.Zero(t, r.Rows[0].Parley.Refused+r.Rows[0].Floor.Refused)
	require.NoError(t, r.Write(t.Output()))
}

func TestListsAreMeasuredBesideTheFloor(t *testing.T) {
	o := options(t)
	r, err := MeasureUnread(t.Context(), UnreadOptions{Options: o, Clients: []int{2}, Channels: []int{5}, Messages: 4})
	require.NoError(t, err)
	clean(t, o.Dir)
	require.Len(t, r.Rows, 1)
	require.Positive(t, r.Rows[0].P50.Median)
	require.Zero(t, r.Rows[0].Parley.Refused+r.Rows[0].Floor.Refused)
	require.NoError(t, r.Write(t.Output()))
}

func TestImportsAreMeasured(t *testing.T) {
	o := options(t)
	r, err := MeasureImport(t.Context(), ImportOptions{Options: o, Entries: 1000})
	require.NoError(t, err)
	clean(t, o.Dir)
	require.Len(t, r.Runs, o.Rounds)
	for _, run := range r.Runs {
		require.Equal(t, 1000, run.Entries)
		require.Positive(t, run.PerSecond)
	}
	require.NoError(t, r.Write(t.Output()))
}

func TestSizesAreComparedSideBySide(t *testing.T) {
	o := options(t)
	r, err := MeasureScale(t.Context(), ScaleOptions{Options: o, Small: 1000, Large: 2000, Channels: 2, Clients: 2})
	require.NoError(t, err)
	clean(t, o.Dir)
	require.Len(t, r.Rows, 5)
	for _, row := range r.Rows {
		require.Positive(t, row.Rate.Median, row.What)
		require.Zero(t, row.Parley.Refused+row.Floor.Refused, row.What)
	}
	require.NoError(t, r.Write(t.Output()))
}

func TestOverloadIsMeasured(t *testing.T) {
	o := options(t)
	r, err := MeasureOverload(t.Context(), OverloadOptions{Options: o, Clients: 4, Channels: 2, Factor: 3})
	require.NoError(t, err)
	clean(t, o.Dir)
	require.Len(t, r.Cells, 2*o.Rounds)
	require.Len(t, r.Rows, 2)
	for _, c := range r.Cells {
		require.Positive(t, c.OK)
		require.Zero(t, c.Other, c.Why)
	}
	require.Positive(t, r.Rows[1].Goodput.Median)
	require.NoError(t, r.Write(t.Output()))
}

func TestSocketsAreMeasured(t *testing.T) {
	o := options(t)
	r, err := MeasureSockets(t.Context(), SocketsOptions{Options: o, Listeners: 3, Rates: []int{10, 20}, Idle: 5, Lazy: 2})
	require.NoError(t, err)
	require.Len(t, r.Fanout, 2)
	for _, c := range r.Fanout {
		require.Positive(t, c.Sent)
		require.Positive(t, c.Deliveries)
		require.Positive(t, c.P99)
	}
	require.Len(t, r.Memory, 3)
	require.Positive(t, r.Memory[0].MiB)
	var out strings.Builder
	require.NoError(t, r.Write(&out))
	require.Contains(t, out.String(), "deliveries/s")
	_, err = MeasureSockets(t.Context(), SocketsOptions{Options: o, Listeners: 0, Rates: []int{1}})
	require.Error(t, err)
}

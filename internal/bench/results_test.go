package bench

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestResultsAreCompared(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	before := file("before", `{"rows":[
		{"what":"send","clients":1,"channels":1,"parley":{"per_second":{"median":100},"p50_ms":{"median":2}},"rate_ratio":{"median":1}},
		{"what":"send","clients":2,"channels":1,"parley":{"per_second":{"median":100},"p50_ms":{"median":2}}}]}`)
	after := file("after", `{"rows":[
		{"what":"send","clients":1,"channels":1,"parley":{"per_second":{"median":150},"p50_ms":{"median":1}},"rate_ratio":{"median":1.2}},
		{"what":"send","clients":3,"channels":1,"parley":{"per_second":{"median":100},"p50_ms":{"median":2}}}]}`)
	c, err := CompareResults(before, after)
	require.NoError(t, err)
	require.Len(t, c.Rows, 1)
	require.InDelta(t, 1.5, c.Rows[0].Rate, 1e-9)
	require.InDelta(t, 0.5, c.Rows[0].P50, 1e-9)
	require.InDelta(t, 1.2, *c.Rows[0].ToFloor, 1e-9)
	require.Nil(t, c.Rows[0].CPU)
	require.Equal(t, []string{"send, 3 clients, 1 channels", "send, 2 clients, 1 channels"}, c.Only)
	require.NoError(t, c.Write(t.Output()))

	for name, text := range map[string]string{"no JSON": "{", "no rows": "{}", "nothing in common": `{"rows":[{"what":"x"}]}`} {
		_, err := CompareResults(before, file(name, text))
		require.Error(t, err, name)
	}
	_, err = CompareResults(before, filepath.Join(dir, "missing"))
	require.Error(t, err)
}

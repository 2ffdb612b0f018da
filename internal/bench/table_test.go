package bench

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTableShowsMedianBestAndRatio(t *testing.T) {
	cells := []Cell{
		cell(floorName, 0, 1000, 4), cell(parleyName, 0, 1500, 2),
		cell(floorName, 1, 1000, 4), cell(parleyName, 1, 1300, 3),
	}
	cells[1].Refused = 3
	r := SendReport{Rows: compare(cells), Machine: Machine{System: "os/arch", Rounds: 2}, Lags: []Lag{{P50: 1.5, Probes: 9}}}
	var out bytes.Buffer
	require.NoError(t, r.Write(&out))
	for _, want := range []string{"1400 [1500]", "1.40 [1.50]", "10 + 1 + 2", "3 requests were refused", "p50 1.50 ms", "2 rounds"} {
		require.Contains(t, out.String(), want)
	}
}

func TestTableOfARunningServerHasGaps(t *testing.T) {
	c := cell(parleyName, 0, 1500, 2)
	c.CPU.Server, c.CPU.Postgres = nil, nil
	r := HistoryReport{Rows: compare([]Cell{c}), Machine: Machine{Server: "http://host"}}
	var out bytes.Buffer
	require.NoError(t, r.Write(&out))
	require.Contains(t, out.String(), "? + ? + 2")
	require.Contains(t, out.String(), "no floor")
}

func TestOptionsThatMakeNoSenseAreRefused(t *testing.T) {
	good := Options{Rounds: 1, Time: 1e9, Connections: 1}
	require.NoError(t, good.Validate())
	for name, spoil := range map[string]func(*Options){
		"no rounds":             func(o *Options) { o.Rounds = 0 },
		"no time":               func(o *Options) { o.Time = 0 },
		"no connections":        func(o *Options) { o.Connections = 0 },
		"key without server":    func(o *Options) { o.Key = "k" },
		"server without key":    func(o *Options) { o.Server = "http://h" },
		"both key and token":    func(o *Options) { o.Server, o.Key, o.Token = "http://h", "k", "t" },
		"profile of a stranger": func(o *Options) { o.Server, o.Key, o.Profile = "http://h", "k", "d" },
	} {
		o := good
		spoil(&o)
		require.Error(t, o.Validate(), name)
	}
	require.Error(t, positive("clients", nil))
	require.Error(t, positive("clients", []int{0}))
}

func TestKeyIsTakenApart(t *testing.T) {
	p := &people{app: "demo", operator: "demo.root:s3cret"}
	require.NoError(t, p.readKey("shop.root:s3:cret"))
	require.Equal(t, []string{"shop", "shop.root", "s3:cret", ""}, []string{p.app, p.key, p.secret, p.operator})
	require.Error(t, (&people{}).readKey("noapp:secret"))
	q := &people{app: "demo", operator: "token"}
	require.NoError(t, q.readKey("token"))
	require.Equal(t, "token", q.operator)
}

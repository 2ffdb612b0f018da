package bench

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func cell(server string, round int, rate, p50 float64) Cell {
	us := func(v float64) *float64 { return &v }
	return Cell{
		What: "send", Server: server, Round: round, Clients: 64, Channels: 1, PerSecond: rate, P50: p50,
		CPU: CPUPerRequest{Server: us(rate / 100), Postgres: us(1), Generator: 2},
	}
}

func TestMedianIsTheMiddle(t *testing.T) {
	for want, list := range map[float64][]float64{0: nil, 7: {7}, 2: {3, 1, 2}, 2.5: {4, 1, 2, 3}} {
		require.Equal(t, want, median(list))
	}
}

func TestRatiosAreTakenWithinARound(t *testing.T) {
	rows := compare([]Cell{
		cell(floorName, 0, 1000, 4), cell(parleyName, 0, 2000, 2), // quiet
		cell(parleyName, 1, 150, 40), cell(floorName, 1, 100, 50), // busy
		cell(floorName, 2, 1000, 4), cell(parleyName, 2, 1000, 4),
	})
	require.Len(t, rows, 1)
	r := rows[0]
	require.Equal(t, Figure{Median: 1.5, Best: 2}, *r.Rate)
	require.Equal(t, Figure{Median: 0.8, Best: 0.5}, *r.P50)
	require.Equal(t, Figure{Median: 1000, Best: 2000}, r.Parley.PerSecond)
	require.Equal(t, Figure{Median: 4, Best: 4}, r.Floor.P50)
	require.Equal(t, 10.0, *r.Parley.CPU.Server)
	require.InDelta(t, 4/4.5, r.CPU.Median, 1e-9)
	require.InDelta(t, 1, r.CPU.Best, 1e-9)
}

func TestWithoutAFloorThereIsNoRatio(t *testing.T) {
	rows := compare([]Cell{cell(parleyName, 0, 10, 1)})
	require.Len(t, rows, 1)
	require.Nil(t, rows[0].Floor)
	require.Nil(t, rows[0].Rate)
	require.Nil(t, rows[0].P50)
	require.Nil(t, rows[0].CPU)
}

func TestSituationsKeepTheirOrder(t *testing.T) {
	a, b := cell(parleyName, 0, 1, 1), cell(parleyName, 0, 2, 1)
	b.Clients = 1
	rows := compare([]Cell{a, b, a})
	require.Equal(t, []int{64, 1}, []int{rows[0].Clients, rows[1].Clients})
}

func TestClientsShareAllChannels(t *testing.T) {
	for _, n := range []struct{ clients, channels int }{{1, 1}, {1, 100}, {16, 100}, {64, 100}, {256, 100}, {256, 1}} {
		used := map[int]bool{}
		for i := range n.clients {
			list := turn(i, n.clients, n.channels)
			require.NotEmpty(t, list)
			for _, c := range list {
				used[c] = true
			}
		}
		require.Len(t, used, n.channels)
	}
}

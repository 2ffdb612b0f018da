package bench

import (
	"os"
	"runtime"
	"strings"
)

// Machine says where and how figures came about.
type Machine struct {
	System  string  `json:"system"`
	CPUs    int     `json:"cpus"`
	Load    string  `json:"load_average,omitempty"` // before the measurement
	Rounds  int     `json:"rounds"`
	Seconds float64 `json:"seconds"` // of each cell
	// Connections is how many the floor has to its PostgreSQL, 0 without
	// a floor.
	Connections int    `json:"floor_connections,omitempty"`
	Server      string `json:"server,omitempty"` // that ran already
}

func machine(o Options) Machine {
	m := Machine{
		System: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(), Load: loadAverage(),
		Rounds: o.Rounds, Seconds: o.Time.Seconds(), Server: o.Server,
	}
	if o.Server == "" {
		m.Connections = o.Connections
	}
	return m
}

// loadAverage is that of the last minute, "" where the system does not tell.
func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(b), " ")
	return first
}

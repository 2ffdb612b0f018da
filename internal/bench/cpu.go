package bench

import (
	"syscall"
	"time"
)

// CPU is processor time of a measurement: of the server process, of its
// PostgreSQL (all of its child processes) and of this process.
type CPU struct {
	Server, Postgres, Generator time.Duration
	known                       bool // Server and Postgres could be read
}

// readCPU reads what was used so far; pid 0 is a server of somebody else.
func readCPU(pid int) CPU {
	var c CPU
	if pid > 0 {
		c.Server, c.Postgres, c.known = processTimes(pid)
	}
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) == nil {
		c.Generator = time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return c
}

// Sub is what was used since an earlier reading.
func (c CPU) Sub(earlier CPU) CPU {
	return CPU{c.Server - earlier.Server, c.Postgres - earlier.Postgres, c.Generator - earlier.Generator, c.known && earlier.known}
}

// CPUPerRequest is in microseconds; Server and Postgres are absent where the
// system does not tell.
type CPUPerRequest struct {
	Server    *float64 `json:"server,omitempty"`
	Postgres  *float64 `json:"postgres,omitempty"`
	Generator float64  `json:"generator"`
}

// per divides by a number of requests.
func (c CPU) per(requests int64) CPUPerRequest {
	us := func(d time.Duration) float64 { return float64(d) / 1e3 / float64(max(requests, 1)) }
	p := CPUPerRequest{Generator: us(c.Generator)}
	if c.known {
		server, postgres := us(c.Server), us(c.Postgres)
		p.Server, p.Postgres = &server, &postgres
	}
	return p
}

// sum is all of it, 0 if a part is not known.
func (p CPUPerRequest) sum() float64 {
	if p.Server == nil || p.Postgres == nil {
		return 0
	}
	return *p.Server + *p.Postgres + p.Generator
}

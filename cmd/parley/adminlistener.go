package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"
)

const defaultAdminAddr = "127.0.0.1:8081"

// serveAdmin serves metrics and pprof on the admin address. An address that was
// not configured gives way to a free port when it is taken.
func serveAdmin(addr string, metrics http.Handler) (*http.Server, error) {
	configured := addr != ""
	if !configured {
		addr = defaultAdminAddr
	}
	l, err := net.Listen("tcp", addr)
	if err != nil && !configured {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, fmt.Errorf("cannot serve metrics and profiles on %s: %w: choose another address with --admin-addr or PARLEY_ADMIN_ADDR", addr, err)
	}
	m := http.NewServeMux()
	m.Handle("/metrics", metrics)
	m.HandleFunc("/debug/pprof/", pprof.Index)
	m.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	m.HandleFunc("/debug/pprof/profile", pprof.Profile)
	m.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	m.HandleFunc("/debug/pprof/trace", pprof.Trace)
	s := &http.Server{Addr: l.Addr().String(), Handler: m, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = s.Serve(l) }() // ends with Close
	return s, nil
}

package main

import (
	"net"

	"golang.org/x/sys/unix"
)

// turnAway has the system drop attempts to connect. Closing the socket would
// reset connections that clients have and that were not taken yet.
func turnAway(l *net.TCPListener) error {
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	nothing := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K}
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &nothing})
	})
	if err != nil {
		return err
	}
	return failed
}

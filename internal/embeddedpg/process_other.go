//go:build !linux

package embeddedpg

import "syscall"

// setDeathSignal does nothing: a leftover server is stopped at the next start.
func setDeathSignal(*syscall.SysProcAttr, syscall.Signal) {}

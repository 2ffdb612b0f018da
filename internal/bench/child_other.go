//go:build !linux

package bench

import "syscall"

// dieWithParent is not offered here.
func dieWithParent(*syscall.SysProcAttr) {}

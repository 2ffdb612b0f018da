package bench

import "syscall"

// dieWithParent stops a server when this process is killed.
func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGTERM }

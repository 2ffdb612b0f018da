package crashtest_test

import (
	"os/exec"
	"syscall"
)

// dieWithUs ends the child when the thread that started it ends: no server
// stays behind, however this test process goes.
func dieWithUs(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

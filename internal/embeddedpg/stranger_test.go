package embeddedpg_test

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// strangerLike starts a program that is no PostgreSQL under the account that
// owns a cluster and returns its process id.
func strangerLike(t *testing.T, cluster string) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("which processes work in a cluster is only known on Linux")
	}
	info, err := os.Stat(cluster)
	require.NoError(t, err)
	cmd := exec.Command("sleep", "600")
	cmd.Dir = "/"
	if os.Geteuid() == 0 {
		owner := info.Sys().(*syscall.Stat_t)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}}
	}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed, as it says
	})
	return cmd.Process.Pid
}

//go:build linux || darwin

package assets

import (
	"math"
	"os"
	"syscall"
)

// freeSpace is what an ordinary user may still write to the disk of a file.
func freeSpace(f *os.File) (free int64, known bool, err error) {
	var s syscall.Statfs_t
	for {
		if err = syscall.Fstatfs(int(f.Fd()), &s); err != syscall.EINTR {
			break
		}
	}
	return int64(min(s.Bavail*uint64(s.Bsize), math.MaxInt64)), true, err
}

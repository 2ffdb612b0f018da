package embeddedpg

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// remedy tells how to get a PostgreSQL server on this system.
func remedy(binDir string) string {
	if binDir != "" {
		return fmt.Sprintf("PARLEY_PG_BIN names %s: point it to a folder with postgres and initdb, or unset it", binDir)
	}
	return "install it with `" + installCommand(runtime.GOOS, osRelease()) + "`, name its folder in PARLEY_PG_BIN, " +
		"or use a server of your own with PARLEY_DATABASE_URL"
}

func installCommand(goos, release string) string {
	if goos == "darwin" {
		return "brew install postgresql@17"
	}
	for _, line := range []struct{ id, command string }{
		{"debian", "apt-get install postgresql"},
		{"ubuntu", "apt-get install postgresql"},
		{"fedora", "dnf install postgresql-server"},
		{"rhel", "dnf install postgresql-server"},
		{"suse", "zypper install postgresql-server"},
		{"alpine", "apk add postgresql"},
		{"arch", "pacman -S postgresql"},
	} {
		if strings.Contains(release, line.id) {
			return line.command
		}
	}
	return "apt-get install postgresql"
}

// osRelease returns the ID and ID_LIKE lines of /etc/os-release.
func osRelease() string {
	text, _ := os.ReadFile("/etc/os-release") // absent outside Linux
	var ids []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "ID=") || strings.HasPrefix(line, "ID_LIKE=") {
			ids = append(ids, line)
		}
	}
	return strings.Join(ids, "")
}

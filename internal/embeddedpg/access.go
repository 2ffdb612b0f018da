package embeddedpg

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const hba = "# Only these accounts of this machine, over the unix socket (see pg_ident.conf).\n" +
	"local all all peer map=parley\n"

// writeAccess lets root, the server's account and ourselves in as the owner of
// the cluster, and nobody else.
func writeAccess(dir string, who account) error {
	names := []string{"root", who.name}
	if me, err := user.LookupId(strconv.Itoa(os.Geteuid())); err == nil {
		names = append(names, me.Username)
	}
	slices.Sort(names)
	var ident strings.Builder
	for _, name := range slices.Compact(names) {
		fmt.Fprintf(&ident, "parley \"%s\" %s\n", strings.ReplaceAll(name, `"`, `""`), superuser)
	}
	for file, text := range map[string]string{"pg_hba.conf": hba, "pg_ident.conf": ident.String()} {
		if err := replaceOwned(filepath.Join(dir, file), text, who); err != nil {
			return fmt.Errorf("access rules of the database: %w", err)
		}
	}
	return nil
}

// replaceOwned writes a file of the account when its text differs.
func replaceOwned(path, text string, who account) error {
	if old, err := os.ReadFile(path); err == nil && string(old) == text {
		return nil
	}
	if err := writeFile(path, text, 0o600); err != nil {
		return err
	}
	return who.own(path)
}

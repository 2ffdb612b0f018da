package embeddedpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

const (
	socketFile = ".s.PGSQL.5432" // no TCP: the port is only a part of this name
	// longestSocket is what fits into sun_path on macOS, the shorter one.
	longestSocket = 103
)

// makeSocketDir makes the folder of the socket, the account's own: beside the
// cluster, or a temporary one when that path is too long for a socket or holds
// a comma, at which a DSN would split it into two hosts.
func (c *cluster) makeSocketDir(ctx context.Context) (string, error) {
	dir := filepath.Join(c.home, "run")
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	if len(filepath.Join(dir, socketFile)) > longestSocket || strings.Contains(dir, ",") {
		dir, err = c.temporaryDir(ctx)
	}
	if err == nil {
		err = errors.Join(os.Chmod(dir, 0o700), c.account.own(dir))
	}
	if err != nil {
		return "", fmt.Errorf("folder of the database socket: %w", err)
	}
	return dir, nil
}

func (c *cluster) temporaryDir(ctx context.Context) (string, error) {
	for _, base := range []string{os.TempDir(), "/tmp"} {
		ok, err := c.account.canEnter(ctx, base)
		if err != nil {
			return "", err
		}
		if ok && len(base) <= longestSocket-40 {
			return os.MkdirTemp(base, "parley-run-")
		}
	}
	return "", errors.New("no temporary folder with a short path that the server can enter; set TMPDIR to one")
}

// url is the DSN of a database of the cluster. Errors of its sessions go to
// the client alone: their text may quote what people wrote. Those of background
// processes still reach the log.
func (c *cluster) url(name string) string {
	query := url.Values{"host": {c.socket}, "options": {"-clog_min_messages=log"}}.Encode()
	u := url.URL{
		Scheme: "postgres",
		User:   url.User(superuser),
		Path:   "/" + name,
		// pgx takes a plus for a plus; one of the path is escaped already.
		RawQuery: strings.ReplaceAll(query, "+", "%20"),
	}
	return u.String()
}

// quoteListItem quotes a path for a parameter that takes a list of them.
func quoteListItem(path string) string {
	return `"` + strings.ReplaceAll(path, `"`, `""`) + `"`
}

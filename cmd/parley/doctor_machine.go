package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"parley/internal/embeddedpg"
)

// lookAtSettings reads the settings as parley serve would: with the doctor's
// own flags, the environment and the file.
func (p *patient) lookAtSettings(g *globals, c *doctorCmd) {
	const check = "settings"
	p.settings = c.serveCmd
	args, file := []string{"serve"}, ""
	for _, path := range g.parsed.Path {
		switch {
		case path.Flag == nil || path.Resolved:
		case path.Flag.Name == "config":
			file = fmt.Sprint(g.parsed.FlagValue(path.Flag))
			args = append(args, "--config", file)
		case !slices.Contains([]string{"server", "key", "json"}, path.Flag.Name):
			args = append(args, "--"+path.Flag.Name+"="+written(g.parsed.FlagValue(path.Flag)))
		}
	}
	if env, set := os.LookupEnv("PARLEY_CONFIG"); set && file == "" {
		file = env
	}
	var served cli
	parser, err := newParser(&served, io.Discard, io.Discard, func(int) {})
	if err == nil {
		_, err = parser.Parse(args)
	}
	if err == nil {
		p.settings = served.Serve
		err = p.settings.validate()
	}
	p.settings.DataDir, _ = filepath.Abs(orDefault(p.settings.DataDir, defaultDataDir))
	switch {
	case err != nil:
		p.failed(check, "correct it; parley serve --help names the settings, parley config show --sources says where each comes from", "%s", err)
	case file != "":
		p.ok(check, "%s and the environment are valid", file)
	default:
		p.ok(check, "no file is named; the environment is valid")
	}
}

// written is a value as it is written on a command line.
func written(value any) string {
	if list, ok := value.([]string); ok {
		return strings.Join(list, ",")
	}
	return fmt.Sprint(value)
}

func orDefault(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func (p *patient) lookAtBootstrap() {
	const check = "bootstrap file"
	path := p.settings.Bootstrap
	if path == "" {
		p.ok(check, "none is named")
		return
	}
	b, err := readBootstrap(path)
	if err != nil {
		p.failed(check, "correct the file, or unset --bootstrap and PARLEY_BOOTSTRAP", "%s", err)
		return
	}
	p.ok(check, "%s declares %d apps", path, len(b.Apps))
}

// lookAtDataDir sees that the server can write there and others cannot.
func (p *patient) lookAtDataDir() {
	const check, dir = "data directory", "choose another one with --data-dir or PARLEY_DATA_DIR"
	info, err := os.Stat(p.settings.DataDir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		parent := existing(p.settings.DataDir)
		if err := syscall.Access(parent, accessWrite); err != nil {
			p.failed(check, "let this account write to "+parent+", or "+dir, "%s cannot be made: %s: %s", p.settings.DataDir, parent, err)
			return
		}
		p.ok(check, "%s is made by the first start", p.settings.DataDir)
	case err != nil:
		p.failed(check, dir, "%s", err)
	case !info.IsDir():
		p.failed(check, dir, "%s is no folder", p.settings.DataDir)
	case info.Mode().Perm()&0o022 != 0:
		p.failed(check, "chmod go-w "+p.settings.DataDir, "%s has mode %04o: other accounts can write to it", p.settings.DataDir, info.Mode().Perm())
	case syscall.Access(p.settings.DataDir, accessWrite) != nil:
		p.failed(check, "run as the account that owns it, or "+dir, "this account cannot write to %s", p.settings.DataDir)
	default:
		p.ok(check, "%s, mode %04o", p.settings.DataDir, info.Mode().Perm())
	}
}

const accessWrite = 2 // W_OK

// existing is the nearest folder above a path that exists.
func existing(path string) string {
	for path != filepath.Dir(path) {
		if _, err := os.Stat(path); err == nil {
			break
		}
		path = filepath.Dir(path)
	}
	return path
}

const leastFree = 1 << 30

func (p *patient) lookAtDisk() {
	const check, fix = "disk space", "free some space, or move the data directory to a larger disk while no server runs"
	folder := existing(p.settings.DataDir)
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		p.warning(check, "see that the disk is sound", "%s: %s", folder, err)
		return
	}
	free, all := uint64(s.Bavail)*uint64(s.Bsize), uint64(s.Blocks)*uint64(s.Bsize)
	text := fmt.Sprintf("%.1f of %.1f GiB are free in %s", float64(free)/(1<<30), float64(all)/(1<<30), folder)
	switch {
	case free < leastFree:
		p.failed(check, fix, "%s", text)
	case free < all/20:
		p.warning(check, fix, "%s", text)
	default:
		p.ok(check, "%s", text)
	}
}

// lookAtPorts tries to listen, for a moment.
func (p *patient) lookAtPorts() {
	for _, port := range []struct{ check, addr, fix string }{
		{"address", p.settings.Addr, "stop what listens there, or choose another address with --addr or PARLEY_ADDR"},
		{"admin address", p.settings.AdminAddr, "stop what listens there, or choose another address with --admin-addr or PARLEY_ADMIN_ADDR"},
	} {
		if port.addr == "" {
			p.ok(port.check, "%s, or a free one", defaultAdminAddr)
			continue
		}
		l, err := net.Listen("tcp", port.addr)
		switch {
		case err == nil:
			l.Close()
			p.ok(port.check, "%s is free", port.addr)
		case p.holds(port.addr) || port.check == "admin address" && p.server != "" && answersProfiles(p.ctx, port.addr):
			p.ok(port.check, "%s is held by the running server", port.addr)
		default:
			p.failed(port.check, port.fix, "cannot listen on %s: %s", port.addr, err)
		}
	}
}

// holds reports whether the running server has the port of an address.
func (p *patient) holds(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	return err == nil && strings.HasSuffix(p.server, ":"+port)
}

func (p *patient) lookAtBinaries() {
	const check = "PostgreSQL"
	if p.settings.DatabaseURL != "" {
		p.skipped(check, "an external database is used")
		return
	}
	found, err := embeddedpg.Find(p.ctx, p.settings.DataDir, p.settings.PgBin)
	var missing *embeddedpg.MissingBinariesError
	var version *embeddedpg.VersionError
	switch {
	case errors.As(err, &missing):
		p.failed(check, missing.Remedy, "no server found in %s", strings.Join(missing.Searched, ", "))
	case errors.As(err, &version):
		p.failed(check, "install PostgreSQL "+version.Cluster+" beside what is there, or name its folder in PARLEY_PG_BIN", "%s", err)
	case err != nil:
		p.failed(check, "restore the data directory from a backup", "%s", err)
	case found.Cluster == 0:
		p.ok(check, "%s in %s; there is no database yet", found.Version, found.Folder)
	default:
		p.ok(check, "%s in %s; the database is of version %d", found.Version, found.Folder, found.Cluster)
	}
}

// lookAtSecrets sees to the secrets that the server makes by itself.
func (p *patient) lookAtSecrets() {
	p.lookAtSecret("operator token", operatorFile, p.settings.OperatorKey)
	p.lookAtSecret("key of file URLs", assetFile, p.settings.AssetKey)
}

func (p *patient) lookAtSecret(check, file, configured string) {
	if configured != "" {
		p.ok(check, "set by a flag, the environment or the file") // its length is among the settings
		return
	}
	path := filepath.Join(p.settings.DataDir, file)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		p.ok(check, "%s is made by the next start", path)
		return
	}
	var b []byte
	if err == nil {
		b, err = os.ReadFile(path)
	}
	switch {
	case err != nil:
		p.failed(check, "run as the account that owns it", "%s", err)
	case info.Mode().Perm()&0o077 != 0:
		p.failed(check, "chmod 600 "+path+"; if others may have read it, delete it: the next start makes a new one",
			"%s has mode %04o: other accounts can read it", path, info.Mode().Perm())
	case len(strings.TrimSpace(string(b))) < minSecret:
		p.failed(check, "delete it; the next start makes a new one", "%s holds fewer than %d characters", path, minSecret)
	default:
		p.ok(check, "%s", path)
	}
}

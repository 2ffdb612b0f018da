package bench

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// Names of targets.
const (
	parleyName = "parley"
	floorName  = "floor"
)

// target is a server under load.
type target struct {
	name  string
	addr  string
	pid   int    // 0: not ours
	admin string // where profiles are, "" for none
}

// world is what a measurement runs on.
type world struct {
	Options
	people *people
	api    *api
	parley target
	// operator is the operator token of the servers of our own.
	operator string
	targets  []target // floor first, if there is one

	folder   string
	children []*child
	// floorChannels is the last channel id used on the floor, which has no
	// channels to make.
	floorChannels atomic.Int64
}

// open starts parley and the floor, or finds the running server.
func open(ctx context.Context, o Options) (*world, error) {
	return openWith(ctx, o, floorName, parleyName)
}

// openWith starts servers by their names: the floor, parley, or another parley
// for a name that ends in its own.
func openWith(ctx context.Context, o Options, names ...string) (_ *world, err error) {
	w := &world{Options: o}
	if o.Server != "" {
		return w, w.join()
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.folder, err = newFolder(o.Dir); err != nil {
		return nil, err
	}
	return w, w.start(ctx, names)
}

// join uses a server that runs already.
func (w *world) join() error {
	u, err := url.Parse(w.Server)
	if err != nil || u.Scheme != "http" || u.Host == "" {
		return errors.New("--server wants a URL like http://host:port")
	}
	if u.Port() == "" {
		u.Host += ":80"
	}
	w.parley = target{name: parleyName, addr: u.Host}
	w.targets = []target{w.parley}
	w.api = newAPI("http://" + u.Host)
	w.people = &people{app: w.App, operator: w.Key, only: w.Token, api: w.api}
	return w.people.readKey(w.Key)
}

// start runs servers of our own.
func (w *world) start(ctx context.Context, names []string) error {
	secret := rand.Text() + rand.Text()
	w.people = &people{app: "bench", key: "bench.root", secret: secret}
	file := filepath.Join(w.folder, "bootstrap.yaml")
	b, err := json.Marshal(map[string]any{"apps": []any{map[string]any{
		"id": "bench", "limits": "off",
		"keys": []any{map[string]any{"name": "bench.root", "secret": secret, "capability": map[string][]string{"*": {"*"}}}},
	}}})
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		return err
	}
	w.progress("starting %s in %s", strings.Join(names, " and "), w.folder)
	w.operator = rand.Text() + rand.Text()
	env := []string{"PARLEY_BENCH_SECRET=" + secret, "PARLEY_OPERATOR_KEY=" + w.operator}
	w.children = make([]*child, len(names))
	g, starting := errgroup.WithContext(ctx)
	for i, name := range names {
		args := []string{"serve", "--addr=127.0.0.1:0", "--admin-addr=127.0.0.1:0", "--log-format=json", "--drain-delay=0", "--bootstrap=" + file}
		if name == floorName {
			args = []string{"bench", "floor-server", "--addr=127.0.0.1:0", "--connections=" + strconv.Itoa(w.Connections)}
		}
		args = append(args, "--data-dir="+filepath.Join(w.folder, name))
		if w.PgBin != "" {
			args = append(args, "--pg-bin="+w.PgBin)
		}
		g.Go(func() (err error) {
			w.children[i], err = startChild(starting, w.Exe, name, w.folder, env, args)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, c := range w.children {
		u, err := url.Parse(c.url)
		if err != nil {
			return err
		}
		w.targets = append(w.targets, target{name: c.name, addr: u.Host, pid: c.pid(), admin: adminAddr(c.log)})
	}
	w.use(w.targets[len(w.targets)-1])
	return nil
}

// use makes a target the parley that is prepared and waited for.
func (w *world) use(t target) {
	w.parley, w.api = t, newAPI("http://"+t.addr)
}

// adminAddr finds the address of the profiles in a server's log.
func adminAddr(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range bytes.Lines(b) {
		var entry struct{ Msg, Addr string }
		if json.Unmarshal(line, &entry) == nil && entry.Msg == "admin listener" {
			return entry.Addr
		}
	}
	return ""
}

// close stops what was started and removes its data.
func (w *world) close() error {
	var g errgroup.Group
	for _, c := range w.children {
		if c != nil {
			g.Go(func() error { c.stop(); return nil })
		}
	}
	_ = g.Wait()
	w.children = nil
	if w.folder == "" {
		return nil
	}
	if w.Keep {
		w.progress("kept %s", w.folder)
		return nil
	}
	return removeFolder(w.folder)
}

// inTurn is the order of the targets in a round: they take turns in going
// first.
func (w *world) inTurn(round int) []target {
	if len(w.targets) == 2 && round%2 == 1 {
		return []target{w.targets[1], w.targets[0]}
	}
	return w.targets
}

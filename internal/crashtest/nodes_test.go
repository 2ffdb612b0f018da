package crashtest_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"parley/internal/pgtest"
	"parley/projections"
)

// takeover is how long read models may stand still when the node is killed that
// keeps them.
const takeover = 5 * time.Second

// TestNodesLoseNothingWhenEachIsKilledInTurn has clients send to any of three
// nodes and look at once on any other, and listen to one, while one after the
// other is killed and started again, every second time the one that keeps the
// timeline. Frames come without gaps, and on another node from where the client
// was; who was on a node that is gone is not present, and the others are told.
func TestNodesLoseNothingWhenEachIsKilledInTurn(t *testing.T) {
	o := readOptions(t)
	o.server, o.postgres, o.both = nodesRounds(t), 0, 0
	t.Log("CH-819 CH-824 CH-830 CH-831 CH-832")
	t.Logf("PARLEY_NODES_ROUNDS=%d PARLEY_KILL_SEED=%d PARLEY_KILL_PACE=%s", o.server, o.seed, o.pace)
	in := newInstallation(t, o, 3)
	in.startAll()
	l := newLoad(t, o, in.urls()...)
	l.look, l.history.Lag = true, takeover
	in.load = l
	in.audience = in.seat(l)
	in.audience.awaitPresent(-1)
	l.begin(o)
	for n := range o.server {
		in.killOne(n)
	}
	l.end()

	final := l.final()
	l.judge(o)
	in.audience.awaitPresent(-1)
	in.audience.judge(final)
	in.audience.leave()
	in.report()
	for _, p := range in.nodes {
		require.NoError(t, p.stop())
	}
	checkDatabase(t, in.dsn, in.rootKey, final)
}

func nodesRounds(t *testing.T) int {
	t.Helper()
	rounds := 5
	if testing.Short() {
		rounds = 2
	}
	if text := os.Getenv("PARLEY_NODES_ROUNDS"); text != "" {
		n, err := strconv.ParseUint(text, 10, 16)
		require.NoError(t, err, "PARLEY_NODES_ROUNDS")
		rounds = int(n)
	}
	return rounds
}

// installation is several nodes on one database.
type installation struct {
	t            *testing.T
	dsn, rootKey string
	nodes        []*parley
	load         *load
	audience     *audience
	options      options
	dice         *rand.Rand

	holders, others []time.Duration // from a kill until others read what is sent after it
}

func newInstallation(t *testing.T, o options, n int) *installation {
	t.Helper()
	dir := pgtest.Dir(t)
	in := &installation{t: t, dsn: pgtest.DurableURL(t), rootKey: filepath.Join(dir, "root.key"), options: o, dice: o.dice(0)}
	declared := filepath.Join(dir, "bootstrap.yaml")
	require.NoError(t, os.WriteFile(declared, []byte(bootstrap), 0o600))
	binary := build(t)
	for i := range n {
		p := &parley{
			binary: binary, addr: freeAddr(t), dataDir: filepath.Join(dir, fmt.Sprint("data", i)), bootstrap: declared,
			more: []string{"--admin-addr", "127.0.0.1:0", "--database-url", in.dsn, "--root-key-file", in.rootKey},
		}
		p.keepLog(t, fmt.Sprintf("parley%d.log", i))
		in.nodes = append(in.nodes, p)
	}
	return in
}

// startAll starts all nodes at once on an empty database.
func (in *installation) startAll() {
	in.t.Helper()
	for _, p := range in.nodes {
		p.start(in.t)
	}
	for _, p := range in.nodes {
		p.awaitReady(in.t)
	}
}

func (in *installation) urls() (urls []string) {
	for _, p := range in.nodes {
		urls = append(urls, "http://"+p.addr)
	}
	return urls
}

// killOne kills a node, sees the others go on, and starts it again. Those who
// were on it are found missing if it is not back before its lease is over, for
// which only the end of the one that keeps the timeline is waited for.
func (in *installation) killOne(n int) {
	in.t.Helper()
	pause(in.t.Context(), between(in.dice, soonest, latest))
	p := in.nodes[n%len(in.nodes)]
	holder := in.holder()
	switch {
	case n%2 == 0 && holder != nil:
		p = holder
	case p == holder:
		p = in.nodes[(n+1)%len(in.nodes)]
	}
	holds := p == holder
	gone := slices.Index(in.nodes, p)
	there := in.audience.on(gone)
	killed := time.Now()
	p.kill(in.t)
	var waiting sync.WaitGroup
	defer waiting.Wait()
	waiting.Go(func() { in.audience.survive(there, holds, killed) })
	took := in.awaitReaders(p, killed)
	waiting.Wait()
	if holds {
		in.holders = append(in.holders, took)
		in.audience.miss(gone, killed)
	} else {
		in.others = append(in.others, took)
	}
	p.start(in.t)
	p.awaitReady(in.t)
	in.audience.awaitBack(gone)
	if holds {
		in.audience.awaitTold(gone, in.audience.guests[gone].user, true)
	}
}

// holder is the node that keeps the timeline, nil while nobody does.
func (in *installation) holder() *parley {
	in.t.Helper()
	conn, err := pgx.Connect(in.t.Context(), in.dsn)
	require.NoError(in.t, err)
	defer conn.Close(in.t.Context())
	name := fmt.Sprintf("projection/timeline/v%d", projections.Timeline.Version)
	var id string
	if err := conn.QueryRow(in.t.Context(), `SELECT node FROM leases WHERE lease = $1`, name).Scan(&id); err != nil {
		require.ErrorIs(in.t, err, pgx.ErrNoRows)
		return nil
	}
	for _, p := range in.nodes {
		text, err := os.ReadFile(p.log.Name())
		require.NoError(in.t, err)
		if bytes.Contains(text, []byte("node="+id)) {
			return p
		}
	}
	return nil
}

// awaitReaders waits until somebody reads on each of the nodes that are left what
// somebody else has written after the kill.
func (in *installation) awaitReaders(gone *parley, killed time.Time) time.Duration {
	in.t.Helper()
	ctx, cancel := context.WithTimeout(in.t.Context(), patience)
	defer cancel()
	position := ""
	for _, p := range in.nodes {
		if p == gone {
			continue
		}
		writer, reader := in.load.clients[0].on("http://"+p.addr), in.load.clients[1].on("http://"+p.addr)
		if position == "" {
			position = until(ctx, in.t, func() (answer, error) {
				return writer.do(ctx, http.MethodPut, "/v1/users/me/blocks/nobody", "", nil)
			}).header.Get("Parley-Position")
			require.NotEmpty(in.t, position)
		}
		until(ctx, in.t, func() (answer, error) {
			return reader.do(ctx, http.MethodGet, "/v1/channels/"+in.load.rooms[0]+"/messages", "", nil, "Parley-Min-Position", position)
		})
	}
	return time.Since(killed)
}

// until asks until it is answered well.
func until(ctx context.Context, t *testing.T, ask func() (answer, error)) answer {
	t.Helper()
	for {
		a, err := ask()
		if err == nil && a.status < 300 {
			return a
		}
		require.NoError(t, ctx.Err(), "%d %s %v", a.status, a.body, err)
		pause(ctx, 20*time.Millisecond)
	}
}

// report prints the summary.
func (in *installation) report() {
	s := in.load.history.Stats()
	in.t.Logf("sends: %d, acknowledged %d, unknown %d, replayed %d; messages %d; pages %d; walks under load %v", s.Sends, s.OK,
		s.Unknown, s.Replayed, s.Stored, s.Pages, in.load.walks)
	in.t.Logf("answers: %s", in.load.tally())
	in.t.Logf("kill to others reading on every node: of the one that keeps the timeline %s; of another %s", spread(in.holders), spread(in.others))
	require.NotEmpty(in.t, in.holders, "no node was killed that kept the timeline")
}

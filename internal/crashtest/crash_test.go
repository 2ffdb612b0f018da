package crashtest_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Moments of kills, counted from when the service is there.
const (
	soonest = 200 * time.Millisecond
	latest  = 1500 * time.Millisecond
)

func TestNothingAcknowledgedIsLostByKills(t *testing.T) {
	o := readOptions(t)
	t.Logf("PARLEY_KILL_ROUNDS=%d,%d,%d PARLEY_KILL_SEED=%d PARLEY_KILL_PACE=%s", o.server, o.postgres, o.both, o.seed, o.pace)
	p := newParley(t)
	k := &killer{t: t, parley: p, dice: o.dice(0)}
	k.killFirstStarts(2)
	l := newLoad(t, o, "http://"+p.addr)
	k.load = l
	l.begin(o)
	for n := range o.server {
		k.killServer(n%4 == 3)
	}
	for n := range o.postgres {
		k.killPostgres(n%2 == 1)
	}
	for range o.both {
		k.killBoth()
	}
	l.end()

	final := l.final()
	l.judge(o)
	k.report()
	require.NoError(t, p.stop())
	checkLog(t, p.dataDir, final)
}

// killer kills and takes the time until the service is back.
type killer struct {
	t      *testing.T
	parley *parley
	load   *load
	dice   *rand.Rand

	early                  int // kills during a start
	server, postgres, both []time.Duration
}

// wait passes the time until the next kill.
func (k *killer) wait() {
	pause(k.t.Context(), between(k.dice, soonest, latest))
}

// killFirstStarts kills the server while it makes its database, its schema and
// its first app, and then lets it become ready.
func (k *killer) killFirstStarts(n int) {
	k.t.Helper()
	for range n {
		k.parley.start(k.t)
		pause(k.t.Context(), between(k.dice, 0, 2*latest))
		k.early++
		k.parley.kill(k.t)
	}
	k.parley.start(k.t)
	k.parley.awaitReady(k.t)
}

// killServer kills the server and starts it again; with early it is killed
// once more while it starts.
func (k *killer) killServer(early bool) {
	k.t.Helper()
	k.wait()
	killed := time.Now()
	k.parley.kill(k.t)
	k.parley.start(k.t)
	if early {
		pause(k.t.Context(), between(k.dice, 0, 500*time.Millisecond))
		k.early++
		k.parley.kill(k.t)
		k.parley.start(k.t)
	}
	k.parley.awaitReady(k.t)
	back := k.awaitAcknowledgement(time.Now(), killed)
	if !early {
		k.server = append(k.server, back)
	}
}

// killPostgres kills the postmaster; the server has to come back by itself.
// It gives up a PostgreSQL that lives less than a second five times in a row,
// so a late kill lets it live longer.
func (k *killer) killPostgres(late bool) {
	k.t.Helper()
	if late {
		pause(k.t.Context(), time.Second)
	}
	k.wait()
	killed := time.Now()
	k.parley.awaitOtherPostgres(k.t, k.parley.killPostgres(k.t))
	k.postgres = append(k.postgres, k.awaitAcknowledgement(time.Now(), killed))
}

// killBoth kills the two at the same moment, in either order.
func (k *killer) killBoth() {
	k.t.Helper()
	k.wait()
	killed := time.Now()
	first := k.dice.IntN(2) == 0
	if first {
		k.parley.killPostgres(k.t)
	}
	k.parley.kill(k.t)
	if pid, err := k.parley.postmaster(); !first && err == nil && pid != 0 {
		k.parley.killPostgres(k.t)
	}
	k.parley.start(k.t)
	k.parley.awaitReady(k.t)
	k.both = append(k.both, k.awaitAcknowledgement(time.Now(), killed))
}

// awaitAcknowledgement waits for a send that was made after a moment and says
// how long after the kill it was answered.
func (k *killer) awaitAcknowledgement(made, killed time.Time) time.Duration {
	k.t.Helper()
	select {
	case seen := <-k.load.pulse.since(made):
		return seen.Sub(killed)
	case <-k.parley.life.exited:
		k.t.Fatalf("parley ended by itself: %v\n%s", k.parley.life.err, k.parley.lastWords())
	case <-time.After(patience):
		k.t.Fatalf("nothing is acknowledged %s after the kill\n%s", time.Since(killed).Round(time.Second), k.parley.lastWords())
	}
	return 0
}

// report prints the summary.
func (k *killer) report() {
	s := k.load.history.Stats()
	k.t.Logf("kills: %d of the server and %d during its start, %d of PostgreSQL, %d of both", len(k.server), k.early, len(k.postgres), len(k.both))
	k.t.Logf("sends: %d, acknowledged %d, unknown %d, replayed %d; messages %d; pages %d; walks under load %v", s.Sends, s.OK,
		s.Unknown, s.Replayed, s.Stored, s.Pages, k.load.walks)
	k.t.Logf("answers: %s", k.load.tally())
	k.t.Logf("kill to first acknowledgement: server %s; PostgreSQL %s; both %s",
		spread(k.server), spread(k.postgres), spread(k.both))
}

// spread is the middle and the longest of some times.
func spread(times []time.Duration) string {
	if len(times) == 0 {
		return "never"
	}
	sorted := slices.Sorted(slices.Values(times))
	return fmt.Sprintf("p50 %s, max %s", sorted[len(sorted)/2].Round(time.Millisecond), sorted[len(sorted)-1].Round(time.Millisecond))
}

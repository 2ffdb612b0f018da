package crashtest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"parley/internal/histcheck"
	"parley/projections"
)

// TestRebuildsSurviveKills kills server and database while people write and
// read and read models are rebuilt without a pause, so that builds, switches
// and drops of old builds are hit. Nobody may see anything of it, and what is
// shown in the end is what a replay gives.
func TestRebuildsSurviveKills(t *testing.T) {
	o := readOptions(t)
	if os.Getenv("PARLEY_KILL_ROUNDS") == "" {
		o.server, o.postgres, o.both = (o.server+1)/2, (o.postgres+1)/2, o.both/2
	}
	t.Logf("PARLEY_KILL_ROUNDS=%d,%d,%d PARLEY_KILL_SEED=%d PARLEY_KILL_PACE=%s", o.server, o.postgres, o.both, o.seed, o.pace)
	p := newParley(t)
	p.start(t)
	p.awaitReady(t)
	k := &killer{t: t, parley: p, dice: o.dice(0)}
	l := newLoad(t, o, "http://"+p.addr)
	k.load = l
	r := &rebuilder{parley: p}
	working, stop := context.WithCancel(context.Background())
	var rebuilding sync.WaitGroup
	rebuilding.Go(func() { r.run(working) })
	t.Cleanup(func() { stop(); rebuilding.Wait() })
	l.begin(o)
	for n := range o.server {
		k.killServer(n%3 == 2)
	}
	for n := range o.postgres {
		k.killPostgres(n%2 == 1)
	}
	for range o.both {
		k.killBoth()
	}
	l.end()
	stop()
	rebuilding.Wait()

	final := l.final()
	if found := histcheck.Check(l.history); len(found) > 0 {
		t.Errorf("%d violations:\n%s", len(found), histcheck.Report(found))
	}
	k.report()
	t.Logf("%d rebuilds begun or gone on with, %d seen to end", r.asked.Load(), r.done.Load())
	assert.Positive(t, r.done.Load(), "no rebuild has ended")
	require.NoError(t, p.stop())
	checkLog(t, p.dataDir, final)
}

// rebuilder rebuilds one read model after another.
type rebuilder struct {
	parley      *parley
	asked, done atomic.Int64
}

func (r *rebuilder) run(ctx context.Context) {
	token, _ := os.ReadFile(filepath.Join(r.parley.dataDir, "operator.key")) // without it nothing is rebuilt, which is noticed
	for n := 0; ctx.Err() == nil; n++ {
		name := projections.All[n%len(projections.All)].Name
		q, err := http.NewRequestWithContext(ctx, http.MethodPost,
			"http://"+r.parley.addr+"/v1/admin/projections/"+name+"/rebuild?follow=true", strings.NewReader(`{}`))
		if err != nil {
			return
		}
		q.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
		a, err := http.DefaultClient.Do(q)
		if err != nil {
			pause(ctx, 20*time.Millisecond)
			continue
		}
		r.asked.Add(1)
		var last projections.Progress
		for d := json.NewDecoder(a.Body); d.Decode(&last) == nil; {
		}
		a.Body.Close()
		if last.Phase == projections.Done {
			r.done.Add(1)
		} else {
			pause(ctx, 20*time.Millisecond) // busy: one that a former life has begun
		}
	}
}

package queries_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"parley/domain"
	"parley/queries"
)

// times makes a channel's read model of messages sent at given times, in the
// order of msg_seq; message n has the id n << 22.
func (w *world) times(c domain.ChannelID, sent []int64) {
	w.t.Helper()
	var latest, disorder int64
	for i, at := range sent {
		if i == 0 {
			latest = at
		}
		latest = max(latest, at)
		disorder = max(disorder, latest-at)
	}
	_, err := w.pool.Exec(w.ctx(), "DELETE FROM rm_timeline_v3_1.messages WHERE channel = $1", int64(c))
	require.NoError(w.t, err)
	_, err = w.pool.Exec(w.ctx(), `
		INSERT INTO rm_timeline_v3_1.messages (app, channel, msg_seq, message, position, sent_at, version, thread, event, sender,
			sender_kind, kind)
		SELECT 'shop', $1, n, n << 22, n, at, n << 22, 0, gen_random_uuid(), 'ann', 'user', 'text'
		FROM unnest($2::bigint[]) WITH ORDINALITY AS t (at, n)`, int64(c), sent)
	require.NoError(w.t, err)
	_, err = w.pool.Exec(w.ctx(), `
		UPDATE rm_timeline_v3_1.channel_counters SET max_sent_at = $2, disorder = $3
		WHERE channel = $1`, int64(c), latest, disorder)
	require.NoError(w.t, err)
}

// walk reads pages of messages sent in a time until there are no more.
func (w *world) walk(c domain.ChannelID, span queries.Span, limit int, after bool) []int64 {
	w.t.Helper()
	q := queries.History{App: app, Channel: c, User: "ann", Sent: &span, Limit: limit}
	if after {
		q.After = 1
	}
	var seqs []int64
	for {
		p, _, err := w.History(w.ctx(), 0, q)
		require.NoError(w.t, err)
		for _, m := range p.Messages {
			seqs = append(seqs, int64(m.ID)>>22)
			if q.After > 0 {
				q.After = m.ID
			} else {
				q.Before = m.ID
			}
		}
		if !p.More {
			return seqs
		}
		require.Len(w.t, p.Messages, limit, "CH-313")
	}
}

// TestWalkingThroughATimeVisitsEachMessageOnce holds pages against a naive
// reading, for channels whose times go with the order of messages, nearly do,
// begin anew in the past, and have no order at all.
func TestWalkingThroughATimeVisitsEachMessageOnce(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann")
	w.send(c, "ann", "so that there are counters")
	_, err := w.Channels(w.ctx(), w.now(), queries.ChannelList{App: app, User: "ann", Limit: 1})
	require.NoError(t, err)
	const minute = 60_000
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(rt, "messages")
		step := rapid.SampledFrom([]int64{0, 7, minute}).Draw(rt, "step")
		jitter := rapid.SampledFrom([]int64{0, 50, 2 * minute, 100 * minute}).Draw(rt, "jitter")
		again := rapid.IntRange(0, 60).Draw(rt, "begins anew at")
		sent := make([]int64, n)
		for i := range sent {
			at := int64(i) * step
			if i >= again {
				at = int64(i-again)*step - rapid.SampledFrom([]int64{0, minute, 50 * minute}).Draw(rt, "earlier")
			}
			sent[i] = at + rapid.Int64Range(0, jitter).Draw(rt, "jitter of one")
		}
		w.times(c, sent)
		edge := rapid.Custom(func(rt *rapid.T) int64 {
			return sent[rapid.IntRange(0, n-1).Draw(rt, "at")] + rapid.Int64Range(-1, 1).Draw(rt, "beside")
		})
		span := queries.Span{Start: edge.Draw(rt, "start"), End: edge.Draw(rt, "end")}
		var want []int64
		for i, at := range sent {
			if span.Start <= at && at < span.End {
				want = append(want, int64(i+1))
			}
		}
		limit := rapid.IntRange(1, 20).Draw(rt, "limit")
		require.Equal(rt, want, w.walk(c, span, limit, true), "CH-319 oldest first")
		slices.Reverse(want)
		require.Equal(rt, want, w.walk(c, span, limit, false), "CH-319 newest first")
	})
}

// executed is how a server carries out a statement: the lines of its plan, and
// the pages of tables and indexes that it looked at.
func (w *world) executed(s statement) (plan string, pages int) {
	w.t.Helper()
	conn, err := w.pool.Acquire(w.ctx())
	require.NoError(w.t, err)
	defer conn.Release()
	args := make([]string, len(s.args))
	for i, a := range s.args {
		args[i] = fmt.Sprintf("'%v'", a)
	}
	results, err := conn.Conn().PgConn().Exec(w.ctx(), `
		SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off;
		PREPARE plan AS `+s.sql+`;
		EXPLAIN (ANALYZE, BUFFERS) EXECUTE plan (`+strings.Join(args, ",")+`);
		DEALLOCATE plan;
		RESET ALL`).ReadAll()
	require.NoError(w.t, err, s.sql)
	var lines []string
	for _, row := range results[5].Rows {
		lines = append(lines, string(row[0]))
	}
	for _, count := range regexp.MustCompile(`(?:hit|read)=(\d+)`).FindAllStringSubmatch(lines[1], -1) {
		n, err := strconv.Atoi(count[1])
		require.NoError(w.t, err)
		pages += n
	}
	return strings.Join(lines, "\n"), pages
}

// TestATimeFarFromTheNewestMessageIsFoundByIndex in a channel of many
// messages, which are in the order of their times or were imported in two runs.
func TestATimeFarFromTheNewestMessageIsFoundByIndex(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann")
	w.send(c, "ann", "so that there are counters")
	_, err := w.Channels(w.ctx(), w.now(), queries.ChannelList{App: app, User: "ann", Limit: 1})
	require.NoError(t, err)
	const n, second = 20_000, 1000
	orderly, runs := make([]int64, n), make([]int64, n)
	for i := range orderly {
		orderly[i] = int64(i)*second + int64(i*7919%5000) // 5 s of disorder
		runs[i] = int64((i+n/2)%n) * second
	}
	narrow, wide := queries.Span{Start: n / 5 * second, End: (n/5 + 200) * second}, queries.Span{End: n / 2 * second}
	tests := map[string]struct {
		sent  []int64
		span  queries.Span
		pages int // looked at, at most
	}{
		"CH-319 some messages of an orderly channel":  {orderly, narrow, 90},
		"CH-319 half of an orderly channel":           {orderly, wide, 90},
		"CH-319 some messages of two imported runs":   {runs, narrow, 90},
		"CH-319 one of two runs reads the index only": {runs, wide, 300},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w.times(c, tt.sent)
			_, err := w.pool.Exec(w.ctx(), "VACUUM ANALYZE")
			require.NoError(t, err)
			s, r := w.traced()
			for _, q := range []queries.History{{}, {Before: (n - 20) << 22}, {After: 10}} {
				q.App, q.Channel, q.User, q.Limit, q.Sent = app, c, "ann", 10, &tt.span
				p, _, err := s.History(w.ctx(), 0, q)
				require.NoError(t, err)
				require.Len(t, p.Messages, 10)
				require.True(t, p.More)
				for _, statement := range r.statements {
					if !strings.Contains(statement.sql, "rm.messages_v3") {
						continue
					}
					plan, pages := w.executed(statement)
					require.NotContains(t, plan, "Seq Scan", plan)
					require.Contains(t, plan, "messages_sent_idx", plan)
					require.LessOrEqual(t, pages, tt.pages, plan)
				}
				r.statements = nil
			}
		})
	}
}

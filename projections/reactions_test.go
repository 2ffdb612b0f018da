package projections_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"parley/domain"
	"parley/projections"
)

const (
	reactionRows = "SELECT message, kind, name, reactor, count, ref FROM {t}.reactions ORDER BY message, ref, kind"
	summaryRows  = "SELECT message, reactions FROM {t}.messages ORDER BY channel, msg_seq"
)

func react(kind domain.ReactionKind, name string, ref int64, by domain.UserID, count ...int) domain.ReactionAdded {
	e := domain.ReactionAdded{Kind: kind, Name: name, Count: 1, Ref: ref, By: by}
	if len(count) > 0 {
		e.Count = count[0]
	}
	return e
}

func unreact(kind domain.ReactionKind, name string, ref int64, by domain.UserID) domain.ReactionRemoved {
	return domain.ReactionRemoved{Kind: kind, Name: name, Ref: ref, By: by}
}

func TestTimelineOfReactions(t *testing.T) {
	distinct := func(j *journal) {
		j.send(7, 10, "ann")
		j.message(7, 10, "bob", react(domain.Distinct, "like", 20, "bob"))
		j.message(7, 10, "ann", react(domain.Distinct, "<3", 21, "ann"))
		j.message(7, 10, "zoë", react(domain.Distinct, "like", 22, "zoë"))
		j.message(7, 10, "ann", react(domain.Distinct, "like", 23, "ann"))
	}
	unique := func(j *journal) {
		j.send(7, 10, "ann")
		j.message(7, 10, "bob", react(domain.Unique, "a", 20, "bob"), react(domain.Unique, "b", 21, "ann"))
		j.message(7, 10, "bob", react(domain.Unique, "b", 22, "bob"), react(domain.Distinct, "a", 23, "bob"))
		j.message(7, 10, "bob", react(domain.Unique, "b", 24, "bob"))
	}
	multiple := func(j *journal) {
		j.send(7, 10, "ann")
		j.message(7, 10, "bob", react(domain.Multiple, "clap", 20, "bob", 3), react(domain.Multiple, "clap", 21, "ann", 2))
		j.message(7, 10, "bob", react(domain.Multiple, "clap", 22, "bob", 0))
	}
	play(t, map[string]scene{
		"CH-403 one row a user and emote": {
			given: distinct, from: reactionRows,
			rows: []string{"10|distinct|like|bob|1|20", "10|distinct|<3|ann|1|21", "10|distinct|like|zoë|1|22", "10|distinct|like|ann|1|23"},
		},
		"CH-403 the summary, the first reaction first": {
			given: distinct, from: summaryRows,
			rows: []string{`10|[{"c": 3, "k": "distinct", "n": "like", "r": 20, "u": ["bob", "zoë", "ann"]}, ` +
				`{"c": 1, "k": "distinct", "n": "<3", "r": 21, "u": ["ann"]}]`},
		},
		"CH-410 the first goes, the order is that of those who stay": {
			given: func(j *journal) {
				distinct(j)
				j.message(7, 10, "bob", unreact(domain.Distinct, "like", 24, "bob"))
			},
			from: summaryRows,
			rows: []string{`10|[{"c": 1, "k": "distinct", "n": "<3", "r": 21, "u": ["ann"]}, ` +
				`{"c": 2, "k": "distinct", "n": "like", "r": 22, "u": ["zoë", "ann"]}]`},
		},
		"CH-410 who comes back is the last": {
			given: func(j *journal) {
				distinct(j)
				j.message(7, 10, "bob", unreact(domain.Distinct, "like", 24, "bob"), react(domain.Distinct, "like", 25, "bob"))
			},
			from: summaryRows,
			rows: []string{`10|[{"c": 1, "k": "distinct", "n": "<3", "r": 21, "u": ["ann"]}, ` +
				`{"c": 3, "k": "distinct", "n": "like", "r": 22, "u": ["zoë", "ann", "bob"]}]`},
		},
		"CH-410 a summary that falls to 0 disappears": {
			given: func(j *journal) {
				j.send(7, 10, "ann")
				j.message(7, 10, "bob", react(domain.Distinct, "like", 20, "bob"))
				j.message(7, 10, "bob", unreact(domain.Distinct, "like", 21, "bob"))
			},
			from: "SELECT reactions, (SELECT count(*) FROM {t}.reactions) FROM {t}.messages",
			rows: []string{"-|0"},
		},
		"CH-815 the count after the change": {
			given: func(j *journal) {
				distinct(j)
				j.message(7, 10, "bob", unreact(domain.Distinct, "like", 24, "bob"), unreact(domain.Distinct, "like", 25, "bob"))
				j.message(7, 10, "ann", domain.MessageDeleted{Version: 30, By: "ann"})
			},
			from: "SELECT type, subject, count FROM {t}.channel_log ORDER BY seq",
			rows: []string{
				"MessageSent||0", "ReactionAdded|like|1", "ReactionAdded|<3|1", "ReactionAdded|like|2", "ReactionAdded|like|3",
				"ReactionRemoved|like|2", "ReactionRemoved|like|2", "MessageDeleted||0",
			},
		},
		"RS-103 a deletion takes them away, and none follow": {
			given: func(j *journal) {
				distinct(j)
				j.message(7, 10, "ann", domain.MessageDeleted{Version: 30, By: "ann"})
				j.message(7, 10, "bob", react(domain.Distinct, "late", 31, "bob"))
				j.send(7, 11, "ann")
				j.message(7, 11, "bob", react(domain.Distinct, "like", 20, "bob"))
			},
			from: "SELECT m.message, reactions, name, reactor FROM {t}.messages m LEFT JOIN {t}.reactions r USING (message) ORDER BY 1",
			rows: []string{"10|-|-|-", `11|[{"c": 1, "k": "distinct", "n": "like", "r": 20, "u": ["bob"]}]|like|bob`},
		},
		"unique: a new one replaces the user's former one": {
			given: unique, from: reactionRows,
			rows: []string{"10|unique|b|ann|1|21", "10|unique|b|bob|1|22", "10|distinct|a|bob|1|23"},
		},
		"unique: the summary": {
			given: unique, from: summaryRows,
			rows: []string{`10|[{"c": 2, "k": "unique", "n": "b", "r": 21, "u": ["ann", "bob"]}, {"c": 1, "k": "distinct", "n": "a", "r": 23, "u": ["bob"]}]`},
		},
		"multiple: counts add up, in the order of the first": {
			given: multiple, from: summaryRows,
			rows: []string{`10|[{"c": 6, "k": "multiple", "n": "clap", "r": 20, "u": ["bob", "ann"]}]`},
		},
		"multiple: one removal takes all of the user's": {
			given: func(j *journal) {
				multiple(j)
				j.message(7, 10, "bob", unreact(domain.Multiple, "clap", 23, "bob"))
			},
			from: "SELECT reactions, r.kind, reactor, count FROM {t}.messages JOIN {t}.reactions r USING (message)",
			rows: []string{`[{"c": 2, "k": "multiple", "n": "clap", "r": 21, "u": ["ann"]}]|multiple|ann|2`},
		},
		"no message, no reactions": {
			given: func(j *journal) {
				j.send(7, 10, "ann")
				j.message(7, 11, "bob", react(domain.Distinct, "like", 20, "bob"), unreact(domain.Distinct, "like", 21, "bob"))
			},
			from: "SELECT (SELECT count(*) FROM {t}.reactions), reactions FROM {t}.messages",
			rows: []string{"0|-"},
		},
		"an erased user's stay: a user id says nothing": {
			given: func(j *journal) {
				j.send(7, 10, "ann")
				j.message(7, 10, "bob", react(domain.Distinct, "like", 20, "bob"))
				j.user("bob", domain.UserErased{})
			},
			from: reactionRows,
			rows: []string{"10|distinct|like|bob|1|20"},
		},
	})
}

// crowd is the reactions of messages as somebody would keep them who has time.
type crowd struct {
	*journal
	ref      int64
	messages map[domain.MessageID]*gathering
	counts   []int64 // what each event of the channel should say
}

type gathering struct {
	deleted bool
	all     []*given // in the order of ref
}

type given struct {
	group reactionOf
	by    domain.UserID
	count int64
	ref   int64
}

type reactionOf struct {
	kind domain.ReactionKind
	name string
}

func newCrowd(t testing.TB) *crowd {
	return &crowd{journal: newJournal(t), ref: 100, messages: map[domain.MessageID]*gathering{}}
}

func (c *crowd) sends(m domain.MessageID) {
	c.send(7, m, "ann")
	c.messages[m] = &gathering{}
	c.counts = append(c.counts, 0)
}

func (g *gathering) find(of reactionOf, by domain.UserID) int {
	return slices.IndexFunc(g.all, func(r *given) bool { return r.group == of && r.by == by })
}

func (c *crowd) reacts(m domain.MessageID, of reactionOf, by domain.UserID, n int) {
	c.ref++
	c.message(7, m, by, react(of.kind, of.name, c.ref, by, n))
	g := c.messages[m]
	if !g.deleted {
		if of.kind == domain.Unique {
			g.all = slices.DeleteFunc(g.all, func(r *given) bool {
				return r.group.kind == domain.Unique && r.by == by && r.group != of
			})
		}
		i := g.find(of, by)
		if i < 0 {
			i = len(g.all)
			g.all = append(g.all, &given{group: of, by: by, ref: c.ref})
		}
		g.all[i].count += int64(max(n, 1))
		if of.kind != domain.Multiple {
			g.all[i].count = 1
		}
	}
	c.counts = append(c.counts, g.count(of))
}

func (c *crowd) takesBack(m domain.MessageID, of reactionOf, by domain.UserID) {
	c.ref++
	c.message(7, m, by, unreact(of.kind, of.name, c.ref, by))
	g := c.messages[m]
	if i := g.find(of, by); i >= 0 {
		g.all = slices.Delete(g.all, i, i+1)
	}
	c.counts = append(c.counts, g.count(of))
}

func (c *crowd) deletes(m domain.MessageID) {
	c.ref++
	c.message(7, m, "ann", domain.MessageDeleted{Version: c.ref, By: "ann"})
	*c.messages[m] = gathering{deleted: true}
	c.counts = append(c.counts, 0)
}

func (g *gathering) count(of reactionOf) (n int64) {
	for _, r := range g.all {
		if r.group == of {
			n += r.count
		}
	}
	return n
}

// summary is what the message shows, in words.
func (g *gathering) summary() string {
	first, users := map[reactionOf]int64{}, map[reactionOf][]string{}
	for _, r := range g.all {
		if _, ok := first[r.group]; !ok {
			first[r.group] = r.ref
		}
		if len(users[r.group]) < 100 {
			users[r.group] = append(users[r.group], string(r.by))
		}
	}
	var groups []reactionOf
	for of := range first {
		groups = append(groups, of)
	}
	slices.SortFunc(groups, func(a, b reactionOf) int { return cmp.Compare(first[a], first[b]) })
	var b strings.Builder
	for _, of := range groups {
		fmt.Fprintf(&b, "%s %s %d %d %v;", of.kind, of.name, g.count(of), first[of], users[of])
	}
	return b.String()
}

// check compares the tables of a model with what the crowd knows.
func (c *crowd) check(t testing.TB, m *model, schema string) {
	t.Helper()
	for id, g := range c.messages {
		var list []struct {
			K, N string
			C, R int64
			U    []string
		}
		require.NoError(t, m.pool.QueryRow(t.Context(), "SELECT coalesce(reactions, '[]') FROM "+schema+".messages WHERE message = $1", int64(id)).Scan(&list))
		var b strings.Builder
		for _, s := range list {
			fmt.Fprintf(&b, "%s %s %d %d %v;", s.K, s.N, s.C, s.R, s.U)
		}
		require.Equal(t, g.summary(), b.String(), "message %d", id)
		want := []string{}
		for _, r := range g.all {
			want = append(want, fmt.Sprintf("%s|%s|%s|%d|%d", r.group.kind, r.group.name, r.by, r.count, r.ref))
		}
		require.Equal(t, want, rows(t, m.pool, fmt.Sprintf(
			"SELECT kind, name, reactor, count, ref FROM %s.reactions WHERE message = %d ORDER BY ref", schema, id)))
	}
	var counts []int64
	require.NoError(t, m.pool.QueryRow(t.Context(), "SELECT array_agg(count ORDER BY seq) FROM "+schema+".channel_log").Scan(&counts))
	require.Equal(t, c.counts, counts)
}

// TestReactionsInAnyOrderAndCut: adding, taking back and deleting, a few users
// and a crowd, all kinds, in any batches, is what a patient reader counts.
func TestReactionsInAnyOrderAndCut(t *testing.T) {
	pool := database(t)
	cut, whole := newModel(t, pool, "cut"), newModel(t, pool, "whole")
	kinds := rapid.SampledFrom([]domain.ReactionKind{domain.Distinct, domain.Distinct, domain.Unique, domain.Multiple})
	names := rapid.SampledFrom([]string{"like", "<3", `"\`, "👍"})
	rapid.Check(t, func(rt *rapid.T) {
		c := newCrowd(t)
		crowded := reactionOf{kinds.Draw(rt, "crowd's kind"), "like"}
		c.sends(10)
		c.sends(11)
		for i := range rapid.SampledFrom([]int{0, 3, 98, 101, 104, 130}).Draw(rt, "crowd") {
			c.reacts(10, crowded, domain.UserID(fmt.Sprint("u", i)), 1)
		}
		users := rapid.SampledFrom([]domain.UserID{"ann", "bob", "u0", "u1", "u2", "u97", "u99", "u100", "u102", "u103"})
		n := rapid.IntRange(1, 40).Draw(rt, "steps")
		for i := range n {
			m := domain.MessageID(rapid.SampledFrom([]int64{10, 10, 10, 11}).Draw(rt, "message"))
			of := reactionOf{kinds.Draw(rt, "kind"), names.Draw(rt, "name")}
			if rapid.Bool().Draw(rt, "the crowd's") {
				of = crowded
			}
			by := users.Draw(rt, "by")
			switch what := rapid.IntRange(0, 20).Draw(rt, "what"); {
			case what == 0 && i > n/2:
				c.deletes(m)
			case what < 10:
				c.reacts(m, of, by, rapid.IntRange(0, 3).Draw(rt, "count"))
			default:
				c.takesBack(m, of, by)
			}
		}
		events := all(t, c.log)
		whole.clear(t)
		cut.clear(t)
		whole.apply(t, events)
		cut.applyIn(t, events, rapid.SliceOfN(rapid.IntRange(1, 60), 0, 20).Draw(rt, "cuts")...)
		if want, got := whole.dump(t), cut.dump(t); got != want {
			rt.Fatalf("cut into batches: %s", difference(want, got))
		}
		c.check(t, cut, "cut_timeline")
	})
}

// TestReactionsAroundTheLengthOfTheList takes the first ones away, several in a
// batch or one by one, so that the next ones are named.
func TestReactionsAroundTheLengthOfTheList(t *testing.T) {
	pool := database(t)
	m := newModel(t, pool, "m")
	for _, kind := range []domain.ReactionKind{domain.Distinct, domain.Unique, domain.Multiple} {
		c := newCrowd(t)
		of := reactionOf{kind, "like"}
		c.sends(10)
		for i := range 115 {
			c.reacts(10, of, domain.UserID(fmt.Sprint("u", i)), 1)
		}
		crowded := len(c.counts)
		for i, n := range []int{103, 0, 50, 51, 99, 1, 102, 2, 3, 112} {
			u := domain.UserID(fmt.Sprint("u", n))
			if i%2 == 0 && kind == domain.Unique { // going by changing one's mind
				c.reacts(10, reactionOf{kind, "other"}, u, 1)
				continue
			}
			c.takesBack(10, of, u)
		}
		c.reacts(10, of, "u0", 1)
		for i := range 115 {
			c.takesBack(10, of, domain.UserID(fmt.Sprint("u", i)))
		}
		c.reacts(10, of, "u7", 1)
		events := all(t, c.log)
		for _, size := range []int{1, 3, 10, 40, 1000} {
			t.Run(fmt.Sprint(kind, " in batches of ", size), func(t *testing.T) {
				m.clear(t)
				m.apply(t, events[:crowded])
				for rest := events[crowded:]; len(rest) > 0; {
					n := min(size, len(rest))
					m.apply(t, rest[:n])
					rest = rest[n:]
					shows(t, m, c, len(events)-len(rest))
				}
				c.check(t, m, "m_timeline")
			})
		}
	}
}

// shows demands that a summary be that of the rows, whatever they are, after
// the first events of a crowd.
func shows(t *testing.T, m *model, c *crowd, events int) {
	t.Helper()
	differing := rows(t, m.pool, `
		SELECT s->>'k' AS kind, s->>'n' AS name, s->'u' AS shown, r.users FROM m_timeline.messages
		CROSS JOIN jsonb_array_elements(reactions) AS s
		LEFT JOIN LATERAL (
			SELECT to_jsonb(array_agg(reactor ORDER BY ref)) AS users, min(ref) AS first FROM (
				SELECT reactor, ref FROM m_timeline.reactions
				WHERE kind = s->>'k' AND name = s->>'n'
				ORDER BY ref
				LIMIT 100) AS o) AS r ON true
		WHERE s->'u' IS DISTINCT FROM r.users OR (s->>'r')::bigint IS DISTINCT FROM r.first`)
	require.Empty(t, differing, "after %d of %d events", events, len(c.counts))
}

// counting is a transaction that notes how many rows of reactions it has read
// before it writes.
type counting struct {
	inside
	t    testing.TB
	read int64
}

func (c *counting) Insert(r projections.Rows) { c.inside.Insert(r) }

func (c *counting) Store(b *pgx.Batch) {
	c.read = rowsRead(c.t, c.Tx) - c.read
	c.inside.Store(b)
}

// rowsRead counts what a session has read of reactions.
func rowsRead(t testing.TB, tx pgx.Tx) (n int64) {
	t.Helper()
	require.NoError(t, tx.QueryRow(context.Background(), `
		SELECT pg_stat_get_xact_tuples_returned('reactions'::regclass) + sum(pg_stat_get_xact_tuples_returned(indexrelid))
		FROM pg_index WHERE indrelid = 'reactions'::regclass`).Scan(&n))
	return n
}

// TestAHotMessageIsNotReadWhole has 10,000 users who react to a message.
func TestAHotMessageIsNotReadWhole(t *testing.T) {
	pool := database(t)
	m := newModel(t, pool, "m")
	c := newCrowd(t)
	like := reactionOf{domain.Distinct, "like"}
	mood := reactionOf{domain.Unique, "happy"}
	c.sends(10)
	for i := range 10_000 {
		u := domain.UserID(fmt.Sprint("u", i))
		c.reacts(10, like, u, 1)
		c.reacts(10, mood, u, 1)
	}
	m.applyIn(t, all(t, c.log), 7000, 7000)
	c.check(t, m, "m_timeline")
	exec(t, pool, "ANALYZE")
	timeline := projections.All[slices.IndexFunc(projections.All, func(p projections.Projection) bool { return p.Name == "timeline" })]
	for name, change := range map[string]func(){
		"RS-086 an addition":                     func() { c.reacts(10, like, "new", 1) },
		"RS-086 a removal":                       func() { c.takesBack(10, like, "u0") },
		"RS-086 a removal beyond the list":       func() { c.takesBack(10, like, "u9000") },
		"RS-086 a unique one in another's place": func() { c.reacts(10, reactionOf{domain.Unique, "sad"}, "u5", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			before := len(all(t, c.log))
			change()
			var events []domain.Recorded
			for _, r := range all(t, c.log)[before:] {
				e, err := r.Decode()
				require.NoError(t, err)
				events = append(events, e)
			}
			ctx := context.Background()
			require.NoError(t, pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
				_, err := tx.Exec(ctx, `
					SET LOCAL search_path TO m_timeline; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;
					SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL plan_cache_mode = force_generic_plan`)
				require.NoError(t, err)
				counted := &counting{inside{tx}, t, rowsRead(t, tx)}
				if err := timeline.Apply(ctx, counted, events); err != nil {
					return err
				}
				require.Less(t, counted.read, int64(200), "rows read")
				return nil
			}))
			c.check(t, m, "m_timeline")
		})
	}
}

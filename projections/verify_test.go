package projections_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/projections"
)

func (r *running) verify(name string) projections.Verdict {
	r.t.Helper()
	job, err := r.StartVerify(name)
	require.NoError(r.t, err)
	require.NoError(r.t, r.wait(job))
	now, _ := job.Progress()
	require.Equal(r.t, projections.Done, now.Phase)
	return *now.Verdict
}

// eventful is a history in which every table gets some rows.
func eventful(t testing.TB) *history {
	h := newHistory(t, 11, 600)
	for _, app := range historyApps {
		h.app = app
		h.on(domain.AppStream(app), "ann", domain.AppCreated{}, domain.KeyIssued{Key: "root", Version: 1, Capability: map[string][]string{"*": {"*"}}})
		for _, u := range []domain.UserID{"eve", "fay"} {
			h.user(u, domain.UserNamed{Sealed: domain.Seal(domain.UserSubject(u, 1), domain.Profile{Name: "Name"})})
			h.user(u, domain.UserBlocked{User: "ann"}, domain.ChannelHidden{Channel: 7})
			h.on(domain.PresenceStream(app, 7), u, domain.PresenceEntered{User: u, Node: "d"})
		}
		h.on(domain.NodeStream(app, "d"), "ann", domain.ConnectionsChanged{Node: "d", Channels: map[domain.ChannelID]domain.Gauges{7: {Connections: 2}}})
	}
	return h
}

func TestVerifyFindsNothingWhereNothingIs(t *testing.T) {
	pool := database(t)
	h := eventful(t)
	run := start(t, quick(h.log, pool))
	run.reach()
	for _, p := range projections.All {
		v := run.verify(p.Name)
		require.Zero(t, v.Differences)
		require.Len(t, v.Tables, len(tables(t, pool, p.Schema(1))))
		require.Positive(t, v.Rows)
		require.Equal(t, rows(t, pool, "SELECT position FROM projections WHERE name = '"+p.Name+"'"), []string{fmt.Sprint(v.Position)})
		require.NoError(t, run.rebuild(p.Name, projections.RebuildOptions{}))
		require.Zero(t, run.verify(p.Name).Differences, "after a rebuild")
	}
	require.Empty(t, rows(t, pool, "SELECT build FROM projections WHERE state = 'scratch'"))
}

// other is another value of a column, by its type.
var other = map[string]string{
	"text": `coalesce(%s, '') || 'x'`, "bigint": `coalesce(%s, 0) + 1000`, "integer": `coalesce(%s, 0) + 1000`,
	"boolean": `NOT %s`, "bytea": `coalesce(%s, '') || '\x01'`, "uuid": `gen_random_uuid()`, "jsonb": `'{"other": 1}'`,
	"text[]": `ARRAY['other']`, "bigint[]": `ARRAY[1000]`,
}

// spoil changes a row of a table in every column, deletes one and adds one. It
// tells what is to be found.
func spoil(t testing.TB, pool *pgxpool.Pool, schema string, of table) (want []string) {
	t.Helper()
	name := schema + "." + of.name
	keys := strings.Split(of.key, ", ")
	got, err := pool.Query(t.Context(), `
		SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
		WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum`, name)
	require.NoError(t, err)
	var sets, columns, copied, names []string
	var column, typ string
	_, err = pgx.ForEachRow(got, []any{&column, &typ}, func() error {
		names = append(names, column)
		if column == "app" {
			copied = append(copied, "'zz'")
			return nil
		}
		copied = append(copied, column)
		if !slices.Contains(keys, column) {
			require.Contains(t, other, typ, "a type that this test cannot change: %s.%s", of.name, column)
			sets = append(sets, column+" = "+strings.ReplaceAll(other[typ], "%s", column))
			columns = append(columns, column)
		}
		return nil
	})
	require.NoError(t, err)
	places := rows(t, pool, "SELECT ctid FROM "+name+" ORDER BY "+of.key+" LIMIT 2")
	require.Len(t, places, 2, "%s needs two rows", of.name)
	key := func(place string) string {
		return strings.Join(rows(t, pool, "SELECT "+of.key+" FROM "+name+" WHERE ctid = '"+place+"'"), "")
	}
	exec(t, pool, "INSERT INTO "+name+" ("+strings.Join(names, ", ")+") SELECT "+strings.Join(copied, ", ")+" FROM "+name+" WHERE ctid = '"+places[0]+"'")
	parts := strings.Split(key(places[0]), "|")
	parts[slices.Index(keys, "app")] = "zz"
	extra := strings.Join(parts, "|")
	want = []string{
		"changed " + key(places[0]) + " " + strings.Join(columns, " "), "missing " + key(places[1]) + " ", "extra " + extra + " ",
	}
	exec(t, pool, "DELETE FROM "+name+" WHERE ctid = '"+places[1]+"'")
	exec(t, pool, "UPDATE "+name+" SET "+strings.Join(sets, ", ")+" WHERE ctid = '"+places[0]+"'")
	slices.Sort(want)
	return want
}

func TestVerifyNamesEveryDifference(t *testing.T) {
	pool := database(t)
	h := eventful(t)
	run := start(t, quick(h.log, pool))
	run.reach()
	for _, p := range projections.All {
		want := map[string][]string{}
		for _, of := range tables(t, pool, p.Schema(1)) {
			want[of.name] = spoil(t, pool, p.Schema(1), of)
		}
		v := run.verify(p.Name)
		require.EqualValues(t, 3*len(want), v.Differences)
		for _, found := range v.Tables {
			require.EqualValues(t, 3, found.Differences)
			require.Equal(t, found.Rows, found.Replayed, "one row more, one less")
			var got []string
			for _, d := range found.First {
				require.Equal(t, found.Table, d.Table)
				var values, columns []string
				for _, k := range d.Key {
					_, value, _ := strings.Cut(k, "=")
					values = append(values, value)
				}
				for _, c := range d.Columns {
					name, _, _ := strings.Cut(c, " ")
					columns = append(columns, name)
					require.NotContains(t, c, sealedMark)
				}
				got = append(got, d.Kind+" "+strings.Join(values, "|")+" "+strings.Join(columns, " "))
			}
			slices.Sort(got)
			require.Equal(t, want[found.Table], got, found.Table)
		}
	}
}

// TestVerifyLeavesOutWhatIsParked, even when the code could apply it by now.
func TestVerifyLeavesOutWhatIsParked(t *testing.T) {
	pool := database(t)
	j := newJournal(t)
	j.everywhere()
	j.raw("message-shop.7.10", "ReactionAdded", 1, `{"kind":"distinct","name":"x","ref":"99","by":"bob"}`)
	j.everywhere()
	broken := quick(j.log, pool)
	broken.Projections = panicking("ReactionAdded")
	run := start(t, broken)
	run.reach()
	require.Zero(t, run.verify(inTimeline).Differences)
	run.stop()
	fixed := start(t, quick(j.log, pool))
	v := fixed.verify(inTimeline)
	require.Zero(t, v.Differences)
	require.Len(t, v.Parked, 1)
}

// TestVerifyWhilePeopleTalk compares at one position though the live build
// moves on.
func TestVerifyWhilePeopleTalk(t *testing.T) {
	pool := database(t)
	j := chatter(t, 50)
	run := start(t, quick(j.log, pool))
	run.reach()
	stop, talked := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(talked)
		for n := 0; n < 2000; n++ {
			select {
			case <-stop:
				return
			default:
				j.chat(1)
				if n%50 == 0 {
					run.reach()
				}
			}
		}
	}()
	for range 5 {
		require.Zero(t, run.verify(inTimeline).Differences)
	}
	close(stop)
	<-talked
	_, err := run.StartVerify("weather")
	require.ErrorIs(t, err, projections.ErrUnknown)
}

func TestAnAbandonedComparisonIsSweptAway(t *testing.T) {
	pool := database(t)
	j := chatter(t, 3)
	run := start(t, quick(j.log, pool))
	run.reach()
	run.stop()
	exec(t, pool, "CREATE SCHEMA "+projections.Timeline.Schema(2)+" CREATE TABLE messages (app text); "+
		"INSERT INTO projections (name, code_version, build, state) VALUES ('timeline', 3, 2, 'scratch')")
	start(t, quick(j.log, pool))
	eventually(t, func() bool { return len(builds(t, pool, inTimeline)) == 1 }, "it is gone")
}

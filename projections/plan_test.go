package projections_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"parley/domain"
)

// statements notes what is sent to the database.
type statements struct{ sql []string }

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}
func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (s *statements) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}
func (s *statements) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (s *statements) TraceBatchQuery(_ context.Context, _ *pgx.Conn, d pgx.TraceBatchQueryData) {
	s.sql = append(s.sql, d.SQL)
}

// projecting is a pool with the settings of a projector, whose statements are
// noted.
func projecting(t testing.TB, pool *pgxpool.Pool) (*pgxpool.Pool, *statements) {
	t.Helper()
	s := &statements{}
	c := pool.Config()
	c.ConnConfig.Tracer = s
	for _, setting := range []string{"enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin", "jit"} {
		c.ConnConfig.RuntimeParams[setting] = "off"
	}
	c.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	p, err := pgxpool.NewWithConfig(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p, s
}

// generic is the plan of a prepared statement, whatever its arguments.
func generic(t testing.TB, pool *pgxpool.Pool, schema, sql string) string {
	t.Helper()
	conn, err := pool.Acquire(t.Context())
	require.NoError(t, err)
	defer conn.Release()
	nulls := strings.TrimSuffix(strings.Repeat("NULL,", strings.Count(sql, "$")-repeated(sql)), ",")
	results, err := conn.Conn().PgConn().Exec(t.Context(), `
		SET search_path TO `+schema+`;
		PREPARE plan AS `+sql+`;
		EXPLAIN EXECUTE plan (`+nulls+`);
		DEALLOCATE plan;
		RESET search_path`).ReadAll()
	require.NoError(t, err, sql)
	var b strings.Builder
	for _, row := range results[2].Rows {
		b.Write(append(row[0], '\n'))
	}
	return b.String()
}

// repeated is how many mentions of parameters in a statement are not the
// first.
func repeated(sql string) (n int) {
	var seen []string
	for _, part := range strings.Split(sql, "$")[1:] {
		number := part[:len(part)-len(strings.TrimLeft(part, "0123456789"))]
		if slices.Contains(seen, number) {
			n++
		}
		seen = append(seen, number)
	}
	return n
}

// TestTheTimelineLooksRowsUpByTheirKeys also while nothing is analyzed, as in
// a rebuild: then several indexes look equally good, and one of them would
// read a whole channel, or all reactions to a message, for each row.
func TestTheTimelineLooksRowsUpByTheirKeys(t *testing.T) {
	pool, noted := projecting(t, database(t))
	m := newModel(t, pool, "m")
	j := newJournal(t)
	j.channel(7, "ann", group("ann", "bob"))
	j.send(7, 10, "ann")
	j.send(7, 11, "ann")
	for _, kind := range []domain.ReactionKind{domain.Distinct, domain.Unique, domain.Multiple} {
		j.message(7, 10, "bob", react(kind, "x", 20, "bob"))
		j.message(7, 10, "bob", unreact(kind, "x", 21, "bob"))
		j.message(7, 11, "bob", react(kind, "x", 22, "bob"))
	}
	j.message(7, 10, "ann", edited(30, "ann"))
	j.read(7, "bob", 10)
	j.message(7, 11, "ann", domain.MessageDeleted{Version: 31, By: "ann"})
	j.channel(7, "ann", domain.MemberRemoved{User: "bob", By: "ann"})
	m.applyIn(t, all(t, j.log), ones(len(all(t, j.log)))...)

	looked := 0
	slices.Sort(noted.sql)
	for _, sql := range slices.Compact(noted.sql) {
		keyed := strings.Contains(sql, "JOIN messages") || strings.Contains(sql, "JOIN reactions") || strings.Contains(sql, "FROM reactions") ||
			strings.Contains(sql, "UPDATE messages") || strings.Contains(sql, "FROM cursors")
		if !keyed {
			continue
		}
		looked++
		plan := generic(t, pool, "m_timeline", sql)
		require.NotContains(t, plan, "Seq Scan", plan)
		require.NotContains(t, plan, "Filter", "%s\n%s", sql, plan)
		for line := range strings.Lines(plan) {
			if strings.Contains(line, "Index Cond") && strings.Contains(line, "reactor = ") {
				require.NotContains(t, plan, "Scan using reactions_order_apply_idx on reactions r ", "for one row\n%s", plan)
			}
		}
	}
	require.GreaterOrEqual(t, looked, 10)
}

// TestOccupancyLooksRowsUpByTheirKeys, also those of a node that ends.
func TestOccupancyLooksRowsUpByTheirKeys(t *testing.T) {
	pool, noted := projecting(t, database(t))
	m := newModel(t, pool, "m")
	j := newJournal(t)
	here := domain.PresenceStream(j.app, 7)
	j.on(here, "", domain.PresenceEntered{User: "ann", Node: "a"}, domain.PresenceLeft{User: "ann", Node: "a"})
	j.on(domain.NodeStream(j.app, "a"), "",
		domain.ConnectionsChanged{Node: "a", Channels: map[domain.ChannelID]domain.Gauges{7: {Connections: 1}, 8: {}}}, domain.NodeCleared{Node: "a"})
	m.applyIn(t, all(t, j.log))
	looked := 0
	slices.Sort(noted.sql)
	for _, sql := range slices.Compact(noted.sql) {
		if !strings.Contains(sql, "DELETE FROM") {
			continue
		}
		looked++
		plan := generic(t, pool, "m_occupancy", sql)
		require.NotContains(t, plan, "Seq Scan", plan)
		require.NotContains(t, plan, "Filter", "%s\n%s", sql, plan)
	}
	require.Equal(t, 4, looked)
}

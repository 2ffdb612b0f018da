package queries_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/queries"
)

// statement is what a query sent to the database.
type statement struct {
	sql  string
	args []any
}

// recorder notes the statements of batches.
type recorder struct {
	mu         sync.Mutex
	statements []statement
}

func (r *recorder) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

func (r *recorder) TraceBatchQuery(_ context.Context, _ *pgx.Conn, d pgx.TraceBatchQueryData) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.statements = append(r.statements, statement{d.SQL, d.Args})
}

func (r *recorder) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (r *recorder) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

func (r *recorder) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// traced is a Service whose statements are noted.
func (w *world) traced() (*queries.Service, *recorder) {
	w.t.Helper()
	r := &recorder{}
	c := w.pool.Config()
	c.ConnConfig.Tracer = r
	pool, err := pgxpool.NewWithConfig(w.ctx(), c)
	require.NoError(w.t, err)
	w.t.Cleanup(pool.Close)
	return queries.New(pool, w.keys, w.models), r
}

// plans explains the noted statements that read a view, with their own
// arguments and as a plan for any arguments.
func (w *world) plans(r *recorder, view string) []string {
	w.t.Helper()
	var plans []string
	for _, s := range r.statements {
		if !strings.Contains(s.sql, view) {
			continue
		}
		rows, err := w.pool.Query(w.ctx(), "EXPLAIN "+s.sql, s.args...)
		require.NoError(w.t, err)
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(w.t, err, s.sql)
		plans = append(plans, strings.Join(lines, "\n"), w.genericPlan(s))
	}
	r.statements = nil
	require.NotEmpty(w.t, plans)
	return plans
}

// genericPlan is the plan of a prepared statement that has been used often.
func (w *world) genericPlan(s statement) string {
	w.t.Helper()
	conn, err := w.pool.Acquire(w.ctx())
	require.NoError(w.t, err)
	defer conn.Release()
	nulls := strings.TrimSuffix(strings.Repeat("NULL,", len(s.args)), ",")
	results, err := conn.Conn().PgConn().Exec(w.ctx(), `
		SET plan_cache_mode = force_generic_plan;
		PREPARE plan AS `+s.sql+`;
		EXPLAIN EXECUTE plan (`+nulls+`);
		DEALLOCATE plan;
		RESET plan_cache_mode`).ReadAll()
	require.NoError(w.t, err, s.sql)
	var b strings.Builder
	for _, row := range results[2].Rows {
		b.Write(append(row[0], '\n'))
	}
	return b.String()
}

// fill makes a channel of many messages in the read model, among others.
func (w *world) fill(c domain.ChannelID, messages int) {
	w.t.Helper()
	_, err := w.pool.Exec(w.ctx(), `
		INSERT INTO rm_timeline_v2_1.messages (app, channel, msg_seq, message, position, sent_at, version, thread, event, sender,
			sender_kind, kind, deleted_at)
		SELECT 'shop', c, n, n::bigint * 4194304, n, n, n, 0, gen_random_uuid(), 'ann', 'user', 'text', CASE WHEN n % 100 = 0 THEN n END
		FROM unnest(ARRAY[$1::bigint, 1, 2, 3]) AS c, generate_series(1, CASE WHEN c = $1 THEN $2 ELSE 500 END) AS n`, int64(c), messages)
	require.NoError(w.t, err)
	_, err = w.pool.Exec(w.ctx(), "ANALYZE")
	require.NoError(w.t, err)
}

func TestHistoryFollowsAnIndexInALongChannel(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann")
	w.now()
	_, err := w.Channels(w.ctx(), w.now(), app, "ann")
	require.NoError(t, err)
	w.fill(c, 5000)
	s, r := w.traced()
	middle := domain.MessageID(2500 * 4194304)
	tests := map[string]struct {
		read  func() (any, error)
		index []string
	}{
		"newest": {func() (any, error) {
			p, _, err := s.History(w.ctx(), 0, queries.History{App: app, Channel: c, User: "ann", Limit: 50})
			return len(p.Messages), err
		}, []string{"messages_pkey"}},
		"before": {func() (any, error) {
			p, _, err := s.History(w.ctx(), 0, queries.History{App: app, Channel: c, User: "ann", Limit: 50, Before: middle})
			return len(p.Messages), err
		}, []string{"messages_pkey", "messages_message_key"}},
		"after": {func() (any, error) {
			p, _, err := s.History(w.ctx(), 0, queries.History{App: app, Channel: c, User: "ann", Limit: 50, After: middle})
			return len(p.Messages), err
		}, []string{"messages_pkey", "messages_message_key"}},
		"one": {func() (any, error) {
			_, found, _, err := s.Message(w.ctx(), 0, app, "ann", c, middle)
			return map[bool]int{true: 50}[found], err
		}, []string{"messages_message_key"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := tt.read()
			require.NoError(t, err)
			require.Equal(t, 50, got)
			for _, plan := range w.plans(r, "rm.messages_v2") {
				require.NotContains(t, plan, "Seq Scan", plan)
				require.NotContains(t, plan, "Sort", plan)
				require.NotContains(t, plan, "::numeric", plan)
				require.NotContains(t, plan, "Filter", "the bounds are part of the index condition:\n"+plan)
				for _, index := range tt.index {
					require.Contains(t, plan, index, plan)
				}
			}
		})
	}
}

func TestUnreadCountsReadDeletedMessagesOnly(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann")
	_, err := w.Channels(w.ctx(), w.now(), app, "ann")
	require.NoError(t, err)
	w.fill(c, 5000)
	_, err = w.pool.Exec(w.ctx(), "UPDATE rm_timeline_v2_1.channel_counters SET last_msg_seq = 5000, last_deleted_seq = 5000")
	require.NoError(t, err)
	s, r := w.traced()
	list, err := s.Channels(w.ctx(), 0, app, "ann")
	require.NoError(t, err)
	require.EqualValues(t, 4950, list[0].Unread)
	for _, plan := range w.plans(r, "rm.messages_v2") {
		require.Contains(t, plan, "messages_deleted_idx", plan)
		require.NotContains(t, plan, "Seq Scan on messages", plan)
	}
}

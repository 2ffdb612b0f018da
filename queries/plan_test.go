package queries_test

import (
	"context"
	"regexp"
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
	pool       *pgxpool.Pool
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

// traced is a Service whose statements are noted, over connections as the
// server makes them.
func (w *world) traced() (*queries.Service, *recorder) {
	w.t.Helper()
	r := &recorder{}
	c := w.pool.Config()
	c.ConnConfig.Tracer = r
	params := c.ConnConfig.RuntimeParams
	params["enable_seqscan"], params["enable_bitmapscan"], params["jit"] = "off", "off", "off"
	pool, err := pgxpool.NewWithConfig(w.ctx(), c)
	require.NoError(w.t, err)
	w.t.Cleanup(pool.Close)
	r.pool = pool
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
		rows, err := r.pool.Query(w.ctx(), "EXPLAIN "+s.sql, s.args...)
		require.NoError(w.t, err)
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(w.t, err, s.sql)
		plans = append(plans, strings.Join(lines, "\n"), w.genericPlan(r, s))
	}
	r.statements = nil
	require.NotEmpty(w.t, plans)
	return plans
}

// genericPlan is the plan of a prepared statement that has been used often.
func (w *world) genericPlan(r *recorder, s statement) string {
	w.t.Helper()
	conn, err := r.pool.Acquire(w.ctx())
	require.NoError(w.t, err)
	defer conn.Release()
	nulls := ""
	if len(s.args) > 0 {
		nulls = "(" + strings.TrimSuffix(strings.Repeat("NULL,", len(s.args)), ",") + ")"
	}
	results, err := conn.Conn().PgConn().Exec(w.ctx(), `
		SET plan_cache_mode = force_generic_plan;
		PREPARE plan AS `+s.sql+`;
		EXPLAIN EXECUTE plan `+nulls+`;
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
		INSERT INTO rm_timeline_v3_1.messages (app, channel, msg_seq, message, position, sent_at, version, thread, event, sender,
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
	_, err := w.Channels(w.ctx(), w.now(), queries.ChannelList{App: app, User: "ann", Limit: 1000})
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
			for _, plan := range w.plans(r, "rm.messages_v3") {
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
	_, err := w.Channels(w.ctx(), w.now(), queries.ChannelList{App: app, User: "ann", Limit: 1000})
	require.NoError(t, err)
	w.fill(c, 5000)
	_, err = w.pool.Exec(w.ctx(), "UPDATE rm_timeline_v3_1.channel_counters SET last_msg_seq = 5000, last_deleted_seq = 5000")
	require.NoError(t, err)
	s, r := w.traced()
	list, err := s.Channels(w.ctx(), 0, queries.ChannelList{App: app, User: "ann", Limit: 1000})
	require.NoError(t, err)
	require.EqualValues(t, 4950, list[0].Unread)
	for _, plan := range w.plans(r, "rm.messages_v3") {
		require.Contains(t, plan, "messages_deleted_idx", plan)
		require.NotContains(t, plan, "Seq Scan on messages", plan)
	}
}

// crowd makes many channels of an app in the read model, of which the user is
// in a few, and as many of other apps.
func (w *world) crowd(member domain.UserID) {
	w.t.Helper()
	for _, sql := range []string{
		`INSERT INTO rm_directory_v3_1.channels (app, channel, kind, owner, created_at, event, position, deleted)
			SELECT a, n, CASE WHEN n % 3 = 0 THEN 'room' ELSE 'group' END, 'zoe', n, gen_random_uuid(), n, n % 30 = 0
			FROM unnest(ARRAY['shop', 'desk', 'mill']) AS a, generate_series(1, 3000) AS n`,
		`INSERT INTO rm_directory_v3_1.members (app, channel, member, role, inviter, joined_at)
			SELECT app, channel, m, 'member', '', created_at
			FROM rm_directory_v3_1.channels, unnest(ARRAY['zoe', $1]) AS m
			WHERE owner = 'zoe' AND (m = 'zoe' OR channel % 15 = 0)`,
		`INSERT INTO rm_timeline_v3_1.channel_counters
			SELECT app, channel, 1, 1, channel, created_at, position, 0, created_at, 0, created_at, kind, deleted, owner, event, sealed
			FROM rm_directory_v3_1.channels WHERE owner = 'zoe'`,
		`INSERT INTO rm_timeline_v3_1.cursors
			SELECT app, channel, member, 0, 0, 0, CASE WHEN channel % 60 = 0 THEN 1 ELSE 0 END, role, ''
			FROM rm_directory_v3_1.members WHERE channel <= 3000`,
	} {
		args := []any{}
		if strings.Contains(sql, "$1") {
			args = append(args, member)
		}
		_, err := w.pool.Exec(w.ctx(), sql, args...)
		require.NoError(w.t, err, sql)
	}
	_, err := w.pool.Exec(w.ctx(), "ANALYZE")
	require.NoError(w.t, err)
}

// wholeIndex is the scan of an index from end to end.
var wholeIndex = regexp.MustCompile(`Index (Only )?Scan .*\n\s*([^I\s]|I[^n]|$)`)

// A list of one's own channels reads the user's cursors in one stretch and looks
// up each channel; that of the rooms follows their order.
var (
	ownScans = []string{
		`Scan using cursors_pkey on cursors.*\n +Index Cond: .*\(app = .*\(reader = `,
		`Scan using channel_counters_pkey on channel_counters.*\n +Index Cond: \(\(channel = .*\(app = `,
	}
	roomScans = []string{"channels_rooms_idx", `Scan using channel_counters_pkey on channel_counters.*\n +Index Cond: \(\(channel = .*\(app = `}
)

func TestListsOfChannelsFollowIndexes(t *testing.T) {
	w := newWorld(t)
	w.now()
	_, err := w.Rooms(w.ctx(), w.now(), app, "ann", 0, 1)
	require.NoError(t, err)
	w.crowd("ann")
	s, r := w.traced()
	list := func(q queries.ChannelList) func() ([]queries.Channel, error) {
		q.App, q.User, q.Limit = app, "ann", 50
		return func() ([]queries.Channel, error) { return s.Channels(w.ctx(), 0, q) }
	}
	rooms := func(before domain.ChannelID) func() ([]queries.Channel, error) {
		return func() ([]queries.Channel, error) { return s.Rooms(w.ctx(), 0, app, "ann", before, 50) }
	}
	for name, tt := range map[string]struct {
		read  func() ([]queries.Channel, error)
		scans []string
	}{
		"own":                {list(queries.ChannelList{}), ownScans},
		"own and hidden":     {list(queries.ChannelList{Hidden: true}), ownScans},
		"before another one": {list(queries.ChannelList{Before: 1515}), ownScans},
		"rooms":              {rooms(0), roomScans},
		"rooms before":       {rooms(2000), roomScans},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := tt.read()
			require.NoError(t, err)
			require.Len(t, got, 50)
			for _, plan := range w.plans(r, "ORDER BY") {
				require.NotContains(t, plan, "Seq Scan", plan)
				require.NotContains(t, plan, "Bitmap", plan)
				require.NotRegexp(t, wholeIndex, plan)
				for _, scan := range tt.scans {
					require.Regexp(t, scan, plan)
				}
				require.Equal(t, strings.HasPrefix(name, "own") || strings.HasPrefix(name, "before"), strings.Contains(plan, "Sort"), plan)
			}
		})
	}
}

// TestMembersFollowTheOrderOfJoining, also by plans of tables of which nothing
// is known yet.
func TestMembersFollowTheOrderOfJoining(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann", "bob", "cid")
	at := w.now()
	s, r := w.traced()
	for _, crowded := range []bool{false, true} {
		if crowded {
			w.crowd("ann")
		}
		for _, after := range []domain.UserID{"", "ann"} {
			list, _, err := s.Members(w.ctx(), at, app, "ann", c, after, 2)
			require.NoError(t, err)
			require.NotEmpty(t, list)
			for _, plan := range w.plans(r, "ORDER BY") {
				require.NotContains(t, plan, "Sort", plan)
				require.NotContains(t, plan, "Seq Scan", plan)
				require.Contains(t, plan, "members_joined_idx", plan)
				require.Equal(t, after != "", strings.Contains(plan, "ROW("), plan)
				require.NotContains(t, plan, "Filter: (ROW", plan)
			}
		}
	}
}

// TestHistoryFollowsIndexesFromTheFirstMessageOn: a plan is made once, while
// there is little, and must be right when there is much.
func TestHistoryFollowsIndexesFromTheFirstMessageOn(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann")
	m := w.send(c, "ann", "x")
	_, err := w.Channels(w.ctx(), w.now(), queries.ChannelList{App: app, User: "ann", Limit: 1})
	require.NoError(t, err)
	page := func(q queries.History) func(*queries.Service) error {
		q.App, q.Channel, q.User, q.Limit = app, c, "ann", 5
		return func(s *queries.Service) error {
			_, _, err := s.History(w.ctx(), 0, q)
			return err
		}
	}
	span := &queries.Span{Start: 1, End: 5}
	const key = `Index Cond: .*\(app = .*\(channel = .*\(`
	tests := map[string]struct {
		read  func(*queries.Service) error
		scans []string // what is looked up how
	}{
		"newest": {page(queries.History{}), []string{"using messages_pkey"}},
		"before": {page(queries.History{Before: m}), []string{`using messages_pkey .*\n +` + key + "msg_seq <= ", `using messages_message_key .*\n +` + key + "message < "}},
		"after":  {page(queries.History{After: m}), []string{`using messages_pkey .*\n +` + key + "msg_seq >= ", `using messages_message_key .*\n +` + key + "message > "}},
		"sent, newest first": {page(queries.History{Sent: span}), []string{
			`Only Scan using messages_sent_idx on messages.*\n +` + key + `sent_at >= .*\(sent_at < .*\(msg_seq <= `,
			`Backward using messages_pkey on messages.*\n +` + key + `msg_seq > .*\(msg_seq < .*\(msg_seq <= `,
			`Scan using messages_pkey on messages.*\n +` + key + `msg_seq >= n.seq\)`,
		}},
		"sent, oldest first": {page(queries.History{Sent: span, After: m}), []string{
			`Only Scan using messages_sent_idx on messages.*\n +` + key + `sent_at >= .*\(sent_at < .*\(msg_seq >= `,
			`Scan using messages_pkey on messages.*\n +` + key + `msg_seq > .*\(msg_seq < .*\(msg_seq >= `,
			`Scan using messages_pkey on messages.*\n +` + key + `msg_seq >= n.seq\)`,
		}},
		"one": {func(s *queries.Service) error {
			_, _, _, err := s.Message(w.ctx(), 0, app, "ann", c, m)
			return err
		}, []string{`using messages_message_key .*\n +` + key + "message = "}},
		"versions": {func(s *queries.Service) error {
			_, _, err := s.Versions(w.ctx(), 0, queries.Versions{App: app, Channel: c, Message: m, User: "ann", Limit: 5})
			return err
		}, []string{`using messages_message_key .*\n +` + key + "message = "}},
	}
	for _, statistics := range []string{"none", "of little"} {
		if statistics != "none" {
			_, err := w.pool.Exec(w.ctx(), "ANALYZE")
			require.NoError(t, err)
		}
		w.pool = served(t, w)
		s, r := w.traced()
		for name, tt := range tests {
			t.Run(name+", statistics: "+statistics, func(t *testing.T) {
				require.NoError(t, tt.read(s))
				for _, plan := range w.plans(r, "rm.messages_v3") {
					for _, scan := range tt.scans {
						require.Regexp(t, scan, plan)
					}
				}
			})
		}
	}
}

package queries_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

func (w *world) reads(c domain.ChannelID, after domain.UserID, limit int) ([]queries.ReadCursor, bool) {
	w.t.Helper()
	list, more, in, err := w.ReadCursors(w.ctx(), w.now(), app, "ann", c, after, limit)
	require.NoError(w.t, err)
	require.Equal(w.t, domain.Standing{Exists: true, Kind: domain.Group, Role: domain.RoleOwner}, in)
	for i, r := range list {
		require.NotZero(w.t, r.UpdatedAt)
		one, found, err := w.ReadCursor(w.ctx(), 0, app, r.User, c)
		require.NoError(w.t, err)
		require.True(w.t, found)
		require.Equal(w.t, r, one)
		list[i].UpdatedAt = 0
	}
	return list, more
}

func TestReadCursorsOfMembers(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann", "zoë", "Bob", "cid")
	other := w.room(domain.Group, "other", "ann", "bob")
	first, second := w.send(c, "ann", "x"), w.send(c, "ann", "y")
	w.send(other, "bob", "noise in another channel")
	_, err := w.commands.AdvanceRead(w.ctx(), commands.AdvanceRead{By: user("zoë"), Channel: c, Message: first})
	require.NoError(t, err)
	want := []queries.ReadCursor{{User: "Bob"}, {User: "ann", Message: second}, {User: "cid"}, {User: "zoë", Message: first}}
	all, more := w.reads(c, "", 4)
	require.Equal(t, want, all, "CH-604 by user id")
	require.False(t, more)
	for i, r := range want {
		page, more := w.reads(c, r.User, 1)
		require.Equal(t, want[i+1:min(i+2, 4)], append([]queries.ReadCursor{}, page...))
		require.Equal(t, i < 2, more)
	}
	_, err = w.commands.RemoveMember(w.ctx(), commands.RemoveMember{By: user("ann"), Channel: c, User: "cid"})
	require.NoError(t, err)
	all, _ = w.reads(c, "ann", 4)
	require.Equal(t, want[3:], all, "members only")

	none, _, in, err := w.ReadCursors(w.ctx(), 0, "desk", "ann", c, "", 4)
	require.NoError(t, err)
	require.Empty(t, none)
	require.False(t, in.Exists, "another app's")
	_, found, err := w.ReadCursor(w.ctx(), 0, app, "cid", c)
	require.NoError(t, err)
	require.False(t, found, "gone with the membership")
}

// TestWhoIsMemberBeforeTheTimelineKnowsHasReadNothing: the two projections
// stand where they stand.
func TestWhoIsMemberBeforeTheTimelineKnowsHasReadNothing(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann", "bob")
	w.send(c, "ann", "x")
	_, _ = w.reads(c, "", 2)
	_, err := w.pool.Exec(w.ctx(), "DELETE FROM rm_timeline_v3_1.cursors WHERE reader = 'bob'")
	require.NoError(t, err)
	list, _, _, err := w.ReadCursors(w.ctx(), 0, app, "ann", c, "ann", 2)
	require.NoError(t, err)
	require.Equal(t, []queries.ReadCursor{{User: "bob"}}, list)
	channels, err := w.Channels(w.ctx(), 0, queries.ChannelList{App: app, User: "bob", Limit: 10})
	require.NoError(t, err)
	require.Empty(t, channels, "the list is the timeline's")
	one, found, err := w.Channel(w.ctx(), 0, app, "bob", c)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, domain.RoleMember, one.Role)
	require.Zero(t, one.Unread, "CH-614 rather than all of them")
}

func TestReadCursorsFollowIndexes(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann")
	_, err := w.Channels(w.ctx(), w.now(), queries.ChannelList{App: app, User: "ann", Limit: 10})
	require.NoError(t, err)
	_, err = w.pool.Exec(w.ctx(), `
		INSERT INTO rm_directory_v3_1.members (app, channel, member, role, inviter, joined_at)
		SELECT 'shop', c, 'u' || n, 'member', '', n FROM unnest(ARRAY[$1::bigint, 1, 2]) AS c, generate_series(1, 3000) AS n`, int64(c))
	require.NoError(t, err)
	_, err = w.pool.Exec(w.ctx(), `
		INSERT INTO rm_timeline_v3_1.cursors (app, channel, reader, read_seq, read_message, updated_at)
		SELECT app, channel, member, 1, 1, 1 FROM rm_directory_v3_1.members
		ON CONFLICT DO NOTHING`)
	require.NoError(t, err)
	_, err = w.pool.Exec(w.ctx(), "ANALYZE")
	require.NoError(t, err)
	s, r := w.traced()
	_, _, _, err = s.ReadCursors(w.ctx(), 0, app, "ann", c, "u2", 20)
	require.NoError(t, err)
	for _, plan := range w.plans(r, "rm.cursors_v3") {
		require.NotContains(t, plan, "Seq Scan", plan)
		require.NotContains(t, plan, "Sort", plan)
		require.Contains(t, plan, "members_pkey", plan)
	}
	_, _, err = s.ReadCursor(w.ctx(), 0, app, "u2", c)
	require.NoError(t, err)
	for _, plan := range w.plans(r, "rm.cursors_v3") {
		require.Contains(t, plan, "cursors_pkey", plan)
		require.NotContains(t, plan, "Filter", plan)
	}
}

// TestAListOfChannelsLooksUpWhatItJoins, also when its plan is made while
// there is little: then reading all of an app would look cheap.
func TestAListOfChannelsLooksUpWhatItJoins(t *testing.T) {
	w := newWorld(t)
	w.name("bob", "Bob")
	c := w.room(domain.Group, "team", "ann", "bob")
	w.dm("ann", "bob")
	w.send(c, "bob", "x")
	_, err := w.Channels(w.ctx(), w.now(), queries.ChannelList{App: app, User: "ann", Limit: 10})
	require.NoError(t, err)
	_, err = w.pool.Exec(w.ctx(), "ANALYZE")
	require.NoError(t, err)
	w.pool = served(t, w)
	s, r := w.traced()
	_, err = s.Channels(w.ctx(), 0, queries.ChannelList{App: app, User: "ann", Limit: 10})
	require.NoError(t, err)
	for _, plan := range w.plans(r, "rm.cursors_v3") {
		for _, lookup := range []string{
			`Scan using channel_counters_pkey on channel_counters.*\n +Index Cond: .*\(channel = `,
			`Scan using cursors_pkey on cursors.*\n +Index Cond: .*\(app = .*\(reader = `,
			`Scan using names_pkey on names.*\n +Index Cond: .*\(named = `,
		} {
			require.Regexp(t, lookup, plan)
		}
	}
}

// served is a pool with the settings of a server, under which every query
// must find its index.
func served(t *testing.T, w *world) *pgxpool.Pool {
	t.Helper()
	c := w.pool.Config()
	for _, setting := range []string{"enable_seqscan", "enable_bitmapscan", "jit"} {
		c.ConnConfig.RuntimeParams[setting] = "off"
	}
	pool, err := pgxpool.NewWithConfig(w.ctx(), c)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

package queries_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

// alive gives a node a lease of an hour, or one that is over.
func (w *world) alive(n domain.NodeID, is bool) {
	w.t.Helper()
	_, err := w.pool.Exec(w.ctx(), `
		INSERT INTO nodes (node, started_at, expires_at) VALUES ($1, now(), now() + $2 * interval '1 hour')
		ON CONFLICT (node) DO UPDATE SET expires_at = excluded.expires_at`, n, map[bool]int{true: 1, false: -1}[is])
	require.NoError(w.t, err)
}

func (w *world) enter(n domain.NodeID, c domain.ChannelID, users ...domain.UserID) {
	w.t.Helper()
	_, err := w.commands.ChangePresence(w.ctx(), commands.ChangePresence{App: app, Node: n, Channel: c, Here: domain.NewPresence(n), Enter: users})
	require.NoError(w.t, err)
	_, err = w.commands.ChangeConnections(w.ctx(), commands.ChangeConnections{
		App: app, Node: n, Here: domain.NewConnections(n), Channels: map[domain.ChannelID]domain.Gauges{c: {Connections: 2 * len(users)}},
	})
	require.NoError(w.t, err)
}

func (w *world) present(c domain.ChannelID, after domain.UserID, limit int) (users []domain.UserID) {
	w.t.Helper()
	list, in, err := w.Present(w.ctx(), w.now(), app, "ann", c, after, limit)
	require.NoError(w.t, err)
	require.Equal(w.t, domain.Standing{Exists: true, Kind: domain.Group, Role: domain.RoleOwner}, in)
	for _, m := range list {
		require.NotZero(w.t, m.Since)
		users = append(users, m.User)
	}
	return users
}

func (w *world) occupied(c domain.ChannelID) queries.Occupied {
	w.t.Helper()
	o, _, err := w.Occupancy(w.ctx(), w.now(), app, "ann", c)
	require.NoError(w.t, err)
	return o
}

func TestWhoIsPresentOnNodesThatAreAlive(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann", "Bob", "cid", "zoë")
	other := w.room(domain.Group, "other", "ann", "bob")
	w.name("cid", "Cid C.")
	for _, n := range []domain.NodeID{"a", "b"} {
		w.alive(n, true)
	}
	require.Zero(t, w.occupied(c))
	require.Empty(t, w.present(c, "", 10))
	w.enter("a", c, "zoë", "cid", "stranger")
	w.enter("b", c, "Bob", "cid")
	w.enter("b", other, "ann")
	require.Equal(t, []domain.UserID{"Bob", "cid", "zoë"}, w.present(c, "", 10), "CH-831 by user id, each once, members only")
	require.Equal(t, []domain.UserID{"cid"}, w.present(c, "Bob", 1))
	require.Empty(t, w.present(c, "zoë", 10))
	require.Equal(t, queries.Occupied{Connections: 10, PresenceMembers: 3}, w.occupied(c))
	list, _, err := w.Present(w.ctx(), 0, app, "ann", c, "Bob", 1)
	require.NoError(t, err)
	require.Equal(t, "Cid C.", list[0].DisplayName)

	among := func(users ...domain.UserID) []domain.UserID {
		got, err := w.PresentAmong(w.ctx(), w.now(), app, c, users...)
		require.NoError(t, err)
		return got
	}
	require.Equal(t, []domain.UserID{"Bob", "cid", "zoë"}, among())
	require.Equal(t, []domain.UserID{"Bob", "zoë"}, among("zoë", "ann", "Bob", "zoë", "stranger"))
	require.Empty(t, among("ann"))

	w.alive("a", false)
	require.Equal(t, []domain.UserID{"Bob", "cid"}, w.present(c, "", 10), "CH-831 not through a node that is gone")
	require.Equal(t, []domain.UserID{"Bob"}, among("zoë", "Bob"))
	require.Equal(t, queries.Occupied{Connections: 4, PresenceMembers: 2}, w.occupied(c), "CH-830")

	_, err = w.commands.RemoveMember(w.ctx(), commands.RemoveMember{By: user("ann"), Channel: c, User: "cid"})
	require.NoError(t, err)
	require.Equal(t, []domain.UserID{"Bob"}, w.present(c, "", 10))
	o, in, err := w.Occupancy(w.ctx(), 0, "desk", "ann", c)
	require.NoError(t, err)
	require.Zero(t, o)
	require.False(t, in.Exists, "another app's")
}

func TestRemainsOfNodes(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann")
	remains := func() []queries.Remains {
		list, err := w.Remains(w.ctx(), w.now())
		require.NoError(t, err)
		return list
	}
	require.Empty(t, remains())
	w.alive("b", true)
	w.enter("a", c, "ann")
	w.enter("b", c, "ann")
	w.enter("c", c, "ann", "bob")
	_, err := w.commands.ChangeConnections(w.ctx(), commands.ChangeConnections{
		App: "desk", Node: "c", Here: domain.NewConnections("c"), Channels: map[domain.ChannelID]domain.Gauges{9: {Connections: 1}},
	})
	require.NoError(t, err)
	require.Equal(t, []queries.Remains{{"a", app}, {"c", "desk"}, {"c", app}}, remains(), "a has no lease, that of c is unknown")
	w.alive("b", false)
	w.alive("a", true)
	require.Equal(t, []queries.Remains{{"b", app}, {"c", "desk"}, {"c", app}}, remains())
	for _, n := range []domain.NodeID{"b", "c"} {
		for _, a := range []domain.AppID{app, "desk"} {
			_, err := w.commands.ClearNode(w.ctx(), commands.ClearNode{App: a, Node: n, By: "a"})
			require.NoError(t, err)
		}
	}
	require.Empty(t, remains())
}

// TestPresenceFollowsIndexes, while there is little and when there is much.
func TestPresenceFollowsIndexes(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann")
	w.alive("a", true)
	w.enter("a", c, "ann")
	at := w.now()
	s, r := w.traced()
	for _, much := range []bool{false, true} {
		if much {
			for _, sql := range []string{
				`INSERT INTO nodes SELECT 'n' || n, now(), now() + interval '1 hour' FROM generate_series(1, 50) AS n`,
				`INSERT INTO rm_occupancy_v1_1.presence SELECT 'shop', c, 'u' || u, 'n' || u % 50 + 1, u, u
					FROM unnest(ARRAY[$1::bigint, 1, 2, 3]) AS c, generate_series(1, 2000) AS u`,
				`INSERT INTO rm_occupancy_v1_1.gauges SELECT 'shop', c, 'n' || n, c
					FROM generate_series(1, 2000) AS c, generate_series(1, 50) AS n WHERE $1::bigint > 0`,
				`INSERT INTO rm_directory_v3_1.members SELECT 'shop', c, 'u' || u, 'member', '', 1
					FROM unnest(ARRAY[$1::bigint, 1, 2, 3]) AS c, generate_series(1, 2000) AS u`,
			} {
				args := []any{int64(c)}
				if sql[12] == 'n' {
					args = nil
				}
				_, err := w.pool.Exec(w.ctx(), sql, args...)
				require.NoError(t, err, sql)
			}
			_, err := w.pool.Exec(w.ctx(), "ANALYZE")
			require.NoError(t, err)
		}
		for name, read := range map[string]func() error{
			"occupancy": func() error { _, _, err := s.Occupancy(w.ctx(), at, app, "ann", c); return err },
			"present":   func() error { _, _, err := s.Present(w.ctx(), at, app, "ann", c, "b", 50); return err },
			"all":       func() error { _, err := s.PresentAmong(w.ctx(), at, app, c); return err },
			"among":     func() error { _, err := s.PresentAmong(w.ctx(), at, app, c, "ann", "u7"); return err },
			"remains":   func() error { _, err := s.Remains(w.ctx(), at); return err },
		} {
			t.Run(fmt.Sprint(name, ", much: ", much), func(t *testing.T) {
				require.NoError(t, read())
				for _, plan := range w.plans(r, "public.nodes") {
					require.NotContains(t, plan, "Seq Scan", plan)
					require.NotContains(t, plan, "Bitmap", plan)
					if name == "present" {
						require.Regexp(t, `presence_pkey.*\n +Index Cond: .*\(app = .*\(channel = .*\(member > `, plan)
						require.NotContains(t, plan, "Hash", plan)
					}
				}
			})
		}
	}
}

package queries_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

var operator = domain.Actor{Kind: domain.ActorSystem, ID: "operator"}

func (w *world) app(id domain.AppID, limits *domain.Limits, keys ...string) {
	w.t.Helper()
	_, err := w.commands.CreateApp(w.ctx(), commands.CreateApp{By: operator, App: id, Limits: limits})
	require.NoError(w.t, err)
	for _, k := range keys {
		_, err := w.commands.IssueKey(w.ctx(), commands.IssueKey{
			By: operator, App: id, ID: k, Capability: map[string][]string{"rooms": {k}}, Native: k == "a",
		})
		require.NoError(w.t, err)
	}
}

func TestAppsAreListedByTheirIDs(t *testing.T) {
	w := newWorld(t)
	limits := domain.Limits{UserSends: 2.5, UserBurst: 7}
	w.app("c", nil)
	w.app("a", &domain.Limits{Off: true})
	w.app("b", &limits)
	ids := func(after domain.AppID, limit int) (ids []domain.AppID) {
		apps, err := w.Apps(w.ctx(), w.now(), after, limit)
		require.NoError(t, err)
		for _, a := range apps {
			ids = append(ids, a.ID)
		}
		return ids
	}
	require.Equal(t, []domain.AppID{"a", "b", "c"}, ids("", 10))
	require.Equal(t, []domain.AppID{"a", "b"}, ids("", 2))
	require.Equal(t, []domain.AppID{"c"}, ids("b", 2))
	require.Empty(t, ids("c", 2))

	b, found, err := w.App(w.ctx(), w.now(), "b")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, limits, b.Limits)
	require.Positive(t, b.CreatedAt)
	a, _, err := w.App(w.ctx(), w.now(), "a")
	require.NoError(t, err)
	require.True(t, a.Limits.Off)
	_, found, err = w.App(w.ctx(), w.now(), "d")
	require.NoError(t, err)
	require.False(t, found)
}

func TestKeysAreThoseOfTheirApp(t *testing.T) {
	w := newWorld(t)
	w.app("shop", nil, "b", "a", "c")
	w.app("other", nil, "z")
	w.app("empty", nil)
	rotated, err := w.commands.RotateKey(w.ctx(), commands.RotateKey{By: operator, App: "shop", Key: "a"})
	require.NoError(t, err)
	revoked, err := w.commands.RevokeKey(w.ctx(), commands.RevokeKey{By: operator, App: "shop", Key: "c"})
	require.NoError(t, err)
	keys, found, err := w.Keys(w.ctx(), w.now(), "shop", "", 10)
	require.NoError(t, err)
	require.True(t, found)
	require.Len(t, keys, 3)
	require.Equal(t, queries.Key{
		ID: "a", Version: 2, Capability: map[string][]string{"rooms": {"a"}}, Native: true, IssuedAt: rotated.Time.UnixMilli(),
	}, keys[0])
	require.False(t, keys[1].Native)
	require.Zero(t, keys[1].RevokedAt)
	require.Equal(t, revoked.Time.UnixMilli(), keys[2].RevokedAt)
	keys, _, err = w.Keys(w.ctx(), w.now(), "shop", "a", 1)
	require.NoError(t, err)
	require.Equal(t, "b", keys[0].ID)

	keys, found, err = w.Keys(w.ctx(), w.now(), "empty", "", 10)
	require.NoError(t, err)
	require.True(t, found)
	require.Empty(t, keys)
	_, found, err = w.Keys(w.ctx(), w.now(), "nobody", "", 10)
	require.NoError(t, err)
	require.False(t, found)
}

func TestAppsAndKeysFollowTheirIndexes(t *testing.T) {
	w := newWorld(t)
	w.app("shop", nil, "a")
	_, err := w.Apps(w.ctx(), w.now(), "", 1)
	require.NoError(t, err)
	_, err = w.pool.Exec(w.ctx(), `
		INSERT INTO rm_directory_v3_1.apps (app, created_at, position) SELECT 'app' || n, n, n FROM generate_series(1, 5000) AS n`)
	require.NoError(t, err)
	_, err = w.pool.Exec(w.ctx(), `
		INSERT INTO rm_directory_v3_1.keys (app, key, version, capability, native, issued_at)
		SELECT 'app' || n % 50, 'key' || n, 1, '{}', true, n FROM generate_series(1, 5000) AS n`)
	require.NoError(t, err)
	_, err = w.pool.Exec(w.ctx(), "ANALYZE")
	require.NoError(t, err)
	s, r := w.traced()
	for i, tt := range []struct {
		read        func() error
		view, index string
	}{
		{func() error { _, err := s.Apps(w.ctx(), 0, "app7", 100); return err }, "rm.apps_v3", "apps_pkey"},
		{func() error { _, _, err := s.App(w.ctx(), 0, "app7"); return err }, "rm.apps_v3", "apps_pkey"},
		{func() error { _, _, err := s.Keys(w.ctx(), 0, "app7", "k", 100); return err }, "rm.keys_v3", "keys_pkey"},
	} {
		require.NoError(t, tt.read())
		for _, plan := range w.plans(r, tt.view) {
			require.Contains(t, plan, tt.index, fmt.Sprint(i))
			require.NotContains(t, plan, "Seq Scan", plan)
			require.NotContains(t, plan, "Sort", plan)
		}
	}
}

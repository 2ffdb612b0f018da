package queries_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/queries"
)

func TestVersionsAreReadInPages(t *testing.T) {
	w := newWorld(t)
	c, other := w.room(domain.Group, "team", "ann", "bob"), w.room(domain.Group, "other", "ann")
	m, gone := w.send(c, "bob", "first"), w.send(c, "bob", "gone")
	for i, text := range []string{"second", "third"} {
		w.append(domain.MessageStream(app, c, m), "bob", domain.MessageEdited{
			Version: int64(m) + int64(i+1)*10, By: "bob", Digest: &domain.Digest{},
			Sealed: domain.Seal(domain.UserSubject("bob", 1), domain.Content{Text: text}),
		})
	}
	w.edit(c, gone, "bob", "still")
	w.delete(c, gone, "bob")
	read := func(q queries.Versions) ([]string, queries.VersionPage) {
		q.App = app
		if q.User == "" {
			q.User = "ann"
		}
		p, _, err := w.Versions(w.ctx(), w.now(), q)
		require.NoError(t, err)
		var texts []string
		for _, v := range p.Versions {
			texts = append(texts, v.Text)
		}
		return texts, p
	}
	for name, tt := range map[string]struct {
		after int64
		limit int
		want  []string
		more  bool
	}{
		"all":               {0, 5, []string{"first", "second", "third"}, false},
		"exactly all":       {0, 3, []string{"first", "second", "third"}, false},
		"one less":          {0, 2, []string{"first", "second"}, true},
		"the first":         {0, 1, []string{"first"}, true},
		"behind the first":  {int64(m), 1, []string{"second"}, true},
		"behind the second": {int64(m) + 10, 5, []string{"third"}, false},
		"in between":        {int64(m) + 11, 5, []string{"third"}, false},
		"behind the last":   {int64(m) + 20, 5, nil, false},
	} {
		t.Run("CH-318 "+name, func(t *testing.T) {
			got, p := read(queries.Versions{Channel: c, Message: m, After: tt.after, Limit: tt.limit})
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.more, p.More)
			require.True(t, p.Found)
		})
	}
	for name, q := range map[string]queries.Versions{
		"deleted":                 {Channel: c, Message: gone, Limit: 5},
		"unknown":                 {Channel: c, Message: m + 1<<40, Limit: 5},
		"of another channel":      {Channel: other, Message: m, Limit: 5},
		"nothing for an outsider": {Channel: c, Message: m, User: "eve", Limit: 5},
		"of an unknown channel":   {Channel: c + 1<<40, Message: m, Limit: 5},
	} {
		t.Run("CH-318 "+name, func(t *testing.T) {
			_, p := read(q)
			require.Equal(t, queries.VersionPage{}, p)
		})
	}
}

func TestVersionsFollowIndexes(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann")
	w.now()
	_, err := w.Channels(w.ctx(), w.now(), queries.ChannelList{App: app, User: "ann", Limit: 1})
	require.NoError(t, err)
	w.fill(c, 2000)
	_, err = w.pool.Exec(w.ctx(), `
		INSERT INTO rm_timeline_v3_1.edits (app, channel, message, version, editor, edited_at, event)
		SELECT app, channel, message, message + v, sender, sent_at, gen_random_uuid()
		FROM rm_timeline_v3_1.messages, generate_series(1, 10) AS v`)
	require.NoError(t, err)
	_, err = w.pool.Exec(w.ctx(), "ANALYZE")
	require.NoError(t, err)
	s, r := w.traced()
	p, _, err := s.Versions(w.ctx(), 0, queries.Versions{App: app, Channel: c, Message: 1001 * 4194304, User: "ann", Limit: 3})
	require.NoError(t, err)
	require.Len(t, p.Versions, 3)
	r.mu.Lock()
	noted := append([]statement(nil), r.statements...)
	r.mu.Unlock()
	for view, index := range map[string]string{"rm.messages_v3": "messages_message_key", "rm.edits_v3": "edits_pkey"} {
		r.statements = append([]statement(nil), noted...)
		for _, plan := range w.plans(r, view) {
			require.Contains(t, plan, index, plan)
			require.NotContains(t, plan, "Seq Scan", plan)
			require.NotContains(t, plan, "Sort", plan)
		}
	}
}

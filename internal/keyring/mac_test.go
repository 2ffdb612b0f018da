package keyring_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/keyring"
)

func TestSumsDependOnEverything(t *testing.T) {
	r, _ := newRing(t)
	type input struct {
		app     domain.AppID
		subject domain.Subject
		purpose string
		content string
	}
	seen := map[string]input{}
	for _, in := range []input{
		{app, user("ann"), keyring.PurposeDigest, "a"},
		{app, user("ann"), keyring.PurposeDigest, "b"},
		{app, user("ann"), keyring.PurposeOnce, "a"},
		{app, user("bob"), keyring.PurposeDigest, "a"},
		{app, domain.Subject{Kind: domain.SubjectUser, ID: "ann", Version: 2}, keyring.PurposeDigest, "a"},
		{"game", user("ann"), keyring.PurposeDigest, "a"},
	} {
		sum, err := r.MAC(t.Context(), in.app, in.subject, in.purpose, []byte(in.content))
		require.NoError(t, err)
		require.Len(t, sum, 32)
		require.NotContains(t, seen, string(sum))
		seen[string(sum)] = in
		again, err := r.MAC(t.Context(), in.app, in.subject, in.purpose, []byte(in.content))
		require.NoError(t, err)
		require.Equal(t, sum, again)
	}
	_, err := r.MAC(t.Context(), app, user("ann"), "event", nil)
	require.ErrorContains(t, err, "no purpose")
}

func TestNodesAgreeOnNaturalIDs(t *testing.T) {
	pool, file := database(t), rootFile(t)
	ids := make([]int64, 16)
	var wg sync.WaitGroup
	for i := range ids {
		r := open(t, pool, file)
		wg.Go(func() {
			var err error
			ids[i], err = r.NaturalID(t.Context(), app, 0, "dm", "ann", "bob")
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	for _, id := range ids {
		require.Equal(t, ids[0], id)
		require.Positive(t, id)
	}
}

func TestNaturalIDsDependOnEverything(t *testing.T) {
	r, _ := newRing(t)
	seen := map[int64]bool{}
	for _, in := range []struct {
		app   domain.AppID
		salt  int
		parts []string
	}{
		{app, 0, []string{"dm", "ann", "bob"}},
		{app, 1, []string{"dm", "ann", "bob"}},
		{app, 2, []string{"dm", "ann", "bob"}},
		{app, 0, []string{"dm", "annb", "ob"}},
		{app, 0, []string{"room", "ann"}},
		{"game", 0, []string{"dm", "ann", "bob"}},
	} {
		id, err := r.NaturalID(t.Context(), in.app, in.salt, in.parts...)
		require.NoError(t, err)
		require.False(t, seen[id])
		seen[id] = true
	}
	_, err := r.NaturalID(t.Context(), app, -1, "dm")
	require.Error(t, err)
	_, err = r.NaturalID(t.Context(), "no app", 0, "dm")
	require.Error(t, err)
}

package native

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/queries"
)

func TestSummariesCountUsersWhateverTheKinds(t *testing.T) {
	of := func(kind domain.ReactionKind, name string, count int64, users ...domain.UserID) queries.Reaction {
		return queries.Reaction{Kind: kind, Name: name, Count: count, Users: users}
	}
	crowd := make([]domain.UserID, queries.MaxReactors)
	for i := range crowd {
		crowd[i] = domain.UserID(fmt.Sprint("u", i))
	}
	tests := map[string]struct {
		given []queries.Reaction
		want  string
	}{
		"CH-403 one kind": {
			[]queries.Reaction{of(domain.Distinct, "x", 2, "ann", `b"b`), of(domain.Distinct, "<", 1, "cid")},
			`[{"emote_asset_id":"x","count":2,"user_ids":["ann","b\"b"]},{"emote_asset_id":"\u003c","count":1,"user_ids":["cid"]}]`,
		},
		"CH-403 a user who reacted in two ways is one": {
			[]queries.Reaction{of(domain.Distinct, "x", 2, "ann", "bob"), of(domain.Unique, "y", 1, "ann"), of(domain.Unique, "x", 2, "cid", "bob")},
			`[{"emote_asset_id":"x","count":3,"user_ids":["ann","bob","cid"]},{"emote_asset_id":"y","count":1,"user_ids":["ann"]}]`,
		},
		"CH-403 many of one user are one": {
			[]queries.Reaction{of(domain.Multiple, "x", 17, "ann", "bob")},
			`[{"emote_asset_id":"x","count":2,"user_ids":["ann","bob"]}]`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tt.want, string(appendReactions(nil, tt.given)))
		})
	}
	t.Run("CH-404 the list stays clipped, the count is the least that is certain", func(t *testing.T) {
		got := mergeReactions([]queries.Reaction{of(domain.Distinct, "x", 250, crowd...), of(domain.Unique, "x", 2, "u5", "new")})
		require.Len(t, got, 1)
		require.EqualValues(t, 250, got[0].Count)
		require.Equal(t, crowd, got[0].Users)
		got = mergeReactions([]queries.Reaction{of(domain.Distinct, "x", 100, crowd...), of(domain.Unique, "x", 2, "u5", "new")})
		require.EqualValues(t, 101, got[0].Count)
		require.Equal(t, crowd, got[0].Users)
	})
}

package queries_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

// typists are the users who type everywhere.
type typists []domain.UserID

func (x typists) Typists(domain.AppID, domain.ChannelID) []domain.UserID { return x }

func TestMembersWhoType(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann", "bob", "eve", "Zoe", "éa")
	users, in, err := w.Typing(w.ctx(), w.now(), app, "ann", c)
	require.NoError(t, err)
	require.Equal(t, domain.Standing{Exists: true, Kind: domain.Group, Role: domain.RoleOwner}, in)
	require.Empty(t, users, "nobody is known to type")

	w.WithTypists(typists{"éa", "eve", "stranger", "ann", "bob", "Zoe"})
	users, _, err = w.Typing(w.ctx(), w.now(), app, "ann", c)
	require.NoError(t, err)
	require.Equal(t, []domain.UserID{"Zoe", "bob", "eve", "éa"}, users, "CH-701 by user id, members only, without the caller")

	_, in, err = w.Typing(w.ctx(), w.now(), app, "stranger", c)
	require.NoError(t, err)
	require.Empty(t, in.Role, "CH-704")
	users, in, err = w.Typing(w.ctx(), w.now(), "other", "ann", c)
	require.NoError(t, err)
	require.False(t, in.Exists, "CH-007")
	require.Empty(t, users)
}

func TestOneMemberIsLookedUpByKey(t *testing.T) {
	w := newWorld(t)
	c := w.room(domain.Group, "team", "ann", "bob")
	s, r := w.traced()
	_, _, err := s.WithTypists(typists{"bob"}).Typing(w.ctx(), w.now(), app, "ann", c)
	require.NoError(t, err)
	for _, plan := range w.plans(r, "rm.members_v3") { // of the standing and of those who type
		require.Regexp(t, "members_pkey", plan)
		require.NotContains(t, plan, "members_joined_idx", plan)
		require.NotContains(t, plan, "Seq Scan", plan)
	}
}

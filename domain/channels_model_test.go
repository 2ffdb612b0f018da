package domain_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"parley/domain"
)

// channelModel is section 2 of the contract once more, as plainly as it can
// be said: who may do what, and what it changes.
type channelModel struct {
	exists, deleted bool
	kind            domain.ChannelKind
	owner           domain.UserID
	roles           map[domain.UserID]domain.Role

	real   *domain.Channel
	events []domain.Event
}

var people = []domain.UserID{"a", "b", "c", "d", "e"}

func (m *channelModel) open() bool    { return m.exists && !m.deleted }
func (m *channelModel) changes() bool { return m.open() && m.kind != domain.DM }

func (m *channelModel) admin(u domain.UserID) bool {
	return m.roles[u] == domain.RoleAdmin || m.roles[u] == domain.RoleOwner
}

func (m *channelModel) mayAdd(by, u domain.UserID, r domain.Role) bool {
	_, member := m.roles[u]
	if !m.changes() || member {
		return false
	}
	switch r {
	case "", domain.RoleMember:
		return m.admin(by) || by == u && m.kind == domain.Room
	case domain.RoleAdmin:
		return by == m.owner
	}
	return false
}

func (m *channelModel) mayRemove(by, u domain.UserID) bool {
	_, member := m.roles[u]
	return m.changes() && member && u != m.owner && (by == u || m.admin(by))
}

func (m *channelModel) mayChange(by, u domain.UserID, r domain.Role) bool {
	_, member := m.roles[u]
	valid := r == domain.RoleMember || r == domain.RoleAdmin || r == domain.RoleOwner
	return m.changes() && by == m.owner && valid && member && (u != by || r == domain.RoleOwner)
}

// record folds what a rule answered; it must have been allowed exactly when
// the model allows it.
func (m *channelModel) record(t *rapid.T, allowed bool, got []domain.Event, err error) {
	if allowed {
		require.NoError(t, err)
	} else {
		var refusal *domain.Error
		require.ErrorAs(t, err, &refusal)
		require.Empty(t, got)
	}
	foldAfter(m.real, len(m.events), got...)
	m.events = append(m.events, got...)
}

func (m *channelModel) create(t *rapid.T) {
	if m.exists {
		t.Skip("exists")
	}
	by := rapid.SampledFrom(people).Draw(t, "by")
	m.kind = rapid.SampledFrom([]domain.ChannelKind{domain.DM, domain.Group, domain.Room}).Draw(t, "kind")
	m.exists = true
	if m.kind != domain.DM {
		m.owner, m.roles[by] = by, domain.RoleOwner
		m.record(t, true, domain.CreateNamed(7, m.kind, by, "Books"), nil)
		return
	}
	others := slices.DeleteFunc(slices.Clone(people), func(u domain.UserID) bool { return u == by })
	other := rapid.SampledFrom(others).Draw(t, "other")
	m.roles[by], m.roles[other] = domain.RoleMember, domain.RoleMember
	got, existing := m.real.CreateDM(by, other, domain.PairKey(by, other))
	require.False(t, existing)
	m.record(t, true, got, nil)
}

// check compares the state with the model and holds the laws of each kind.
func (m *channelModel) check(t *rapid.T) {
	owners := 0
	for _, u := range people {
		require.Equal(t, domain.Standing{Exists: m.open(), Kind: m.kind, Role: m.roles[u]}, m.real.Standing(user(u)))
		if m.roles[u] == domain.RoleOwner {
			owners++
		}
	}
	require.Equal(t, m.open(), m.real.Exists())
	require.Equal(t, m.owner, m.real.Owner())
	switch {
	case !m.exists:
		require.Empty(t, m.roles)
	case m.kind == domain.DM:
		require.Len(t, m.roles, 2, "a dm has two members for ever")
		require.Zero(t, owners)
		for u := range m.roles {
			require.Equal(t, domain.RoleMember, m.roles[m.real.Peer(u)])
			require.NotEqual(t, u, m.real.Peer(u))
		}
	default:
		require.Equal(t, 1, owners)
		require.Equal(t, domain.RoleOwner, m.real.Standing(user(m.real.Owner())).Role)
	}
	require.Equal(t, fold(domain.NewChannel(), m.events...), m.real, "folding anew gives the same")
}

func TestChannelKeepsToItsModel(t *testing.T) {
	someone := rapid.SampledFrom(people)
	role := rapid.SampledFrom([]domain.Role{"", domain.RoleMember, domain.RoleAdmin, domain.RoleOwner, "king"})
	rapid.Check(t, func(t *rapid.T) {
		m := &channelModel{roles: map[domain.UserID]domain.Role{}, real: domain.NewChannel()}
		add := func(t *rapid.T) {
			by, u, r := someone.Draw(t, "by"), someone.Draw(t, "user"), role.Draw(t, "role")
			got, err := m.real.Add(user(by), domain.AddMember{User: u, Role: r})
			allowed := m.mayAdd(by, u, r)
			m.record(t, allowed, got, err)
			if allowed {
				m.roles[u] = cmp.Or(r, domain.RoleMember)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"":       m.check,
			"create": m.create,
			"add":    add,
			"join": func(t *rapid.T) {
				u := someone.Draw(t, "user")
				allowed := m.mayAdd(u, u, "")
				got, err := m.real.Add(user(u), domain.AddMember{User: u})
				m.record(t, allowed, got, err)
				if allowed {
					m.roles[u] = domain.RoleMember
				}
			},
			"remove": func(t *rapid.T) {
				by, u := someone.Draw(t, "by"), someone.Draw(t, "user")
				allowed := m.mayRemove(by, u)
				got, err := m.real.Remove(user(by), u, nil)
				m.record(t, allowed, got, err)
				if allowed {
					delete(m.roles, u)
				}
			},
			"change role": func(t *rapid.T) {
				by, u, r := someone.Draw(t, "by"), someone.Draw(t, "user"), role.Draw(t, "role")
				allowed, same := m.mayChange(by, u, r), m.roles[u] == r
				got, err := m.real.ChangeRole(user(by), u, r, nil)
				require.Equal(t, allowed && !same, len(got) == 1)
				m.record(t, allowed, got, err)
				if allowed && !same {
					m.roles[u] = r
					if r == domain.RoleOwner {
						m.roles[m.owner], m.owner = domain.RoleAdmin, u
					}
				}
			},
			"rename": func(t *rapid.T) {
				by := someone.Draw(t, "by")
				got, err := m.real.Rename(user(by), 7, "Films", nil)
				m.record(t, m.changes() && m.admin(by), got, err)
			},
			"send": func(t *rapid.T) {
				by, blocked := someone.Draw(t, "by"), rapid.Bool().Draw(t, "blocked")
				_, err := m.real.Send(user(by), domain.SendMessage{Content: domain.Content{Text: "hi"}, Blocked: blocked})
				_, member := m.roles[by]
				require.Equal(t, m.open() && member && (!blocked || m.kind != domain.DM), err == nil)
			},
			"delete": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "seldom") > 0 {
					t.Skip()
				}
				by := someone.Draw(t, "by")
				allowed := m.changes() && by == m.owner
				got, err := m.real.Delete(user(by), nil)
				m.record(t, allowed, got, err)
				m.deleted = m.deleted || allowed
			},
		})
	})
}

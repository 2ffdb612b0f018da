package projections_test

import (
	"testing"

	"parley/domain"
)

// TestTimelineOfReaders: what lists say of the user beside how far it has read.
func TestTimelineOfReaders(t *testing.T) {
	const readers = "SELECT reader, role, hidden, other, read_seq FROM {t}.cursors ORDER BY channel, reader"
	play(t, map[string]scene{
		"roles": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob", "cid"))
				j.channel(7, "ann", domain.MemberRoleChanged{User: "cid", Role: domain.RoleAdmin, By: "ann"})
				j.channel(7, "ann", domain.OwnershipTransferred{From: "ann", To: "bob", By: "ann"})
			},
			from: readers,
			rows: []string{"ann|admin|0||0", "bob|owner|0||0", "cid|admin|0||0"},
		},
		"the other one of a dm": {
			given: func(j *journal) {
				key := domain.PairKey("ann", "bob")
				j.channel(7, "ann", domain.ChannelCreated{Kind: domain.DM, Natural: &key, Members: []domain.FirstMember{
					{User: "ann", Role: domain.RoleMember}, {User: "bob", Role: domain.RoleMember, Inviter: "ann"},
				}})
			},
			from: readers,
			rows: []string{"ann|member|0|bob|0", "bob|member|0|ann|0"},
		},
		"hidden, read, hidden again, shown": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob"))
				j.send(7, 10, "ann")
				j.user("ann", domain.ChannelHidden{Channel: 7})
				j.user("bob", domain.ChannelHidden{Channel: 7})
				j.read(7, "bob", 10)
				j.user("bob", domain.ChannelHidden{Channel: 7})
				j.user("ann", domain.ChannelShown{Channel: 7})
			},
			from: readers,
			rows: []string{"ann|owner|0||1", "bob|member|6||1"},
		},
		"a role changes and sending moves": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob"))
				j.channel(7, "ann", domain.MemberRoleChanged{User: "bob", Role: domain.RoleAdmin, By: "ann"})
				j.send(7, 10, "bob")
			},
			from: readers,
			rows: []string{"ann|owner|0||0", "bob|admin|0||1"},
		},
		"hidden, then away, then back": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob"))
				j.user("bob", domain.ChannelHidden{Channel: 7})
				j.channel(7, "ann", domain.MemberRemoved{User: "bob", By: "ann"})
				j.user("bob", domain.ChannelShown{Channel: 7})
				j.channel(7, "ann", domain.MemberAdded{User: "bob", Role: domain.RoleAdmin, Inviter: "ann"})
				j.user("bob", domain.ChannelHidden{Channel: 7})
			},
			from: readers,
			rows: []string{"ann|owner|0||0", "bob|admin|6||0"},
		},
		"away for good, whatever follows": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob"))
				j.channel(7, "ann", domain.MemberRemoved{User: "bob", By: "ann"})
				j.user("bob", domain.ChannelHidden{Channel: 7})
				j.channel(7, "ann", domain.MemberRoleChanged{User: "bob", Role: domain.RoleAdmin, By: "ann"})
			},
			from: readers,
			rows: []string{"ann|owner|0||0"},
		},
		"who writes without being a member has no role": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann"))
				j.send(7, 10, "dan")
			},
			from: readers,
			rows: []string{"ann|owner|0||0", "dan||0||1"},
		},
	})
}

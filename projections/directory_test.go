package projections_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

// scene is a history, the query that looks at what it came to, and the rows.
type scene struct {
	given func(j *journal)
	from  string // query; {d}, {t} and {o} are the schemas of directory, timeline and occupancy
	rows  []string
}

// play applies the history of each scene in one batch and event by event.
func play(t *testing.T, scenes map[string]scene) {
	pool := database(t)
	m := newModel(t, pool, "m")
	for name, s := range scenes {
		t.Run(name, func(t *testing.T) {
			j := newJournal(t)
			s.given(j)
			events := all(t, j.log)
			sql := strings.NewReplacer("{d}", "m_directory", "{t}", "m_timeline", "{o}", "m_occupancy").Replace(s.from)
			m.clear(t)
			m.apply(t, events)
			require.Equal(t, s.rows, rows(t, pool, sql), "one batch")
			whole := m.dump(t)
			m.clear(t)
			for i := range events {
				m.apply(t, events[i:i+1])
			}
			require.Equal(t, s.rows, rows(t, pool, sql), "event by event")
			same(t, whole, m.dump(t))
		})
	}
}

const (
	channelRows = "SELECT channel, kind, owner, pair, natural_name, created_at, deleted, convert_from(sealed, 'UTF8'), position FROM {d}.channels ORDER BY channel"
	memberRows  = "SELECT member, role, inviter, joined_at FROM {d}.members ORDER BY channel, member"
)

func TestDirectoryOfChannels(t *testing.T) {
	play(t, map[string]scene{
		"group created": {
			given: func(j *journal) { j.channel(7, "ann", group("ann", "bob")) },
			from:  channelRows,
			rows:  []string{"7|group|ann|-|-|" + at(1) + `|false|sealed:{"name":"team"}|1`},
		},
		"dm created": {
			given: func(j *journal) {
				key := domain.PairKey("zoë", `o"b`)
				j.channel(8, "zoë", domain.ChannelCreated{Kind: domain.DM, Natural: &key})
			},
			from: channelRows,
			rows: []string{`8|dm||["o\"b","zoë"]|-|` + at(1) + "|false|-|1"},
		},
		"room addressed by its name": {
			given: func(j *journal) {
				j.channel(9, "", domain.ChannelCreated{Kind: domain.Stream, Natural: &domain.NaturalKey{Name: "news"}})
			},
			from: channelRows,
			rows: []string{"9|stream||-|news|" + at(1) + "|false|-|1"},
		},
		"renamed, the position stays that of the creation": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann"))
				j.channel(7, "ann", domain.ChannelRenamed{By: "ann", Sealed: domain.Seal(domain.Subject{}, domain.ChannelProfile{Name: "crew"})})
			},
			from: channelRows,
			rows: []string{"7|group|ann|-|-|" + at(1) + `|false|sealed:{"name":"crew"}|1`},
		},
		"deleted": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann"))
				j.channel(7, "ann", domain.ChannelDeleted{By: "ann"})
			},
			from: "SELECT channel, deleted FROM {d}.channels",
			rows: []string{"7|true"},
		},
		"handed over": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob", "cid"))
				j.channel(7, "ann", domain.OwnershipTransferred{From: "ann", To: "bob", By: "ann"})
			},
			from: "SELECT c.owner, m.member, m.role FROM {d}.channels c JOIN {d}.members m USING (app, channel) ORDER BY m.member",
			rows: []string{"bob|ann|admin", "bob|bob|owner", "bob|cid|member"},
		},
		"an event of a later version": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann"), domain.Unknown{Name: "ChannelPainted", V: 3})
			},
			from: "SELECT channel, deleted FROM {d}.channels",
			rows: []string{"7|false"},
		},
	})
}

func TestDirectoryOfMembers(t *testing.T) {
	play(t, map[string]scene{
		"first members": {
			given: func(j *journal) { j.channel(7, "ann", group("ann", "bob")) },
			from:  memberRows,
			rows:  []string{"ann|owner||" + at(1), "bob|member|ann|" + at(1)},
		},
		"added and joined": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann"))
				j.channel(7, "ann", domain.MemberAdded{User: "bob", Role: domain.RoleAdmin, Inviter: "ann"})
				j.channel(7, "cid", domain.MemberAdded{User: "cid", Role: domain.RoleMember})
			},
			from: memberRows,
			rows: []string{"ann|owner||" + at(1), "bob|admin|ann|" + at(2), "cid|member||" + at(3)},
		},
		"removed and added again": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob"))
				j.channel(7, "ann", domain.MemberRemoved{User: "bob", By: "ann"})
				j.channel(7, "ann", domain.MemberAdded{User: "bob", Role: domain.RoleAdmin, Inviter: "ann"})
				j.channel(7, "ann", domain.MemberRoleChanged{User: "bob", Role: domain.RoleMember, By: "ann"})
			},
			from: memberRows,
			rows: []string{"ann|owner||" + at(1), "bob|member|ann|" + at(3)},
		},
		"removed": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob"))
				j.channel(7, "bob", domain.MemberRemoved{User: "bob", By: "bob"})
			},
			from: memberRows,
			rows: []string{"ann|owner||" + at(1)},
		},
	})
}

func named(name string) domain.UserNamed {
	return domain.UserNamed{
		Issued: 1, Digest: &domain.Digest{Of: []byte(name)}, Sealed: domain.Seal(domain.Subject{}, domain.Profile{Name: name}),
	}
}

func TestDirectoryOfUsers(t *testing.T) {
	const names = "SELECT named, convert_from(sealed, 'UTF8') FROM {d}.names ORDER BY named"
	play(t, map[string]scene{
		"named twice": {
			given: func(j *journal) { j.user("ann", named("Ann")); j.user("ann", named("Annie")) },
			from:  names,
			rows:  []string{`ann|sealed:{"name":"Annie"}`},
		},
		"erased": {
			given: func(j *journal) {
				j.user("ann", named("Ann"))
				j.user("bob", named("Bob"))
				j.user("ann", domain.UserErased{})
			},
			from: names + "",
			rows: []string{`bob|sealed:{"name":"Bob"}`},
		},
		"erased twice counts the later": {
			given: func(j *journal) { j.user("ann", domain.UserErased{}, domain.UserErased{}) },
			from:  "SELECT d.erased, d.position, t.position FROM {d}.erased d JOIN {t}.erased t USING (app, erased)",
			rows:  []string{"ann|2|2"},
		},
		"erased and named anew": {
			given: func(j *journal) { j.user("ann", named("Ann"), domain.UserErased{}, named("Nobody")) },
			from:  names,
			rows:  []string{`ann|sealed:{"name":"Nobody"}`},
		},
		"blocks": {
			given: func(j *journal) {
				j.user("ann", domain.UserBlocked{User: "bob"}, domain.UserBlocked{User: "cid"})
				j.user("ann", domain.UserUnblocked{User: "bob"})
			},
			from: "SELECT blocker, blocked, created_at, position FROM {d}.blocks",
			rows: []string{"ann|cid|" + at(1) + "|2"},
		},
	})
}

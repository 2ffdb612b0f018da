package projections_test

import (
	"testing"

	"parley/domain"
)

// TestTimelineOfProfiles: what lists show of a channel beside its numbers.
func TestTimelineOfProfiles(t *testing.T) {
	const profiles = `
		SELECT channel, kind, owner, created_at, deleted, convert_from(sealed, 'UTF8'), last_seq, last_message
		FROM {t}.channel_counters ORDER BY channel`
	named := func(name string) *domain.Secret {
		return domain.Seal(domain.Subject{}, domain.ChannelProfile{Name: name})
	}
	play(t, map[string]scene{
		"created": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob"))
				j.send(7, 10, "bob")
			},
			from: profiles,
			rows: []string{"7|group|ann|" + at(1) + `|false|sealed:{"name":"team"}|2|10`},
		},
		"renamed twice, handed over, deleted": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob"))
				j.channel(7, "ann", domain.ChannelRenamed{By: "ann", Sealed: named("crew")})
				j.channel(7, "ann", domain.ChannelRenamed{By: "ann", Sealed: named("gang")})
				j.channel(7, "ann", domain.OwnershipTransferred{From: "ann", To: "bob", By: "ann"})
				j.channel(7, "bob", domain.ChannelDeleted{By: "bob"})
			},
			from: profiles,
			rows: []string{"7|group|bob|" + at(1) + `|true|sealed:{"name":"gang"}|5|0`},
		},
		"handed over, the name stays": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob"))
				j.channel(7, "ann", domain.OwnershipTransferred{From: "ann", To: "bob", By: "ann"})
			},
			from: profiles,
			rows: []string{"7|group|bob|" + at(1) + `|false|sealed:{"name":"team"}|2|0`},
		},
		"a dm has no name": {
			given: func(j *journal) {
				key := domain.PairKey("ann", "bob")
				j.channel(8, "ann", domain.ChannelCreated{Kind: domain.DM, Natural: &key})
			},
			from: profiles,
			rows: []string{"8|dm||" + at(1) + "|false|-|1|0"},
		},
	})
}

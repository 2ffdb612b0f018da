package projections_test

import (
	"testing"

	"parley/domain"
)

const cursorRows = "SELECT reader, read_seq, read_message, updated_at FROM {t}.cursors ORDER BY channel, reader"

func TestTimelineOfCursors(t *testing.T) {
	play(t, map[string]scene{
		"creation starts at nothing": {
			given: func(j *journal) { j.channel(7, "ann", group("ann", "bob")) },
			from:  cursorRows,
			rows:  []string{"ann|0|0|" + at(1), "bob|0|0|" + at(1)},
		},
		"both users of a dm start at nothing": {
			given: func(j *journal) {
				key := domain.PairKey("ann", "bob")
				j.channel(7, "ann", domain.ChannelCreated{Kind: domain.DM, Natural: &key, Members: []domain.FirstMember{
					{User: "ann", Role: domain.RoleMember}, {User: "bob", Role: domain.RoleMember, Inviter: "ann"},
				}})
				j.send(7, 10, "ann")
			},
			from: cursorRows,
			rows: []string{"ann|1|10|" + at(2), "bob|0|0|" + at(1)},
		},
		"sending moves one's own": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob"))
				j.send(7, 10, "ann")
				j.send(7, 11, "bob")
				j.send(7, 12, "bob")
			},
			from: cursorRows,
			rows: []string{"ann|1|10|" + at(2), "bob|3|12|" + at(4)},
		},
		"added at the newest message": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann"))
				j.send(7, 10, "ann")
				j.channel(7, "ann", domain.MemberAdded{User: "bob", Role: domain.RoleMember, Inviter: "ann"})
				j.send(7, 11, "ann")
			},
			from: cursorRows,
			rows: []string{"ann|2|11|" + at(4), "bob|1|10|" + at(3)},
		},
		"removed": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob"))
				j.send(7, 10, "bob")
				j.channel(7, "ann", domain.MemberRemoved{User: "bob", By: "ann"})
			},
			from: cursorRows,
			rows: []string{"ann|0|0|" + at(1)},
		},
		"added again at the newest, even back from farther": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob"))
				j.send(7, 10, "bob")
				j.channel(7, "ann", domain.MemberRemoved{User: "bob", By: "ann"})
				j.send(7, 11, "ann")
				j.channel(7, "ann", domain.MemberAdded{User: "bob", Role: domain.RoleMember})
				j.send(7, 12, "ann")
			},
			from: cursorRows,
			rows: []string{"ann|3|12|" + at(6), "bob|2|11|" + at(5)},
		},
		"reading moves forward only": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob"))
				j.send(7, 10, "ann")
				j.send(7, 11, "ann")
				j.read(7, "bob", 11)
				j.read(7, "bob", 10)
				j.read(7, "bob", 11)
			},
			from: cursorRows,
			rows: []string{"ann|2|11|" + at(3), "bob|2|11|" + at(4)},
		},
		"reading up to a deleted message": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob"))
				j.send(7, 10, "ann")
				j.send(7, 11, "ann")
				j.message(7, 11, "ann", domain.MessageDeleted{Version: 20, By: "ann"})
				j.read(7, "bob", 11)
			},
			from: cursorRows,
			rows: []string{"ann|2|11|" + at(3), "bob|2|11|" + at(5)},
		},
		"reading what is no message of the channel": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob"))
				j.send(8, 10, "ann")
				j.read(7, "bob", 10)
				j.read(7, "bob", 99)
			},
			from: "SELECT reader, read_seq FROM {t}.cursors WHERE channel = 7 ORDER BY reader",
			rows: []string{"ann|0", "bob|0"},
		},
		"the newest reading that retention left": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob"))
				j.send(7, 10, "ann")
				j.on(domain.ReadsStream("shop", 7, "bob"), "bob", domain.Unknown{Name: "Emptied"})
				j.read(7, "bob", 10)
			},
			from: cursorRows,
			rows: []string{"ann|1|10|" + at(2), "bob|1|10|" + at(4)},
		},
	})
}

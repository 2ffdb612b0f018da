package projections_test

import (
	"testing"

	"parley/domain"
)

func TestOccupancy(t *testing.T) {
	const present = "SELECT channel, member, node, since, position FROM {o}.presence ORDER BY 1, 2, 3"
	const gauges = "SELECT app, channel, node, connections FROM {o}.gauges ORDER BY 1, 2, 3"
	on := func(j *journal, events ...domain.Event) {
		for _, e := range events {
			j.on(domain.PresenceStream(j.app, 7), "", e)
		}
	}
	ofNode := func(j *journal, n domain.NodeID, e domain.Event) { j.on(domain.NodeStream(j.app, n), "", e) }
	figures := func(n domain.NodeID, seven, eight int) domain.Event {
		return domain.ConnectionsChanged{Node: n, Channels: map[domain.ChannelID]domain.Gauges{7: {Connections: seven}, 8: {Connections: eight}}}
	}
	entered := func(u domain.UserID, n domain.NodeID) domain.Event { return domain.PresenceEntered{User: u, Node: n} }
	left := func(u domain.UserID, n domain.NodeID) domain.Event { return domain.PresenceLeft{User: u, Node: n} }
	play(t, map[string]scene{
		"entered through two nodes, the first time counts": {
			given: func(j *journal) { on(j, entered("ann", "a"), entered("ann", "b"), entered("ann", "a")) },
			from:  present, rows: []string{"7|ann|a|" + at(1) + "|1", "7|ann|b|" + at(2) + "|2"},
		},
		"left one of them, and what nobody entered": {
			given: func(j *journal) {
				on(j, entered("ann", "a"), entered("ann", "b"), left("ann", "a"), left("bob", "a"), domain.Unknown{Name: "PresenceUpdated"})
			},
			from: present, rows: []string{"7|ann|b|" + at(2) + "|2"},
		},
		"left and came back": {
			given: func(j *journal) { on(j, entered("ann", "a"), left("ann", "a"), entered("ann", "a")) },
			from:  present, rows: []string{"7|ann|a|" + at(3) + "|3"},
		},
		"figures as last said": {
			given: func(j *journal) {
				ofNode(j, "a", figures("a", 2, 1))
				ofNode(j, "b", figures("b", 5, 0))
				ofNode(j, "a", figures("a", 3, 0))
			},
			from: gauges, rows: []string{"shop|7|a|3", "shop|7|b|5"},
		},
		"a node that ended took with it what was its own, in that app": {
			given: func(j *journal) {
				on(j, entered("ann", "a"), entered("bob", "b"))
				ofNode(j, "a", figures("a", 1, 1))
				j.app = "desk"
				ofNode(j, "a", figures("a", 1, 0))
				j.app = "shop"
				ofNode(j, "b", figures("b", 1, 0))
				ofNode(j, "a", domain.NodeCleared{Node: "a"})
			},
			from: "SELECT * FROM (" + gauges + ") AS g, (SELECT string_agg(member, ',') FROM {o}.presence) AS p",
			rows: []string{"desk|7|a|1|bob", "shop|7|b|1|bob"},
		},
		"who enters after the clearing is there": {
			given: func(j *journal) {
				on(j, entered("ann", "a"))
				ofNode(j, "a", domain.NodeCleared{Node: "a"})
				on(j, entered("ann", "a"))
			},
			from: present, rows: []string{"7|ann|a|" + at(3) + "|3"},
		},
		"nothing of it is in the timeline": {
			given: func(j *journal) { on(j, entered("ann", "a"), left("ann", "a")) },
			from:  "SELECT (SELECT count(*) FROM {t}.channel_log), (SELECT count(*) FROM {t}.channel_counters)", rows: []string{"0|0"},
		},
	})
}

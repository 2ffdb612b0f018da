package projections_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/eventstore"
)

func TestTimelineNumbersEveryEventOfAChannel(t *testing.T) {
	const counters = "SELECT channel, last_seq, last_msg_seq, last_message, last_message_at, last_deleted_seq FROM {t}.channel_counters ORDER BY channel"
	react := domain.ReactionAdded{Kind: domain.Distinct, Name: "👍", Count: 1, Ref: 40, By: "bob"}
	play(t, map[string]scene{
		"each type with what it is about": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann", "bob"))
				j.channel(7, "ann", domain.MemberAdded{User: "cid", Role: domain.RoleMember, Inviter: "ann"})
				j.send(7, 10, "bob")
				j.user("bob", named("Bob"))
				j.message(7, 10, "bob", edited(20, "bob"))
				j.read(7, "cid", 10)
				j.message(7, 10, "bob", react)
				j.message(7, 10, "bob", domain.ReactionRemoved{Kind: domain.Distinct, Name: "👍", Ref: 50, By: "bob"})
				j.message(7, 10, "bob", domain.MessageDeleted{Version: 60, By: "bob"})
				j.channel(7, "ann", domain.MemberRoleChanged{User: "cid", Role: domain.RoleAdmin, By: "ann"})
				j.channel(7, "ann", domain.OwnershipTransferred{From: "ann", To: "bob", By: "ann"})
				j.channel(7, "bob", domain.MemberRemoved{User: "ann", By: "bob"})
			},
			from: "SELECT seq, position, type, message, actor, subject, count, at FROM {t}.channel_log ORDER BY seq",
			rows: []string{
				"1|1|ChannelCreated|0|ann||0|" + at(1),
				"2|2|MemberAdded|0|ann|cid|0|" + at(2),
				"3|3|MessageSent|10|bob||0|" + at(3),
				"4|5|MessageEdited|10|bob||0|" + at(5),
				"5|7|ReactionAdded|10|bob|👍|1|" + at(7),
				"6|8|ReactionRemoved|10|bob|👍|0|" + at(8),
				"7|9|MessageDeleted|10|bob||0|" + at(9),
				"8|10|MemberRoleChanged|0|ann|cid|0|" + at(10),
				"9|11|OwnershipTransferred|0|ann|bob|0|" + at(11),
				"10|12|MemberRemoved|0|bob|ann|0|" + at(12),
			},
		},
		"types of later versions are numbered as well": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann"))
				j.channel(7, "ann", domain.Unknown{Name: "ChannelPainted", V: 1})
				j.message(7, 10, "ann", said("ann"), domain.Unknown{Name: "MessagePinned", V: 2})
				j.channel(8, "ann", domain.Unknown{Name: "ChannelFound", V: 1})
				j.send(7, 11, "ann")
			},
			from: "SELECT channel, seq, type, message FROM {t}.channel_log ORDER BY channel, seq",
			rows: []string{
				"7|1|ChannelCreated|0", "7|2|ChannelPainted|0", "7|3|MessageSent|10", "7|4|MessagePinned|10", "7|5|MessageSent|11",
				"8|1|ChannelFound|0",
			},
		},
		"how far times are out of order": {
			given: func(j *journal) {
				for i, seconds := range []int{0, 5, 3, 4, 9, 7, 10} {
					j.now = epoch.Add(time.Duration(seconds) * time.Second)
					j.send(7, domain.MessageID(10+i), "ann")
				}
				j.now = epoch.Add(-time.Hour)
				j.send(8, 20, "ann")
				j.send(8, 21, "ann")
			},
			from: "SELECT channel, max_sent_at, disorder FROM {t}.channel_counters ORDER BY channel",
			rows: []string{"7|" + at(11) + "|2000", "8|" + at(-3600+2) + "|0"},
		},
		"counters": {
			given: func(j *journal) {
				j.channel(7, "ann", group("ann"))
				j.send(7, 10, "ann")
				j.send(7, 11, "ann")
				j.send(7, 12, "ann")
				j.message(7, 11, "ann", domain.MessageDeleted{Version: 20, By: "ann"})
				j.message(7, 10, "ann", domain.MessageDeleted{Version: 21, By: "ann"})
				j.send(8, 13, "ann")
			},
			from: counters,
			rows: []string{"7|6|3|12|" + at(4) + "|2", "8|1|1|13|" + at(7) + "|0"},
		},
	})
}

// TestEventsThatAreNoConcernChangeNothing has events that retention emptied,
// on streams that are known and on ones that no code here knows.
func TestEventsThatAreNoConcernChangeNothing(t *testing.T) {
	pool := database(t)
	j := newJournal(t)
	j.channel(7, "ann", group("ann", "bob"))
	j.send(7, 10, "ann")
	want := fresh(t, pool, j.log)
	emptied := &emptying{Log: j.log}
	for _, stream := range []string{"reads-shop.7.bob", "presence-shop.7", "presence-shop.node-a", "reads-shop.8.bob", "later-shop.7"} {
		_, err := j.log.Append(t.Context(), eventstore.Write{Stream: stream, Expected: eventstore.Any, Events: []eventstore.NewEvent{
			{ID: uuid.New(), Type: "Gone", V: 1, Data: []byte("{}")},
		}})
		require.NoError(t, err)
	}
	run := start(t, config(emptied, pool))
	run.reach()
	same(t, want, liveDump(t, pool))
	for _, s := range run.Status() {
		require.Nil(t, s.Stopped)
		require.EqualValues(t, 7, s.Position)
	}
}

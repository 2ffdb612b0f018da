package irc_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/irc"
)

// given are entries of one room in short: type, user, text.
func entry(n int64, typ, user, text string, replies ...int64) irc.Entry {
	return irc.Entry{N: n, TS: 1000 + n, Room: "lobby", Type: typ, User: user, Text: text, ReplyTo: replies}
}

func TestWhatEntriesMean(t *testing.T) {
	tests := map[string]struct {
		given []irc.Entry
		then  []string // commands: op, user, n, text and references
		count irc.Counts
	}{
		"a speaker who is not present is added first": {
			given: []irc.Entry{entry(1, "message", "ann", "hi")},
			then:  []string{"add_member ann 1", `send ann 1 "hi" []`}, count: irc.Counts{Messages: 1},
		},
		"once": {
			given: []irc.Entry{entry(1, "message", "ann", "hi"), entry(2, "action", "ann", "waves")},
			then:  []string{"add_member ann 1", `send ann 1 "hi" []`, `send action ann 2 "waves" []`},
			count: irc.Counts{Messages: 1, Actions: 1},
		},
		"blank text is empty and adds nobody": {
			given: []irc.Entry{entry(1, "message", "ann", " \t"), entry(2, "action", "ann", "")}, count: irc.Counts{Empty: 2},
		},
		"a join of a member is no event": {
			given: []irc.Entry{entry(1, "join", "ann", ""), entry(2, "join", "ann", "")},
			then:  []string{"add_member ann 1"}, count: irc.Counts{Joins: 1, Present: 1},
		},
		"a leave of a non-member is no event": {
			given: []irc.Entry{entry(1, "leave", "ann", ""), entry(2, "join", "ann", ""), entry(3, "leave", "ann", ""), entry(4, "leave", "ann", "")},
			then:  []string{"add_member ann 2", "remove_member ann 3"}, count: irc.Counts{Joins: 1, Leaves: 1, Absent: 2},
		},
		"a nick change: the old name leaves, the new one joins": {
			given: []irc.Entry{entry(1, "join", "ann", ""), entry(2, "nick", "ann", "anna"), entry(3, "message", "anna", "hi")},
			then:  []string{"add_member ann 1", "remove_member ann 2", "add_member anna 2", `send anna 3 "hi" []`},
			count: irc.Counts{Joins: 1, Nicks: 1, Messages: 1},
		},
		"of one who is not present": {
			given: []irc.Entry{entry(1, "nick", "ann", "anna")}, then: []string{"add_member anna 1"}, count: irc.Counts{Nicks: 1},
		},
		"to one who is present": {
			given: []irc.Entry{entry(1, "join", "ann", ""), entry(2, "join", "anna", ""), entry(3, "nick", "ann", "anna")},
			then:  []string{"add_member ann 1", "add_member anna 2", "remove_member ann 3"}, count: irc.Counts{Joins: 2, Nicks: 1},
		},
		"to the same": {
			given: []irc.Entry{entry(1, "join", "ann", ""), entry(2, "nick", "ann", "ann")},
			then:  []string{"add_member ann 1"}, count: irc.Counts{Joins: 1, Nicks: 1},
		},
		"answers refer to messages only, to each once": {
			given: []irc.Entry{
				entry(1, "join", "ann", ""), entry(2, "message", "ann", "hi"), entry(3, "message", "ann", ""),
				entry(4, "message", "ann", "so", 1, 2, 3, 2, 9, 4),
			},
			then:  []string{"add_member ann 1", `send ann 2 "hi" []`, `send ann 4 "so" [2]`},
			count: irc.Counts{Joins: 1, Messages: 2, Empty: 1},
		},
		"the owner of the rooms is present and stays": {
			given: []irc.Entry{
				entry(1, "message", "import", "hi"), entry(2, "leave", "import", ""), entry(3, "join", "import", ""),
				entry(4, "nick", "import", "ann"),
			},
			then:  []string{`send import 1 "hi" []`, "add_member ann 4"},
			count: irc.Counts{Messages: 1, Absent: 1, Present: 1, Nicks: 1},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := irc.NewMapper("log", "import")
			var got []string
			for i, e := range tt.given {
				for _, c := range m.Map(e) {
					if c.Op == "create_channel" {
						require.Zero(t, i, "a room is made at its first sight")
						require.Equal(t, []string{"import", "room", "lobby"}, []string{c.As, c.Type, c.Name})
						continue
					}
					require.Equal(t, e.TS, c.Time)
					require.NotNil(t, c.ChannelOf)
					got = append(got, short(c))
				}
			}
			require.Equal(t, tt.then, got)
			require.Equal(t, len(tt.given), m.Entries(), "the counts add up")
			want := tt.count
			want.Rooms, want.Added, want.Commands, want.References = 1, m.Added, m.Counts.Commands, m.References
			require.Equal(t, want, m.Counts)
		})
	}
}

func short(c irc.Command) string {
	if c.Op != "send" {
		return fmt.Sprint(c.Op, " ", c.User, " ", c.N)
	}
	refs := []int64{}
	for _, r := range c.RefsOf {
		refs = append(refs, r.N)
	}
	kind := ""
	if c.Kind != "" {
		kind = c.Kind + " "
	}
	return fmt.Sprintf("send %s%s %d %q %v", kind, c.As, c.N, c.Body, refs)
}

func TestRoomsAreApart(t *testing.T) {
	m := irc.NewMapper("log", "import")
	first, other := entry(1, "message", "ann", "hi"), entry(2, "message", "ann", "ho", 1)
	other.Room = "hall"
	a, b := m.Map(first), m.Map(other)
	require.Len(t, a, 3)
	require.Len(t, b, 3, "who is in one room is not in another")
	require.NotEqual(t, a[0].Origin, b[0].Origin)
	require.Empty(t, b[2].RefsOf, "an answer to another room is none")
	require.Equal(t, 2, m.Rooms)
}

package native

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/queries"
)

// TestAChannelIsWrittenAsTheContractHasIt, byte for byte as encoding/json would.
func TestAChannelIsWrittenAsTheContractHasIt(t *testing.T) {
	text := func(s string) *string { return &s }
	type channel struct {
		ID            string  `json:"id"`
		Type          string  `json:"type"`
		Name          string  `json:"name"`
		OwnerID       *string `json:"owner_id"`
		CreatedAt     int64   `json:"created_at"`
		UnreadCount   int64   `json:"unread_count"`
		OtherUserID   *string `json:"other_user_id,omitempty"`
		OtherUserName *string `json:"other_user_name,omitempty"`
		Hidden        bool    `json:"hidden"`
		LastMessageID *string `json:"last_message_id"`
	}
	type publicRoom struct {
		channel
		IsMember bool `json:"is_member"`
	}
	for name, tt := range map[string]struct {
		given queries.Channel
		want  channel
	}{
		"group": {
			queries.Channel{ID: 7, Kind: domain.Group, Name: "a <\"team\"> & \u2028 zoë", Owner: "ann", CreatedAt: 12345, Unread: 3, LastMessage: 9, Role: "owner"},
			channel{ID: "7", Type: "group", Name: "a <\"team\"> & \u2028 zoë", OwnerID: text("ann"), CreatedAt: 12, UnreadCount: 3, LastMessageID: text("9")},
		},
		"empty dm": {
			queries.Channel{ID: 8, Kind: domain.DM, OtherUser: "bob", OtherName: "", Hidden: true},
			channel{ID: "8", Type: "dm", OtherUserID: text("bob"), OtherUserName: text(""), Hidden: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			want, err := json.Marshal(tt.want)
			require.NoError(t, err)
			require.Equal(t, string(want), string(appendChannel(nil, &tt.given)))
			want, err = json.Marshal(publicRoom{tt.want, tt.given.Role != ""})
			require.NoError(t, err)
			require.Equal(t, string(want), string(appendPublicRoom(nil, &tt.given)))
		})
	}
}

func TestAListOfChannelsCostsNothingByChannel(t *testing.T) {
	b, c := make([]byte, 0, 1024), queries.Channel{ID: 1, Kind: domain.Group, Name: "team", Owner: "ann", LastMessage: 2}
	require.Zero(t, testing.AllocsPerRun(100, func() { b = appendChannel(b[:0], &c) }))
}

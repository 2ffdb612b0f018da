package native_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

// TestNoPathStopsTheServer: text that is no id names no channel, on every
// route, whichever comes first; the server answers everybody after it.
func TestNoPathStopsTheServer(t *testing.T) {
	for _, id := range []string{"lobby", "0", "-1", "99999999999999999999"} {
		s, app := open(t)
		ann, bob := app.User("ann"), app.User("bob")
		s.Run(t, "CH-025 CH-131 "+id, func(*testing.T) {
			ann.Post(apitest.Members(id), `{"user_id":"bob"}`).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			ann.Delete(apitest.Members(id, "bob")).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			ann.Post(apitest.Messages(id), `{"body":"x"}`).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			for _, path := range []string{apitest.Channel(id), apitest.Members(id), apitest.Messages(id), apitest.Messages(id, "1")} {
				ann.Get(path).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			}
		})
		bob.Room("still here")
		bob.Get(channels).Want(http.StatusOK)
	}
}

func TestIdempotencyOfDirectMessageChannels(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	const key = "Idempotency-Key: dm-1"
	create := func(user, key string) *apitest.Answer {
		return ann.Post(channels, map[string]string{"type": "dm", "user_id": user}, key)
	}
	id := create("bob", key).Want(201).Text("id")
	s.Run(t, "CH-306 the repeat of a dm's creation says so", func(t *testing.T) {
		a := create("bob", key).Want(200)
		require.Equal(t, id, a.Text("id"))
		require.Equal(t, "true", a.Header.Get("Idempotent-Replayed"))
	})
	ann.DM("cy")
	s.Run(t, "CH-306 the same key for another dm, new or not", func(*testing.T) {
		create("cy", key).Refused(422, "IDEMPOTENCY_KEY_REUSED")
		create("dan", key).Refused(422, "IDEMPOTENCY_KEY_REUSED")
	})
	s.Run(t, "CH-111 with another key it is just found", func(t *testing.T) {
		a := create("bob", "Idempotency-Key: dm-2").Want(200)
		require.Equal(t, id, a.Text("id"))
		require.Empty(t, a.Header.Get("Idempotent-Replayed"))
	})
}

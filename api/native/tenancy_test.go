package native_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestAppsDoNotMeet(t *testing.T) {
	s, app := open(t)
	owner := app.User("ann")
	group, room, dm := owner.Group("g"), owner.Room("r"), owner.DM("bob")
	message := map[string]string{}
	for _, c := range []string{group, room, dm} {
		message[c] = owner.Post(apitest.Messages(c), `{"body":"x"}`, "Idempotency-Key: k").Want(201).Text("id")
	}
	stranger := s.App("other").User("ann")
	own := stranger.Group("own")
	stranger.Send(own, "x")
	stranger.Put(apitest.Block("bob"), nil).Want(204)
	s.Run(t, "CH-007 lists show the own app only", func(t *testing.T) {
		require.Equal(t, []string{own}, stranger.Get(channels).Texts("id"))
		require.ElementsMatch(t, []string{group, room, dm}, owner.Get(channels).Texts("id"))
		require.Zero(t, owner.Get("/v1/users/me/blocks").Len("blocks"))
		for _, cursor := range []string{"?before=9223372036854775807", "?after=1"} {
			require.Equal(t, 1, stranger.Get(apitest.Messages(own)+cursor).Len("messages"))
		}
	})
	s.Run(t, "CH-007 a block and a dm of the same pair in another app", func(t *testing.T) {
		owner.Send(dm, "still")
		require.NotEqual(t, dm, s.App("third").User("ann").DM("bob"))
		app.User("bob").Send(dm, "too")
		stranger.Post(channels, `{"type":"dm","user_id":"bob"}`).Refused(403, "CHAT_DM_BLOCKED_USER")
	})
	s.Run(t, "CH-023 RS-084 users of other spelling are others", func(t *testing.T) {
		for _, id := range []string{"Ann", "ANN", "ann ", "аnn", "ann\u200b"} {
			app.User(id).Get(apitest.Messages(group)).Refused(403, "CHAT_NOT_MEMBER")
			require.Empty(t, app.User(id).Get(channels).Texts("id"))
		}
	})
}

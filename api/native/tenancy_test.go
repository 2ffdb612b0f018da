package native_test

import (
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"parley/api/native"
	"parley/internal/apitest"
)

// bodies are good bodies of the routes that take one; a new route that takes
// one has to be added here.
var bodies = map[string]string{
	"POST /v1/channels":                                      `{"type":"group","name":"x"}`,
	"PUT /v1/channels/:channel":                              `{"name":"x"}`,
	"PUT /v1/channels/:channel/hidden":                       `{"hidden":true}`,
	"PUT /v1/channels/:channel/members/:user":                `{"role":"admin"}`,
	"POST /v1/channels/:channel/members":                     `{"user_id":"bob"}`,
	"POST /v1/channels/:channel/messages":                    `{"body":"x"}`,
	"POST /v1/channels/:channel/messages/:message/reactions": `{"emote_asset_id":"x"}`,
	"POST /v1/channels/:channel/read":                        `{"last_read_message_id":"1"}`,
}

// TestNothingOfAnotherAppExists asks on every route, as a user of the same
// name in another app, for what belongs to the first app.
func TestNothingOfAnotherAppExists(t *testing.T) {
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
	routes := (&native.Server{}).Handler().(*gin.Engine).Routes()
	require.NotEmpty(t, routes)
	s.Unchanged(t, func() {
		for _, r := range routes {
			name := r.Method + " " + r.Path
			body := any(nil)
			if text, ok := bodies[name]; ok {
				body = text
			}
			if strings.Contains(r.Path, ":channel") {
				for kind, c := range map[string]string{"group": group, "room": room, "dm": dm} {
					s.Run(t, "CH-007 CH-131 "+name+" of a foreign "+kind, func(*testing.T) {
						path := strings.NewReplacer(":channel", c, ":message", message[c], ":user", "ann").Replace(r.Path)
						stranger.Do(r.Method, path, body, "Idempotency-Key: k").Refused(404, "CHAT_CHANNEL_NOT_FOUND")
					})
				}
			}
			if strings.Contains(r.Path, ":message") {
				s.Run(t, "CH-007 "+name+" of a foreign message in an own channel", func(*testing.T) {
					path := strings.NewReplacer(":channel", own, ":message", message[group], ":user", "ann").Replace(r.Path)
					stranger.Do(r.Method, path, body).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
				})
			}
			s.Run(t, "CH-002 "+name+" without a token", func(*testing.T) {
				path := strings.NewReplacer(":channel", group, ":message", message[group], ":user", "ann").Replace(r.Path)
				s.Anybody().Do(r.Method, path, body, "X-User-Id: ann", "X-App-Id: demo").Refused(401, "AUTH_MISSING_TOKEN")
			})
		}
	})
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

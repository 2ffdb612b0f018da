package native_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestPathsAndMethods(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("lobby")
	for _, path := range []string{
		"/", "/v1", "/v2/channels", "/v1/channel", "/v1/channels/", "//v1/channels", "/v1//channels", "/V1/channels",
		"/v1/channels/" + room + "/", "/v1/channels/" + room + "/nothing", "/v1/channels/" + room + "/messages/1/2",
		"/v1/channels/" + room + "/members/", "/v1/users", "/v1/users/me", "/v1/users/you/blocks", "/v1/admin",
		"/v1/./channels", "/v1/x/../channels", "/v1/%2e%2e/v1/channels", "/v1/channels%2F" + room, "/.git/config",
		"/" + strings.Repeat("x", 5000),
	} {
		s.Run(t, "CH-016 "+path[:min(len(path), 60)], func(*testing.T) {
			ann.Get(path).Refused(404, "NOT_FOUND")
			s.Anybody().Get(path).Refused(404, "NOT_FOUND")
			ann.Post(path, `{"type":"room","name":"x"}`).Refused(404, "NOT_FOUND")
		})
	}
	for _, r := range []string{
		"PUT /v1/channels", "DELETE /v1/channels", "PATCH /v1/channels", "POST /v1/channels/" + room,
		"PATCH " + apitest.Messages(room), "DELETE " + apitest.Messages(room), "POST " + apitest.Messages(room, "1"),
		"PUT " + apitest.Members(room), "GET " + apitest.Members(room, "ann"), "POST " + apitest.Members(room, "ann"),
		"POST /v1/users/me/blocks", "GET " + apitest.Block("bob"), "TRACE /v1/channels", "BREW /v1/channels",
		"POST /healthz", "DELETE /readyz",
	} {
		s.Run(t, "CH-017 "+r, func(*testing.T) {
			method, path, _ := strings.Cut(r, " ")
			ann.Do(method, path, nil).Refused(405, "METHOD_NOT_ALLOWED")
			s.Anybody().Do(method, path, nil, "X-HTTP-Method-Override: GET").Refused(405, "METHOD_NOT_ALLOWED")
		})
	}
	s.Run(t, "CH-014 unknown query parameters are ignored", func(*testing.T) {
		ann.Get(apitest.Messages(room) + "?user_id=bob&Limit=0&LIMIT=x&offset=-1&__proto__=1").Want(200)
		ann.Get(channels + "?user_id=bob&members=all").Want(200)
	})
}

func TestRequestIDs(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	for _, id := range []string{"abc", "~", strings.Repeat("x", 64), "a b"} {
		s.Run(t, "CH-018 echoed "+id, func(t *testing.T) {
			for _, path := range []string{channels, "/nothing", "/healthz", "/readyz", "/v1/admin/nothing"} {
				require.Equal(t, id, ann.Get(path, "X-Request-Id: "+id).Header.Get("X-Request-Id"))
			}
		})
	}
	for name, id := range map[string]string{"65 characters": strings.Repeat("x", 65), "not ASCII": "é", "empty": ""} {
		s.Run(t, "CH-018 replaced: "+name, func(t *testing.T) {
			for _, path := range []string{channels, "/nothing", "/healthz"} {
				got := ann.Get(path, "X-Request-Id: "+id).Header.Get("X-Request-Id")
				require.NotEmpty(t, got)
				require.NotEqual(t, id, got)
			}
		})
	}
	s.Run(t, "CH-018 each request has its own", func(t *testing.T) {
		require.NotEqual(t, ann.Get(channels).Header.Get("X-Request-Id"), ann.Get(channels).Header.Get("X-Request-Id"))
	})
	s.Run(t, "CH-021 health needs no token", func(*testing.T) {
		s.Anybody().Get("/healthz").Want(200)
		s.Anybody().Get("/readyz").Want(200)
		s.Anybody().Do(http.MethodHead, "/readyz", nil).Want(200)
	})
}

// notIDs are texts in a path that are the id of nothing.
var notIDs = []string{
	"0", "-1", "01", "%2B1", "+1", "1e3", "1.0", "0x10", "9223372036854775808", "18446744073709551616",
	"12345678901234567890", strings.Repeat("9", 3000), "%D9%A1%D9%A2", "%EF%BC%91", "%2e", "%2e%2e", ".", "..", "~",
	"null", "undefined", "NaN", "1%00", "%001", "%20", "1%20", "%C2%A01", "1;", "1%2F2", "1%252F2", "%2531", "$all",
	"%27%20OR%201%3D1--", "%FF", "%C3%28", "%E2%80%AE1", "%E2%81%A61", "{id}", "*",
	"%7B%22$ne%22:null%7D", "1)", "1%0D%0A", "-9223372036854775808", "1%3BDROP%20TABLE%20messages",
}

func TestPathIDsThatAreNoIDsAreUnknown(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("lobby")
	ann.Send(room, "hello")
	s.Unchanged(t, func() {
		for _, id := range notIDs {
			s.Run(t, "CH-025 RS-075 channel "+id[:min(len(id), 30)], func(*testing.T) {
				ann.Get(apitest.Channel(id)).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
				ann.Get(apitest.Messages(id)).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
				ann.Post(apitest.Messages(id), `{"body":"x"}`).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
				ann.Get(apitest.Members(id)).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
				ann.Delete(apitest.Members(id, "bob")).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			})
			s.Run(t, "CH-025 RS-075 message "+id[:min(len(id), 30)], func(*testing.T) {
				ann.Get(apitest.Messages(room, id)).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
			})
		}
	})
	s.Run(t, "CH-010 an id in an encoded form is the same id", func(*testing.T) {
		ann.Get(fmt.Sprintf("/v1/channels/%%3%c%s", room[0], room[1:])).Want(200)
	})
}

func TestOrderOfChecks(t *testing.T) {
	s, app := open(t)
	ann, bob, eve := app.User("ann"), app.User("bob"), app.User("eve")
	group, dm := ann.Group("g"), ann.DM("bob")
	ann.Add(group, bob)
	huge := strings.Repeat("x", 256<<10+1)
	nothing := "77"
	s.Unchanged(t, func() {
		s.Run(t, "CH-026 token before size", func(*testing.T) {
			s.Anybody().Post(apitest.Messages(group), huge).Refused(401, "AUTH_MISSING_TOKEN")
			app.Bearer("ann", "x").Post(channels, huge).Refused(401, "AUTH_INVALID_TOKEN")
		})
		s.Run(t, "CH-026 size before channel and membership", func(*testing.T) {
			ann.Post(apitest.Messages(nothing), huge).Refused(413, "BODY_TOO_LARGE")
			eve.Post(apitest.Messages(group), huge).Refused(413, "BODY_TOO_LARGE")
			eve.Post(apitest.Members(group), huge).Refused(413, "BODY_TOO_LARGE")
			eve.Put(apitest.Channel(group), huge).Refused(413, "BODY_TOO_LARGE")
			eve.Put(hidden(nothing), huge).Refused(413, "BODY_TOO_LARGE")
			eve.Put(apitest.Members(dm, "ann"), huge).Refused(413, "BODY_TOO_LARGE")
		})
		s.Run(t, "CH-026 channel before body", func(*testing.T) {
			ann.Post(apitest.Messages(nothing), `{`).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			ann.Post(apitest.Messages(nothing), `{"body":""}`).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			ann.Post(apitest.Members(nothing), `[]`).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			ann.Put(apitest.Channel(nothing), `{`).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			ann.Put(hidden(nothing), `[]`).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			ann.Put(apitest.Members(nothing, "bob"), `{"role":7}`).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			ann.Delete(apitest.Channel(nothing), "Idempotency-Key: ").Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			ann.Delete(apitest.Members(nothing, "bob"), "Idempotency-Key: ").Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			ann.Post(apitest.Messages(nothing), `{"body":"x"}`, "Idempotency-Key: ").Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			ann.Get(apitest.Messages(nothing)+"?limit=0").Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			ann.Get(apitest.Members(nothing)+"?limit=0&after=").Refused(404, "CHAT_CHANNEL_NOT_FOUND")
		})
		s.Run(t, "CH-026 membership before body", func(*testing.T) {
			eve.Post(apitest.Messages(group), `{`).Refused(403, "CHAT_NOT_MEMBER")
			eve.Post(apitest.Messages(group), `{"body":7}`, "Idempotency-Key: ").Refused(403, "CHAT_NOT_MEMBER")
			eve.Post(apitest.Members(group), `{`).Refused(403, "CHAT_NOT_MEMBER")
			eve.Put(apitest.Channel(group), `{`).Refused(403, "CHAT_NOT_MEMBER")
			eve.Put(hidden(group), `{}`).Refused(403, "CHAT_NOT_MEMBER")
			eve.Put(apitest.Members(group, "nobody"), `{`).Refused(403, "CHAT_NOT_MEMBER")
			eve.Delete(apitest.Channel(group), "Idempotency-Key: ").Refused(403, "CHAT_NOT_MEMBER")
			eve.Get(apitest.Messages(group)+"?limit=abc").Refused(403, "CHAT_NOT_MEMBER")
			eve.Get(apitest.Messages(group)+"?before=x&after=y").Refused(403, "CHAT_NOT_MEMBER")
			eve.Get(apitest.Members(group)+"?limit=0").Refused(403, "CHAT_NOT_MEMBER")
			eve.Get(apitest.Members(group)+"?after=nobody").Refused(403, "CHAT_NOT_MEMBER")
			eve.Get(apitest.Messages(group, "77")).Refused(403, "CHAT_NOT_MEMBER")
		})
		s.Run(t, "CH-026 membership before type of the channel", func(*testing.T) {
			eve.Post(apitest.Members(dm), `{"user_id":"x"}`).Refused(403, "CHAT_NOT_MEMBER")
			eve.Delete(apitest.Members(dm, "ann")).Refused(403, "CHAT_NOT_MEMBER")
		})
		s.Run(t, "CH-026 type of the channel before body and target", func(*testing.T) {
			ann.Post(apitest.Members(dm), `{`).Refused(400, "CHAT_CANNOT_MODIFY_DM")
			ann.Post(apitest.Members(dm), `{"user_id":"bob"}`).Refused(400, "CHAT_CANNOT_MODIFY_DM")
			ann.Delete(apitest.Members(dm, "nobody")).Refused(400, "CHAT_CANNOT_MODIFY_DM")
			ann.Put(apitest.Channel(dm), `{`).Refused(400, "CHAT_CANNOT_MODIFY_DM")
			ann.Put(apitest.Members(dm, "nobody"), `{`).Refused(400, "CHAT_CANNOT_MODIFY_DM")
			ann.Delete(apitest.Channel(dm), "Idempotency-Key: ").Refused(400, "CHAT_CANNOT_MODIFY_DM")
		})
		s.Run(t, "CH-026 role before body and target", func(*testing.T) {
			bob.Post(apitest.Members(group), `{`).Refused(403, "CHAT_NOT_ADMIN")
			bob.Post(apitest.Members(group), `{"user_id":"ann","role":"king"}`).Refused(403, "CHAT_NOT_ADMIN")
			bob.Delete(apitest.Members(group, "nobody")).Refused(403, "CHAT_NOT_ADMIN")
			bob.Delete(apitest.Members(group, "ann"), "Idempotency-Key: ").Refused(403, "CHAT_NOT_ADMIN")
			bob.Put(apitest.Channel(group), `{"name":7}`).Refused(403, "CHAT_NOT_ADMIN")
			bob.Put(apitest.Members(group, "nobody"), `{"role":"king"}`).Refused(403, "CHAT_NOT_OWNER")
			bob.Delete(apitest.Channel(group), "Idempotency-Key: ").Refused(403, "CHAT_NOT_OWNER")
			bob.Delete(apitest.Members(group, "ann")).Refused(403, "CHAT_NOT_ADMIN")
		})
		s.Run(t, "CH-026 body before target", func(*testing.T) {
			ann.Put(apitest.Members(group, "nobody"), `{"role":7}`).Refused(400, "INVALID_REQUEST")
			ann.Put(apitest.Members(group, "nobody"), `{"role":"king"}`).Refused(400, "CHAT_INVALID_ROLE")
			ann.Delete(apitest.Members(group, "nobody"), "Idempotency-Key: ").Refused(400, "INVALID_REQUEST")
		})
		s.Run(t, "CH-026 body before conflict", func(*testing.T) {
			ann.Post(apitest.Members(group), `{"user_id":"bob","role":"owner"}`).Refused(400, "CHAT_INVALID_ROLE")
			ann.Post(apitest.Members(group), `{"user_id":"bob","role":7}`).Refused(400, "INVALID_REQUEST")
		})
	})
}

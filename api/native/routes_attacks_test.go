package native_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"parley/api/native"
	"parley/internal/apitest"
)

// place is what the routes of the face are about.
type place struct{ channel, message, user, emote string }

// path is a route with its parameters put in.
func (p place) path(route string) string {
	return strings.NewReplacer(":channel", p.channel, ":message", p.message, ":user", p.user, ":emote", p.emote).Replace(route)
}

// eachRoute calls f with every route of the face and a good body for it.
func eachRoute(t *testing.T, f func(method, route string, body any)) {
	t.Helper()
	routes := (&native.Server{}).Handler().(*gin.Engine).Routes()
	require.NotEmpty(t, routes)
	for _, r := range routes {
		body := any(nil)
		if text, ok := bodies[r.Method+" "+r.Path]; ok {
			body = text
		}
		f(r.Method, r.Path, body)
	}
}

func TestEveryRouteNeedsCredentials(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	group := ann.Group("g")
	here := place{group, ann.Send(group, "x"), "bob", "x"}
	s.Unchanged(t, func() {
		eachRoute(t, func(method, route string, body any) {
			s.Run(t, "CH-002 RS-001 "+method+" "+route, func(t *testing.T) {
				for _, headers := range [][]string{
					nil,
					{"X-User-Id: ann", "X-App-Id: demo"},
					{"Cookie: token=" + ann.Token},
					{"X-Api-Key: " + app.Secret},
					{"Proxy-Authorization: Bearer " + ann.Token},
					{"Sec-WebSocket-Protocol: " + ann.Token},
				} {
					a := s.Anybody().Do(method, here.path(route), body, headers...).Refused(401, "AUTH_MISSING_TOKEN")
					require.Empty(t, a.Position())
				}
				s.Anybody().Do(method, here.path(route)+"?access_token="+ann.Token, body).Refused(401, "AUTH_MISSING_TOKEN")
			})
		})
	})
	ann.Send(group, "with credentials")
}

// notUsers are texts in a path that no user id is.
var notUsers = []string{
	"%00", "a%00", "a%0Ab", "a%0D%0AX-Evil:%201", "a%2Fb", "..%2F..%2Fetc%2Fpasswd", "%FF", "%C3%28", "%ED%A0%80", "%C0%AF",
	strings.Repeat("x", 129), strings.Repeat("x", 3000),
}

// notEmotes are texts in a path that no emote is.
var notEmotes = append([]string{"%20%00", strings.Repeat("%F0%9F%91%8D", 65)}, notUsers...)

func TestBadTextInEveryPath(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	group := ann.Group("g")
	good := place{group, ann.Send(group, "x"), "bob", "x"}
	others := []string{"' OR 1=1--", `{"$ne":null}`, "1)", "1%0D%0A", "%E2%81%A61", "-9223372036854775808", good.message + "%00"}
	for i, id := range others {
		others[i] = strings.NewReplacer(" ", "%20", `"`, "%22", "{", "%7B", "}", "%7D").Replace(id)
	}
	refused := func(name string, texts []string, put func(*place, string), want map[int]string) {
		eachRoute(t, func(method, route string, body any) {
			if !strings.Contains(route, ":"+name) {
				return
			}
			s.Run(t, "RS-075 RS-068 "+name+" of "+method+" "+route, func(t *testing.T) {
				for _, text := range texts {
					there := good
					put(&there, text)
					a := ann.Do(method, there.path(route), body)
					require.Contains(t, want, a.Status, a)
					a.Refused(a.Status, want[a.Status])
				}
			})
		})
	}
	s.Unchanged(t, func() {
		refused("channel", append(others, notIDs...), func(p *place, v string) { p.channel = v },
			map[int]string{http.StatusNotFound: "CHAT_CHANNEL_NOT_FOUND"})
		refused("message", append(others, notIDs...), func(p *place, v string) { p.message = v },
			map[int]string{http.StatusNotFound: "CHAT_MESSAGE_NOT_FOUND"})
		refused("user", notUsers, func(p *place, v string) { p.user = v },
			map[int]string{http.StatusNotFound: "CHAT_MEMBER_NOT_FOUND", http.StatusBadRequest: "INVALID_REQUEST"})
		refused("emote", notEmotes, func(p *place, v string) { p.emote = v },
			map[int]string{http.StatusNotFound: "CHAT_REACTION_NOT_FOUND", http.StatusBadRequest: "CHAT_INVALID_EMOTE"})
	})
	ann.Send(group, "after all that")
}

// TestBytesThatAreNotUTF8 puts them wherever a request has text but its body.
func TestBytesThatAreNotUTF8(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	group := ann.Group("g")
	s.Unchanged(t, func() {
		for _, raw := range []string{"\xff", "a\xc3\x28", "\xed\xa0\x80", "\xc0\x80"} {
			text := apitest.Encode(raw)
			s.Run(t, "RS-068 in a query: "+text, func(*testing.T) {
				ann.Get(apitest.Messages(group)+"?limit="+text).Refused(400, "INVALID_LIMIT")
				ann.Get(apitest.Messages(group)+"?before="+text).Refused(400, "INVALID_CURSOR")
				ann.Get(apitest.Members(group)+"?after="+text).Refused(400, "INVALID_CURSOR")
				ann.Get(channels+"?scope=public&before="+text).Refused(400, "INVALID_CURSOR")
				ann.Get(channels+"?include_hidden="+text).Refused(400, "INVALID_REQUEST")
				ann.Get(channels + "?" + text + "=" + text).Want(200)
			})
			s.Run(t, "RS-068 in a header: "+text, func(t *testing.T) {
				ann.Post(apitest.Messages(group), `{"body":"x"}`, "Idempotency-Key: "+raw).Refused(400, "INVALID_REQUEST")
				ann.Get(channels, "Parley-Min-Position: "+raw).Refused(400, "INVALID_REQUEST")
				ann.Get(channels, "Authorization: Bearer "+raw).Refused(401, "AUTH_INVALID_TOKEN")
				ann.Post(apitest.Messages(group), `{"body":"x"}`, "Content-Type: application/"+raw).Refused(415, "UNSUPPORTED_MEDIA_TYPE")
				require.NotEqual(t, raw, ann.Get(channels, "X-Request-Id: "+raw).Header.Get("X-Request-Id"))
			})
		}
	})
	ann.Send(group, "after all that")
}

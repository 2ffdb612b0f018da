package native_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

// TestCredentialsInOtherPlaces: a token counts in its header only, on every
// route.
func TestCredentialsInOtherPlaces(t *testing.T) {
	s, app := open(t)
	p := newPlace(app, "group", "mine")
	token := p.owner.Token
	places := []string{
		"Cookie: token=" + token, "X-Api-Key: " + token, "X-Auth-Token: " + token, "Proxy-Authorization: Bearer " + token,
		"Sec-WebSocket-Protocol: " + token, "Token: " + token, "X-Api-Key: " + app.Secret,
	}
	s.Unchanged(t, func() {
		for _, name := range everyRoute(t) {
			s.Run(t, "CH-002 RS-001 "+name, func(t *testing.T) {
				for _, header := range places {
					require.Empty(t, p.call(s.Anybody(), name, header).Refused(401, withoutCredentials(name)).Position())
				}
			})
			s.Run(t, "CH-002 RS-020 "+name, func(*testing.T) {
				method, path := p.path(name)
				s.Anybody().Do(method, path+"?access_token="+token, `{}`).Refused(401, withoutCredentials(name))
			})
		}
	})
	p.owner.Room("with credentials")
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

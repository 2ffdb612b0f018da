package admin_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestSigningTokens(t *testing.T) {
	s := apitest.Open(t)
	app := s.App("demo")
	anybody := s.Anybody()
	s.Run(t, "a signed token works on the native face", func(t *testing.T) {
		a := anybody.Post(tokens, `{"app":"demo","user":"ann","name":"Ann","ttl_seconds":60}`, operator).Want(201)
		require.Equal(t, "demo.root", a.Text("key"))
		require.InDelta(t, s.Clock.Now().Unix()+60, a.Number("expires_at"), 3)
		ann := app.Bearer("ann", a.Text("token"))
		room := ann.Room("r")
		require.Equal(t, "Ann", ann.Get(apitest.Members(room)).Text(0, "display_name"))
	})
	s.Unchanged(t, func() {
		s.Run(t, "the operator token is needed", func(*testing.T) {
			anybody.Post(tokens, `{}`).Refused(401, "AUTH_MISSING_TOKEN")
			anybody.Post(tokens, `{}`, "Authorization: Digest eDp5").Refused(401, "AUTH_MISSING_TOKEN")
			anybody.Post(tokens, `{}`, operator+"x").Refused(401, "AUTH_INVALID_TOKEN")
			anybody.Post(tokens, `{}`, "Authorization: Bearer").Refused(401, "AUTH_INVALID_TOKEN")
			app.User("ann").Post(tokens, `{"app":"demo","user":"ann"}`).Refused(401, "AUTH_INVALID_TOKEN")
		})
		s.Run(t, "it is worth nothing on the native face", func(*testing.T) {
			anybody.Get("/v1/channels", operator).Refused(401, "AUTH_INVALID_TOKEN")
		})
		for _, body := range []string{
			"", " ", "null", "[]", "x", `{"app":"demo"}`, `{"app":"demo","user":"a/b"}`, `{"app":"demo","user":7}`, `{"app":"demo","user":"ann","admin":true}`,
			`{"app":"demo","user":"ann","ttl_seconds":-1}`, `{"app":"demo","user":"ann","ttl_seconds":99999999999}`, `{"app":"demo","user":"ann"} x`,
		} {
			s.Run(t, "refused "+body, func(*testing.T) {
				anybody.Post(tokens, body, operator).Refused(400, "INVALID_REQUEST")
			})
		}
		s.Run(t, "refused for its size", func(*testing.T) {
			anybody.Post(tokens, `{"user":"`+strings.Repeat("x", 64<<10)+`"}`, operator).Refused(413, "BODY_TOO_LARGE")
		})
		s.Run(t, "unknown apps", func(*testing.T) {
			anybody.Post(tokens, `{"app":"nobody","user":"ann"}`, operator).Refused(404, "APP_NOT_FOUND")
			anybody.Post(tokens, `{"app":"../x","user":"ann"}`, operator).Refused(404, "APP_NOT_FOUND")
		})
	})
}

func TestAKeySignsWithItsOwnSecret(t *testing.T) {
	s := apitest.Open(t)
	app, anybody := s.App("demo"), s.Anybody()
	signing, silent := adminKey(s, "demo", "signing", true), adminKey(s, "demo", "silent", false)
	a := anybody.Post(tokens, `{"app":"demo","user":"ann"}`, signing).Want(201)
	require.Equal(t, "demo.signing", a.Text("key"))
	ann := app.Bearer("ann", a.Text("token"))
	ann.Get("/v1/channels").Want(200)
	anybody.Delete(keysOf("demo", "signing"), operator).Want(204)
	ann.Get("/v1/channels").Refused(401, "AUTH_INVALID_TOKEN")
	s.Unchanged(t, func() {
		anybody.Post(tokens, `{"app":"demo","user":"ann"}`, signing).Refused(401, "AUTH_INVALID_TOKEN")
		anybody.Post(tokens, `{"app":"demo","user":"ann"}`, silent).Refused(403, "FORBIDDEN")
		anybody.Post(tokens, `{"app":"other","user":"ann"}`, silent).Refused(404, "APP_NOT_FOUND")
	})
}

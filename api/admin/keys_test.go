package admin_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestKeysAreIssuedAndListed(t *testing.T) {
	s := apitest.Open(t)
	app := s.App("shop")
	s.Prompt = true
	anybody := s.Anybody()
	drawn := anybody.Post(keysOf("shop"), `{}`, operator).Want(201)
	require.Len(t, drawn.Text("secret"), 52)
	require.NotEmpty(t, drawn.Position())
	given := strings.Repeat("g", 40)
	a := anybody.Post(keysOf("shop"), object{"id": "talk", "secret": given, "capability": object{"rooms:*": []string{"publish"}}}, operator).Want(201)
	require.Equal(t, "shop.talk", a.Text("name"))
	require.Equal(t, given, a.Text("secret"))
	anybody.Delete(keysOf("shop", "talk"), operator).Want(204)
	anybody.Delete(keysOf("shop", "talk"), operator).Want(204)

	list := anybody.Get(keysOf("shop"), operator).Want(200)
	require.Equal(t, 3, list.Len("keys"))
	require.ElementsMatch(t, []string{"shop.root", "shop.talk", drawn.Text("name")}, list.Texts("name", "keys"))
	require.NotContains(t, string(list.Body), given)
	require.NotContains(t, string(list.Body), drawn.Text("secret"))
	for i, id := range list.Texts("id", "keys") {
		require.Equal(t, id != "talk", list.At("keys", i, "native"), "a key that may do everything signs tokens")
		require.Equal(t, id == "talk", list.At("keys", i, "revoked_at") != nil)
		require.EqualValues(t, 1, list.Number("keys", i, "version"))
	}
	boss := adminKey(s, "shop", "boss", true)
	require.Contains(t, anybody.Get(keysOf("shop"), boss).Want(200).Texts("id", "keys"), "boss", "what others did to the app is seen as well")
	require.Len(t, anybody.Get(keysOf("shop")+"?limit=1&after=root", operator).Want(200).Texts("id", "keys"), 1)
	require.NotEmpty(t, app.Secret)
}

func TestRotatedSecretIsValidForADay(t *testing.T) {
	s := apitest.Open(t)
	s.App("shop")
	anybody, former := s.Anybody(), adminKey(s, "shop", "boss", true)
	a := anybody.Post(keysOf("shop", "boss", "rotate"), nil, former).Want(200)
	require.InDelta(t, s.Clock.Now().Add(day).Unix(), a.Number("former_valid_until"), 3)
	newest := basic(a.Text("name"), a.Text("secret"))
	for _, header := range []string{former, newest} {
		anybody.Get(keysOf("shop"), header).Want(200)
	}
	s.Clock.Advance(day - time.Minute)
	anybody.Get(keysOf("shop"), former).Want(200)
	s.Clock.Advance(2 * time.Minute)
	anybody.Get(keysOf("shop"), former).Refused(401, "AUTH_INVALID_TOKEN")
	anybody.Get(keysOf("shop"), newest).Want(200)

	given := strings.Repeat("g", 40)
	anybody.Post(keysOf("shop", "boss", "rotate"), object{"secret": given}, newest).Want(200)
	s.Unchanged(t, func() {
		anybody.Post(keysOf("shop", "boss", "rotate"), object{"secret": given}, newest).Want(200)
		anybody.Post(keysOf("shop", "nemo", "rotate"), nil, newest).Refused(404, "KEY_NOT_FOUND")
		for _, body := range []string{`[]`, `{"secret":7}`, `{"secret":"short"}`, `{"id":"boss"}`, `{} x`} {
			anybody.Post(keysOf("shop", "boss", "rotate"), body, newest).Refused(400, "INVALID_REQUEST")
		}
	})
}

func TestRevokedKeySignsNothingAtOnce(t *testing.T) {
	s := apitest.Open(t)
	app := s.App("shop")
	ann, anybody := app.User("ann"), s.Anybody()
	s.Prompt = true
	ann.Get("/v1/channels").Want(200)
	anybody.Delete(keysOf("shop", "root"), operator).Want(204)
	ann.Get("/v1/channels").Refused(401, "AUTH_INVALID_TOKEN")
	app.User("bob").Get("/v1/channels").Refused(401, "AUTH_INVALID_TOKEN")
	anybody.Post(keysOf("shop", "root", "rotate"), nil, operator).Refused(409, "KEY_REVOKED")

	t.Run("and an issued one at once", func(t *testing.T) {
		app.Secret = anybody.Post(keysOf("shop"), `{"id":"root"}`, operator).Want(201).Text("secret")
		app.User("bob").Get("/v1/channels").Want(200)
		ann.Get("/v1/channels").Refused(401, "AUTH_INVALID_TOKEN")
	})
}

func TestAKeyGivesNoMoreRightsThanItHas(t *testing.T) {
	s := apitest.Open(t)
	s.App("shop")
	anybody := s.Anybody()
	a := anybody.Post(keysOf("shop"), object{"id": "clerk", "capability": object{"rooms:*": []string{"publish"}, "*": []string{"admin"}}}, operator).Want(201)
	clerk := basic("shop.clerk", a.Text("secret"))
	anybody.Post(keysOf("shop"), object{"id": "talk", "capability": object{"rooms:one": []string{"publish"}}}, clerk).Want(201)
	s.Unchanged(t, func() {
		for name, body := range map[string]any{
			"everything":       `{}`,
			"another resource": object{"capability": object{"*": []string{"publish"}}},
			"another right":    object{"capability": object{"rooms:one": []string{"publish", "history"}}},
			"all rights":       object{"capability": object{"rooms:one": []string{"*"}}},
			"signing":          object{"capability": object{"rooms:one": []string{"publish"}}, "native": true},
		} {
			s.Run(t, name, func(*testing.T) { anybody.Post(keysOf("shop"), body, clerk).Refused(403, "FORBIDDEN") })
		}
		anybody.Post(keysOf("shop", "root", "rotate"), nil, clerk).Refused(403, "FORBIDDEN")
		anybody.Delete(keysOf("shop", "root"), clerk).Refused(403, "FORBIDDEN")
	})
	anybody.Delete(keysOf("shop", "talk"), clerk).Want(204)
}

func TestRefusedKeys(t *testing.T) {
	s := apitest.Open(t)
	s.App("shop")
	anybody := s.Anybody()
	s.Unchanged(t, func() {
		anybody.Post(keysOf("shop"), `{"id":"root"}`, operator).Refused(409, "KEY_EXISTS")
		for _, body := range []string{
			``, `null`, `[]`, `{"id":"a.b"}`, `{"id":"` + strings.Repeat("a", 33) + `"}`, `{"id":7}`, `{"secret":"short"}`, `{"secret":"` + strings.Repeat("a:", 20) + `"}`,
			`{"capability":{}}`, `{"capability":{"*":[]}}`, `{"capability":{"*":"*"}}`, `{"capability":{"":["*"]}}`, `{"capability":{"*":["ADMIN"]}}`,
			`{"capability":"everything"}`, `{"native":"yes"}`, `{"version":3}`, `{"app":"other"}`,
		} {
			s.Run(t, body, func(*testing.T) { anybody.Post(keysOf("shop"), body, operator).Refused(400, "INVALID_REQUEST") })
		}
		for _, key := range []string{"nemo", "a.b", "%00", "shop.root", strings.Repeat("a", 3000)} {
			anybody.Delete(keysOf("shop", key), operator).Refused(404, "KEY_NOT_FOUND")
		}
	})
}

func TestARevokedKeySignsNoMore(t *testing.T) {
	s := apitest.Open(t)
	shop := s.App("shop")
	name, secret := shop.Issue("talk", true)
	f := shop.Forge("ann", nil)
	f.Header, f.Secret = `{"alg":"HS256","kid":"`+string(name)+`"}`, []byte(secret)
	ann := shop.Bearer("ann", f.Token())
	ann.Get("/v1/channels").Want(200)
	s.Anybody().Delete(keysOf("shop", "talk"), operator).Want(204)
	s.Run(t, "RS-026 a token of a revoked key", func(t *testing.T) {
		s.Unchanged(t, func() { ann.Get("/v1/channels").Refused(401, "AUTH_INVALID_TOKEN") })
	})
	shop.User("ann").Get("/v1/channels").Want(200)
}

package native_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestKeysOfAnApp(t *testing.T) {
	s, app := open(t)
	first := app.Forge("ann", nil)
	named := func(f apitest.Forgery, key string) string {
		f.Header = fmt.Sprintf(`{"alg":"HS256","kid":%q}`, key)
		return f.Token()
	}
	s.Run(t, "CH-003 the kid names the key", func(t *testing.T) {
		app.Bearer("ann", named(first, "demo.root")).Get(channels).Want(200)
	})
	s.Run(t, "CH-003 a second native key signs too, with and without kid", func(t *testing.T) {
		_, secret := app.Issue("second", true)
		f := first
		f.Secret = []byte(secret)
		app.Bearer("ann", f.Token()).Get(channels).Want(200)
		app.Bearer("ann", named(f, "demo.second")).Get(channels).Want(200)
		app.Bearer("ann", named(f, "demo.root")).Get(channels).Refused(401, "AUTH_INVALID_TOKEN")
	})
	s.Run(t, "CH-003 a key that is not native does not sign", func(t *testing.T) {
		_, secret := app.Issue("server", false)
		f := first
		f.Secret = []byte(secret)
		app.Bearer("ann", f.Token()).Get(channels).Refused(401, "AUTH_INVALID_TOKEN")
		app.Bearer("ann", named(f, "demo.server")).Get(channels).Refused(401, "AUTH_INVALID_TOKEN")
	})
	s.Run(t, "CH-003 a replaced secret is good for another day", func(t *testing.T) {
		app.Issue("root", true)
		ann := app.Bearer("ann", app.Forge("ann", apitest.Claims{"exp": s.Clock.Now().Unix() + 1e6}).Token())
		ann.Get(channels).Want(200)
		s.Clock.Advance(25 * time.Hour)
		ann.Get(channels).Refused(401, "AUTH_INVALID_TOKEN")
	})
}

// TestKeysThatATokenBrings: a token may name or hold keys of its own; none is
// used and none is fetched.
func TestKeysThatATokenBrings(t *testing.T) {
	s, app := open(t)
	var fetched atomic.Int64
	elsewhere := httptest.NewUnstartedServer(http.NotFoundHandler())
	elsewhere.Config.ConnState = func(net.Conn, http.ConnState) { fetched.Add(1) }
	elsewhere.Start()
	defer elsewhere.Close()
	headers := map[string]string{
		"jku": fmt.Sprintf(`"jku":"%s/jwks.json"`, elsewhere.URL),
		"x5u": fmt.Sprintf(`"x5u":"%s/cert.pem"`, elsewhere.URL),
		"x5c": `"x5c":["MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"]`,
		"jwk": `"jwk":{"kty":"oct","k":"bWluZQ"}`,
		"all": fmt.Sprintf(`"jku":"%[1]s","x5u":"%[1]s","kid":"%[1]s","jwk":{"kty":"oct","k":"bWluZQ"}`, elsewhere.URL),
	}
	for name, h := range headers {
		s.Run(t, "CH-003 RS-015 "+name+" with a key of the forger", func(t *testing.T) {
			f := app.Forge("ann", nil)
			f.Header, f.Secret = `{"alg":"HS256",`+h+`}`, []byte("mine")
			s.Unchanged(t, func() {
				app.Bearer("ann", f.Token()).Get(channels).Refused(401, "AUTH_INVALID_TOKEN")
				app.Bearer("ann", f.Token()).Post(channels, `{"type":"room","name":"x"}`).Refused(401, "AUTH_INVALID_TOKEN")
			})
			require.Zero(t, fetched.Load(), "nothing is fetched")
		})
	}
	for _, name := range []string{"jku", "x5u", "x5c", "jwk"} {
		s.Run(t, "CH-003 RS-015 "+name+" in a token that our key has signed is ignored", func(t *testing.T) {
			f := app.Forge("ann", apitest.Claims{"jti": name})
			f.Header = `{"alg":"HS256",` + headers[name] + `}`
			app.Bearer("ann", f.Token()).Get(channels).Want(200)
			require.Zero(t, fetched.Load(), "nothing is fetched")
		})
	}
}

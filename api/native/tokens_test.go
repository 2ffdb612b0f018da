package native_test

import (
	"crypto/sha512"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

const channels = "/v1/channels"

func TestBearerTokens(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	token := "Authorization: Bearer " + ann.Token
	tests := map[string]struct {
		headers []string
		code    string
	}{
		"CH-002 no header":                      {nil, "AUTH_MISSING_TOKEN"},
		"CH-002 empty header":                   {[]string{"Authorization: "}, "AUTH_MISSING_TOKEN"},
		"CH-002 Basic":                          {[]string{"Authorization: Basic ZGVtbzpz"}, "AUTH_MISSING_TOKEN"},
		"CH-002 the token without a scheme":     {[]string{"Authorization: " + ann.Token}, "AUTH_MISSING_TOKEN"},
		"CH-002 a scheme that begins so":        {[]string{"Authorization: Bearerx " + ann.Token}, "AUTH_MISSING_TOKEN"},
		"CH-002 two headers":                    {[]string{token, token}, "AUTH_INVALID_TOKEN"},
		"CH-002 two headers, Basic first":       {[]string{"Authorization: Basic eDp5", token}, "AUTH_MISSING_TOKEN"},
		"CH-003 scheme alone":                   {[]string{"Authorization: Bearer"}, "AUTH_INVALID_TOKEN"},
		"CH-003 two tokens":                     {[]string{token + " " + ann.Token}, "AUTH_INVALID_TOKEN"},
		"CH-003 Bearer null":                    {[]string{"Authorization: Bearer null"}, "AUTH_INVALID_TOKEN"},
		"CH-003 token in quotes":                {[]string{`Authorization: Bearer "` + ann.Token + `"`}, "AUTH_INVALID_TOKEN"},
		"CH-003 token beside an API key header": {[]string{"X-Api-Key: " + ann.Token, "X-User-Id: ann"}, "AUTH_MISSING_TOKEN"},
		"CH-003 lower-case scheme":              {[]string{"Authorization: bearer " + ann.Token}, ""},
		"CH-003 upper-case scheme":              {[]string{"Authorization: BEARER " + ann.Token}, ""},
		"CH-003 blanks around the token":        {[]string{"Authorization: Bearer   " + ann.Token + " "}, ""},
	}
	for name, tt := range tests {
		s.Run(t, name, func(t *testing.T) {
			a := s.Anybody().Get(channels, tt.headers...)
			if tt.code == "" {
				a.Want(200)
				return
			}
			a.Refused(401, tt.code)
			require.NotEmpty(t, a.Header.Get("WWW-Authenticate"))
		})
	}
	s.Run(t, "CH-002 a token in the query does not count", func(t *testing.T) {
		s.Anybody().Get(channels+"?token="+ann.Token+"&access_token="+ann.Token).Refused(401, "AUTH_MISSING_TOKEN")
	})
}

// forgeries are tokens that nobody may use.
func forgeries(app, other *apitest.App) map[string]string {
	good := app.Forge("ann", nil)
	with := func(change func(*apitest.Forgery)) string {
		f := good
		change(&f)
		return f.Token()
	}
	header := func(h string) string { return with(func(f *apitest.Forgery) { f.Header = h }) }
	payload := func(p string) string { return with(func(f *apitest.Forgery) { f.Payload = p }) }
	claims := func(c apitest.Claims) string { return app.Forge("ann", c).Token() }
	parts := strings.Split(good.Token(), ".")
	evil := strings.Split(app.Forge("bob", nil).Token(), ".")
	far := time.Now().Add(time.Hour).Unix()
	last := parts[2][len(parts[2])-1]
	m := map[string]string{
		"CH-003 garbage":                  "abc",
		"CH-003 two dots":                 "..",
		"CH-003 no signature":             parts[0] + "." + parts[1] + ".",
		"CH-003 two parts":                parts[0] + "." + parts[1],
		"CH-003 four parts":               good.Token() + ".x",
		"CH-003 payload of another":       parts[0] + "." + evil[1] + "." + parts[2],
		"CH-003 unused bits at the end":   good.Token()[:len(good.Token())-1] + string(base64Next(last)),
		"CH-003 padded":                   good.Token() + "=",
		"CH-003 secret of another app":    with(func(f *apitest.Forgery) { f.Secret = []byte(other.Secret) }),
		"CH-003 empty secret":             with(func(f *apitest.Forgery) { f.Secret = nil }),
		"CH-003 secret cut":               with(func(f *apitest.Forgery) { f.Secret = f.Secret[1:] }),
		"CH-003 secret padded":            with(func(f *apitest.Forgery) { f.Secret = append([]byte(app.Secret), 'x') }),
		"CH-003 payload is an array":      payload(`[1]`),
		"CH-003 payload is null":          payload(`null`),
		"CH-003 payload is not JSON":      payload(`{"sub":"ann",`),
		"CH-003 two payloads":             payload(good.Payload + good.Payload),
		"CH-003 name twice":               payload(`{"sub":"bob",` + good.Payload[1:]),
		"CH-003 name is a number":         claims(apitest.Claims{"name": 7}),
		"CH-003 name holds U+0000":        claims(apitest.Claims{"name": "a\x00b"}),
		"CH-003 critical extension":       header(`{"alg":"HS256","crit":["b64"],"b64":false}`),
		"CH-003 header name twice":        header(`{"alg":"none","alg":"HS256"}`),
		"CH-003 header is an array":       header(`["HS256"]`),
		"CH-003 claims of another face":   claims(apitest.Claims{"x-ably-capability": `{"*":["*"]}`}),
		"CH-003 the same in other case":   claims(apitest.Claims{"X-Ably-ClientId": "ann"}),
		"CH-003 kid of another app":       header(fmt.Sprintf(`{"alg":"HS256","kid":%q}`, other.Key)),
		"CH-003 unknown kid":              header(`{"alg":"HS256","kid":"demo.nothing"}`),
		"CH-003 kid with a path":          header(`{"alg":"HS256","kid":"../../etc/passwd"}`),
		"CH-003 kid is an object":         header(`{"alg":"HS256","kid":{"a":1}}`),
		"CH-003 kid is null":              header(`{"alg":"HS256","kid":null}`),
		"CH-003 kid of 3 KB":              header(`{"alg":"HS256","kid":"` + strings.Repeat("k", 3000) + `"}`),
		"CH-003 8 KiB and more":           claims(apitest.Claims{"pad": strings.Repeat("x", 8<<10)}),
		"CH-003 500 dots":                 strings.Repeat(".", 500),
		"CH-003 60,000 dots":              strings.Repeat(".", 60_000),
		"CH-005 RS256 with an HMAC":       header(`{"alg":"RS256"}`),
		"CH-005 ES256 with an HMAC":       header(`{"alg":"ES256"}`),
		"CH-005 no alg":                   header(`{"typ":"JWT"}`),
		"CH-005 alg is a number":          header(`{"alg":256}`),
		"CH-005 alg in lower case":        header(`{"alg":"hs256"}`),
		"CH-005 HS384":                    with(func(f *apitest.Forgery) { f.Header, f.Hash = `{"alg":"HS384"}`, sha512.New384 }),
		"CH-005 HS512":                    with(func(f *apitest.Forgery) { f.Header, f.Hash = `{"alg":"HS512"}`, sha512.New }),
		"CH-006 no sub":                   claims(apitest.Claims{"sub": nil}),
		"CH-006 empty sub":                claims(apitest.Claims{"sub": ""}),
		"CH-006 sub is a number":          claims(apitest.Claims{"sub": 42}),
		"CH-006 sub is an array":          claims(apitest.Claims{"sub": []string{"ann"}}),
		"CH-006 sub is null":              payload(fmt.Sprintf(`{"app":"demo","sub":null,"exp":%d}`, far)),
		"CH-006 sub of 129 characters":    claims(apitest.Claims{"sub": strings.Repeat("é", 129)}),
		"CH-006 sub with a slash":         claims(apitest.Claims{"sub": "a/b"}),
		"CH-006 sub with a line break":    claims(apitest.Claims{"sub": "a\nb"}),
		"CH-006 sub with U+0000":          claims(apitest.Claims{"sub": "a\x00"}),
		"CH-006 sub with U+0085":          claims(apitest.Claims{"sub": "a\u0085"}),
		"CH-006 no app":                   claims(apitest.Claims{"app": nil}),
		"CH-006 unknown app":              claims(apitest.Claims{"app": "nobody"}),
		"CH-006 another app":              claims(apitest.Claims{"app": string(other.ID)}),
		"CH-006 app is an object":         claims(apitest.Claims{"app": map[string]any{"id": "demo"}}),
		"CH-006 app in upper case":        claims(apitest.Claims{"app": "DEMO"}),
		"CH-006 app of 3 KB":              claims(apitest.Claims{"app": strings.Repeat("a", 3000)}),
		"CH-006 app with a control":       claims(apitest.Claims{"app": "demo\n"}),
		"CH-006 no exp":                   claims(apitest.Claims{"exp": nil}),
		"CH-006 exp is text":              claims(apitest.Claims{"exp": fmt.Sprint(far)}),
		"CH-006 exp is an object":         claims(apitest.Claims{"exp": map[string]any{}}),
		"CH-006 exp is true":              claims(apitest.Claims{"exp": true}),
		"CH-006 exp is null":              payload(`{"app":"demo","sub":"ann","exp":null}`),
		"CH-006 exp beyond all calendars": payload(`{"app":"demo","sub":"ann","exp":1e300}`),
		"CH-006 exp beyond a double":      payload(`{"app":"demo","sub":"ann","exp":1e999}`),
		"CH-003 nbf in the future":        claims(apitest.Claims{"nbf": far}),
		"CH-003 nbf is text":              claims(apitest.Claims{"nbf": "soon"}),
		"CH-003 iat in the future":        claims(apitest.Claims{"iat": far}),
		"CH-003 iat is text":              claims(apitest.Claims{"iat": "now"}),
	}
	for _, alg := range []string{"none", "None", "NONE", "nOnE", "", "none "} {
		f := good
		f.Header, f.Unsigned = fmt.Sprintf(`{"alg":%q}`, alg), true
		m[fmt.Sprintf("CH-005 alg %q unsigned", alg)] = f.Token()
		m[fmt.Sprintf("CH-005 alg %q without the last dot", alg)] = strings.TrimSuffix(f.Token(), ".")
		f.Unsigned = false
		m[fmt.Sprintf("CH-005 alg %q signed", alg)] = f.Token()
	}
	return m
}

// base64Next is the next letter of the alphabet: with 43 letters for 32 bytes
// the last one has two bits that say nothing.
func base64Next(c byte) byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return alphabet[strings.IndexByte(alphabet, c)|1]
}

func TestForgedTokensAreRefusedAndChangeNothing(t *testing.T) {
	s, app := open(t)
	other := s.App("other")
	app.User("ann").Room("lobby")
	s.Unchanged(t, func() {
		for name, token := range forgeries(app, other) {
			s.Run(t, name, func(t *testing.T) {
				app.Bearer("ann", token).Get(channels).Refused(401, "AUTH_INVALID_TOKEN")
				app.Bearer("ann", token).Post(channels, `{"type":"room","name":"x"}`).Refused(401, "AUTH_INVALID_TOKEN")
			})
		}
	})
}

func TestTokensInTime(t *testing.T) {
	s, app := open(t)
	now := s.Clock.Now().Unix()
	tests := map[string]struct {
		claims apitest.Claims
		code   string
	}{
		"CH-004 expired a minute ago":     {apitest.Claims{"exp": now - 60}, "AUTH_TOKEN_EXPIRED"},
		"CH-004 expired 7 s ago":          {apitest.Claims{"exp": now - 7}, "AUTH_TOKEN_EXPIRED"},
		"CH-004 exp 0":                    {apitest.Claims{"exp": 0}, "AUTH_TOKEN_EXPIRED"},
		"CH-004 exp -1":                   {apitest.Claims{"exp": -1}, "AUTH_TOKEN_EXPIRED"},
		"CH-004 exp with a fraction":      {apitest.Claims{"exp": float64(now) + 60.5}, ""},
		"CH-004 exp in the year 9999":     {apitest.Claims{"exp": 253402300799}, ""},
		"CH-003 nbf and iat in the past":  {apitest.Claims{"nbf": now - 60, "iat": now - 60}, ""},
		"CH-003 no iat":                   {apitest.Claims{"iat": nil}, ""},
		"CH-003 unknown claims":           {apitest.Claims{"aud": "x", "roles": []string{"admin"}, "iss": 7}, ""},
		"CH-003 no name":                  {apitest.Claims{"name": nil}, ""},
		"CH-003 empty name":               {apitest.Claims{"name": ""}, ""},
		"CH-023 a user id of 128 letters": {apitest.Claims{"sub": strings.Repeat("é", 128)}, ""},
	}
	for name, tt := range tests {
		s.Run(t, name, func(t *testing.T) {
			a := app.Bearer("ann", app.Forge("ann", tt.claims).Token()).Get(channels)
			if tt.code == "" {
				a.Want(200)
				return
			}
			a.Refused(401, tt.code)
		})
	}
	s.Run(t, "CH-004 a token that was good expires", func(t *testing.T) {
		ann := app.Bearer("ann", app.Forge("ann", apitest.Claims{"exp": now + 3600}).Token())
		ann.Get(channels).Want(200)
		s.Clock.Advance(2 * time.Hour)
		ann.Get(channels).Refused(401, "AUTH_TOKEN_EXPIRED")
	})
}

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

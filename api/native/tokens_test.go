package native_test

import (
	"crypto/sha512"
	"encoding/base64"
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
		"CH-002 no header":                                {nil, "AUTH_MISSING_TOKEN"},
		"CH-002 RS-002 empty header":                      {[]string{"Authorization: "}, "AUTH_MISSING_TOKEN"},
		"CH-002 RS-002 Basic":                             {[]string{"Authorization: Basic ZGVtbzpz"}, "AUTH_MISSING_TOKEN"},
		"CH-002 RS-002 the token without a scheme":        {[]string{"Authorization: " + ann.Token}, "AUTH_MISSING_TOKEN"},
		"CH-002 RS-002 a scheme that begins so":           {[]string{"Authorization: Bearerx " + ann.Token}, "AUTH_MISSING_TOKEN"},
		"CH-002 RS-002 two headers":                       {[]string{token, token}, "AUTH_INVALID_TOKEN"},
		"CH-002 RS-002 two headers, Basic first":          {[]string{"Authorization: Basic eDp5", token}, "AUTH_MISSING_TOKEN"},
		"CH-003 RS-002 scheme alone":                      {[]string{"Authorization: Bearer"}, "AUTH_INVALID_TOKEN"},
		"CH-003 RS-002 two tokens":                        {[]string{token + " " + ann.Token}, "AUTH_INVALID_TOKEN"},
		"CH-003 RS-002 Bearer null":                       {[]string{"Authorization: Bearer null"}, "AUTH_INVALID_TOKEN"},
		"CH-003 RS-002 token in quotes":                   {[]string{`Authorization: Bearer "` + ann.Token + `"`}, "AUTH_INVALID_TOKEN"},
		"CH-003 token beside an API key header":           {[]string{"X-Api-Key: " + ann.Token, "X-User-Id: ann"}, "AUTH_MISSING_TOKEN"},
		"CH-002 RS-003 Basic, broken base64":              {[]string{"Authorization: Basic %%%="}, "AUTH_MISSING_TOKEN"},
		"CH-002 RS-003 Basic, no colon":                   {[]string{"Authorization: Basic " + basic("demo.root")}, "AUTH_MISSING_TOKEN"},
		"CH-002 RS-003 Basic, only a colon":               {[]string{"Authorization: Basic " + basic(":")}, "AUTH_MISSING_TOKEN"},
		"CH-002 RS-003 Basic, not UTF-8":                  {[]string{"Authorization: Basic " + basic("\xff\xfe:\xc3\x28")}, "AUTH_MISSING_TOKEN"},
		"CH-002 RS-003 Basic, bytes as they are":          {[]string{"Authorization: Basic \xff\xfe:\xc3\x28"}, "AUTH_MISSING_TOKEN"},
		"CH-002 RS-003 Basic, a good key":                 {[]string{"Authorization: Basic " + basic(string(app.Key)+":"+app.Secret)}, "AUTH_MISSING_TOKEN"},
		"CH-003 RS-003 bytes that are not UTF-8 as token": {[]string{"Authorization: Bearer \xff.\xfe.\xc3\x28"}, "AUTH_INVALID_TOKEN"},
		"CH-003 lower-case scheme":                        {[]string{"Authorization: bearer " + ann.Token}, ""},
		"CH-003 upper-case scheme":                        {[]string{"Authorization: BEARER " + ann.Token}, ""},
		"CH-003 blanks around the token":                  {[]string{"Authorization: Bearer   " + ann.Token + " "}, ""},
	}
	s.Unchanged(t, func() {
		for name, tt := range tests {
			s.Run(t, name, func(t *testing.T) {
				a := s.Anybody().Get(channels, tt.headers...)
				if tt.code == "" {
					a.Want(200)
					return
				}
				a.Refused(401, tt.code)
				require.NotEmpty(t, a.Header.Get("WWW-Authenticate"))
				s.Anybody().Post(channels, `{"type":"room","name":"x"}`, tt.headers...).Refused(401, tt.code)
			})
		}
		s.Run(t, "CH-002 RS-020 a token in the query does not count", func(*testing.T) {
			for _, name := range []string{"token", "access_token", "accessToken", "jwt", "authorization", "key"} {
				s.Anybody().Get(channels+"?"+name+"="+ann.Token).Refused(401, "AUTH_MISSING_TOKEN")
				s.Anybody().Post(channels+"?"+name+"="+ann.Token, `{"type":"room","name":"x"}`).Refused(401, "AUTH_MISSING_TOKEN")
			}
		})
	})
	ann.Room("after all that")
}

func basic(credentials string) string { return base64.StdEncoding.EncodeToString([]byte(credentials)) }

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
		"CH-003 garbage":                                  "abc",
		"CH-003 two dots":                                 "..",
		"CH-003 no signature":                             parts[0] + "." + parts[1] + ".",
		"CH-003 two parts":                                parts[0] + "." + parts[1],
		"CH-003 four parts":                               good.Token() + ".x",
		"CH-003 RS-009 payload of another":                parts[0] + "." + evil[1] + "." + parts[2],
		"CH-003 unused bits at the end":                   good.Token()[:len(good.Token())-1] + string(base64Next(last)),
		"CH-003 padded":                                   good.Token() + "=",
		"CH-003 RS-008 secret of another app":             with(func(f *apitest.Forgery) { f.Secret = []byte(other.Secret) }),
		"CH-003 RS-008 empty secret":                      with(func(f *apitest.Forgery) { f.Secret = nil }),
		"CH-003 RS-008 secret cut":                        with(func(f *apitest.Forgery) { f.Secret = f.Secret[1:] }),
		"CH-003 RS-008 secret padded":                     with(func(f *apitest.Forgery) { f.Secret = append([]byte(app.Secret), 'x') }),
		"CH-003 RS-008 secret twice":                      with(func(f *apitest.Forgery) { f.Secret = []byte(app.Secret + app.Secret) }),
		"CH-003 payload is an array":                      payload(`[1]`),
		"CH-003 payload is null":                          payload(`null`),
		"CH-003 payload is not JSON":                      payload(`{"sub":"ann",`),
		"CH-003 two payloads":                             payload(good.Payload + good.Payload),
		"CH-003 RS-021 name twice":                        payload(`{"sub":"bob",` + good.Payload[1:]),
		"CH-003 name is a number":                         claims(apitest.Claims{"name": 7}),
		"CH-003 name holds U+0000":                        claims(apitest.Claims{"name": "a\x00b"}),
		"CH-003 RS-021 critical extension":                header(`{"alg":"HS256","crit":["b64"],"b64":false}`),
		"CH-003 RS-021 header name twice":                 header(`{"alg":"none","alg":"HS256"}`),
		"CH-003 header is an array":                       header(`["HS256"]`),
		"CH-003 claims of another face":                   claims(apitest.Claims{"x-ably-capability": `{"*":["*"]}`}),
		"CH-003 the same in other case":                   claims(apitest.Claims{"X-Ably-ClientId": "ann"}),
		"CH-003 RS-015 kid of another app":                header(fmt.Sprintf(`{"alg":"HS256","kid":%q}`, other.Key)),
		"CH-003 RS-015 unknown kid":                       header(`{"alg":"HS256","kid":"demo.nothing"}`),
		"CH-003 RS-015 kid with a path":                   header(`{"alg":"HS256","kid":"../../etc/passwd"}`),
		"CH-003 RS-015 kid is an object":                  header(`{"alg":"HS256","kid":{"a":1}}`),
		"CH-003 RS-015 kid is null":                       header(`{"alg":"HS256","kid":null}`),
		"CH-003 RS-015 kid of 3 KB":                       header(`{"alg":"HS256","kid":"` + strings.Repeat("k", 3000) + `"}`),
		"CH-003 RS-015 kid with SQL":                      header(`{"alg":"HS256","kid":"demo.root' OR '1'='1"}`),
		"CH-003 RS-015 kid with U+0000":                   header(`{"alg":"HS256","kid":"demo.root\u0000"}`),
		"CH-003 RS-021 claim given twice, of equal value": payload(`{"app":"demo",` + good.Payload[1:]),
		"CH-003 8 KiB and more":                           claims(apitest.Claims{"pad": strings.Repeat("x", 8<<10)}),
		"CH-003 RS-019 500 dots":                          strings.Repeat(".", 500),
		"CH-003 RS-019 60,000 dots":                       strings.Repeat(".", 60_000),
		"CH-005 RS-014 RS256 with an HMAC":                header(`{"alg":"RS256"}`),
		"CH-005 RS-014 ES256 with an HMAC":                header(`{"alg":"ES256"}`),
		"CH-005 RS-014 PS256 with an HMAC":                header(`{"alg":"PS256"}`),
		"CH-005 RS-014 EdDSA with an HMAC":                header(`{"alg":"EdDSA"}`),
		"CH-005 no alg":                                   header(`{"typ":"JWT"}`),
		"CH-005 alg is a number":                          header(`{"alg":256}`),
		"CH-005 alg in lower case":                        header(`{"alg":"hs256"}`),
		"CH-005 RS-007 HS384":                             with(func(f *apitest.Forgery) { f.Header, f.Hash = `{"alg":"HS384"}`, sha512.New384 }),
		"CH-005 RS-007 HS512":                             with(func(f *apitest.Forgery) { f.Header, f.Hash = `{"alg":"HS512"}`, sha512.New }),
		"CH-006 RS-018 no sub":                            claims(apitest.Claims{"sub": nil}),
		"CH-006 RS-018 empty sub":                         claims(apitest.Claims{"sub": ""}),
		"CH-006 RS-018 sub is a number":                   claims(apitest.Claims{"sub": 42}),
		"CH-006 RS-018 sub is an array":                   claims(apitest.Claims{"sub": []string{"ann"}}),
		"CH-006 RS-018 sub is null":                       payload(fmt.Sprintf(`{"app":"demo","sub":null,"exp":%d}`, far)),
		"CH-006 RS-018 sub of 129 characters":             claims(apitest.Claims{"sub": strings.Repeat("é", 129)}),
		"CH-006 RS-018 sub with a slash":                  claims(apitest.Claims{"sub": "a/b"}),
		"CH-006 RS-018 sub with a line break":             claims(apitest.Claims{"sub": "a\nb"}),
		"CH-006 RS-018 sub with U+0000":                   claims(apitest.Claims{"sub": "a\x00"}),
		"CH-006 RS-018 sub with U+0085":                   claims(apitest.Claims{"sub": "a\u0085"}),
		"CH-006 RS-018 no app":                            claims(apitest.Claims{"app": nil}),
		"CH-006 RS-018 empty app":                         claims(apitest.Claims{"app": ""}),
		"CH-006 RS-018 app is a number":                   claims(apitest.Claims{"app": 7}),
		"CH-006 RS-018 app is null":                       payload(fmt.Sprintf(`{"app":null,"sub":"ann","exp":%d}`, far)),
		"CH-006 RS-018 unknown app":                       claims(apitest.Claims{"app": "nobody"}),
		"CH-006 RS-018 another app":                       claims(apitest.Claims{"app": string(other.ID)}),
		"CH-006 RS-018 app is an object":                  claims(apitest.Claims{"app": map[string]any{"id": "demo"}}),
		"CH-006 RS-018 app in upper case":                 claims(apitest.Claims{"app": "DEMO"}),
		"CH-006 RS-018 app of 3 KB":                       claims(apitest.Claims{"app": strings.Repeat("a", 3000)}),
		"CH-006 RS-018 app with a control":                claims(apitest.Claims{"app": "demo\n"}),
		"CH-006 RS-010 no exp":                            claims(apitest.Claims{"exp": nil}),
		"CH-006 RS-010 exp is text":                       claims(apitest.Claims{"exp": fmt.Sprint(far)}),
		"CH-006 RS-010 exp is an object":                  claims(apitest.Claims{"exp": map[string]any{}}),
		"CH-006 RS-010 exp is true":                       claims(apitest.Claims{"exp": true}),
		"CH-006 RS-010 exp is null":                       payload(`{"app":"demo","sub":"ann","exp":null}`),
		"CH-006 RS-010 exp beyond all calendars":          payload(`{"app":"demo","sub":"ann","exp":1e300}`),
		"CH-006 RS-010 exp beyond a double":               payload(`{"app":"demo","sub":"ann","exp":1e999}`),
		"CH-003 RS-011 nbf in the future":                 claims(apitest.Claims{"nbf": far}),
		"CH-003 RS-011 nbf is text":                       claims(apitest.Claims{"nbf": "soon"}),
		"CH-003 RS-011 iat in the future":                 claims(apitest.Claims{"iat": far}),
		"CH-003 RS-011 iat is text":                       claims(apitest.Claims{"iat": "now"}),
	}
	for _, alg := range []string{"none", "None", "NONE", "nOnE", "", "none "} {
		f := good
		f.Header, f.Unsigned = fmt.Sprintf(`{"alg":%q}`, alg), true
		m[fmt.Sprintf("CH-005 RS-006 alg %q unsigned", alg)] = f.Token()
		m[fmt.Sprintf("CH-005 RS-006 alg %q without the last dot", alg)] = strings.TrimSuffix(f.Token(), ".")
		f.Unsigned = false
		m[fmt.Sprintf("CH-005 RS-006 alg %q signed", alg)] = f.Token()
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
	app.User("ann").Room("after all that")
}

func TestTokensInTime(t *testing.T) {
	s, app := open(t)
	now := s.Clock.Now().Unix()
	tests := map[string]struct {
		claims apitest.Claims
		code   string
	}{
		"CH-004 RS-010 expired a minute ago":         {apitest.Claims{"exp": now - 60}, "AUTH_TOKEN_EXPIRED"},
		"CH-004 RS-010 expired 7 s ago":              {apitest.Claims{"exp": now - 7}, "AUTH_TOKEN_EXPIRED"},
		"CH-004 RS-010 exp 0":                        {apitest.Claims{"exp": 0}, "AUTH_TOKEN_EXPIRED"},
		"CH-004 RS-010 exp -1":                       {apitest.Claims{"exp": -1}, "AUTH_TOKEN_EXPIRED"},
		"CH-004 exp with a fraction":                 {apitest.Claims{"exp": float64(now) + 60.5}, ""},
		"CH-004 RS-012 exp in the year 9999":         {apitest.Claims{"exp": 253402300799}, ""},
		"CH-003 nbf and iat in the past":             {apitest.Claims{"nbf": now - 60, "iat": now - 60}, ""},
		"CH-003 no iat":                              {apitest.Claims{"iat": nil}, ""},
		"CH-003 unknown claims":                      {apitest.Claims{"roles": []string{"admin"}, "scope": 7}, ""},
		"CH-003 RS-013 aud and iss of somebody else": {apitest.Claims{"aud": []string{"https://elsewhere.example"}, "iss": "https://elsewhere.example"}, ""},
		"CH-003 RS-013 aud and iss of no form":       {apitest.Claims{"aud": map[string]any{"x": 1}, "iss": 7}, ""},
		"CH-003 no name":                             {apitest.Claims{"name": nil}, ""},
		"CH-003 empty name":                          {apitest.Claims{"name": ""}, ""},
		"CH-023 a user id of 128 letters":            {apitest.Claims{"sub": strings.Repeat("é", 128)}, ""},
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

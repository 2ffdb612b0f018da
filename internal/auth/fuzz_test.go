package auth_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

// FuzzVerify feeds tokens as they come: no panic, every error a refusal, and
// nobody gets in with a signature that is not ours.
func FuzzVerify(f *testing.F) {
	good := sign(`{"app":"demo","sub":"ann","exp":1900000000}`)
	for _, seed := range []string{
		good, good + "=", "", "..", "a.b.c", strings.Repeat(".", 500),
		"eyJhbGciOiJub25lIn0.eyJhcHAiOiJkZW1vIn0.", sign(`{"exp":1e300}`), sign(`[]`), sign("\xff"),
	} {
		f.Add(seed)
	}
	n, _, _ := verifier(f)
	ours := strings.SplitN(good, ".", 3)
	f.Fuzz(func(t *testing.T, raw string) {
		a, _, err := n.Verify(t.Context(), raw)
		if err == nil {
			require.True(t, strings.HasSuffix(raw, ours[2]), "accepted %q", raw)
			require.Equal(t, "ann", a.ID)
			return
		}
		var refusal *domain.Error
		require.True(t, errors.As(err, &refusal), "%v", err)
	})
}

// FuzzClaims feeds claims under a good signature: whoever gets in is a valid
// user of the app with a name of at most 100 characters.
func FuzzClaims(f *testing.F) {
	for _, seed := range []string{
		`{"app":"demo","sub":"ann","exp":1900000000}`,
		`{"app":"demo","sub":"ann","exp":1900000000,"name":"Ann","iat":1,"nbf":0}`,
		`{"app":"demo","sub":"ann","exp":-9e15,"nbf":9e15,"iat":1e308}`,
		`{"app":"demo","sub":"a\u0000","exp":1900000000}`, `{"app":1,"sub":[],"exp":{}}`,
		`{"sub":"x","sub":"ann","app":"demo","exp":1900000000}`, `null`, `{"exp":1e999}`, "{\"sub\":\"\xff\"}",
	} {
		f.Add(seed)
	}
	n, _, _ := verifier(f)
	f.Fuzz(func(t *testing.T, payload string) {
		if len(base64.RawURLEncoding.EncodeToString([]byte(payload))) > 7<<10 {
			return
		}
		a, _, err := n.Verify(t.Context(), sign(payload))
		if err == nil {
			require.True(t, a.User().Valid())
			require.Equal(t, domain.AppID("demo"), a.App)
			require.LessOrEqual(t, len([]rune(a.Name)), 100)
			return
		}
		var refusal *domain.Error
		require.True(t, errors.As(err, &refusal), "%v", err)
		require.Equal(t, domain.Unauthenticated, refusal.Kind)
	})
}

package auth_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/apitest"
	"parley/internal/auth"
)

const secret = "a-secret-of-the-tests-that-is-long-enough"

// keys holds the native keys of the app demo.
type keys map[string][]string

func (k keys) SigningKeys(_ context.Context, app domain.AppID, key string) ([]commands.SigningKey, error) {
	var list []commands.SigningKey
	for id, secrets := range k {
		for _, s := range secrets {
			if app == "demo" && (key == "" || key == id) {
				list = append(list, commands.SigningKey{Key: domain.KeyName("demo." + id), Secret: s})
			}
		}
	}
	return list, nil
}

var noon = time.Unix(1_800_000_000, 0)

// verifier is a verifier at noon; the clock may be moved.
func verifier(t testing.TB) (*auth.Native, keys, *time.Time) {
	t.Helper()
	k, now := keys{"root": {secret}}, noon
	n, err := auth.NewNative(k, func() time.Time { return now })
	require.NoError(t, err)
	return n, k, &now
}

func sign(payload string) string {
	return apitest.Forgery{Payload: payload, Secret: []byte(secret)}.Token()
}

func TestLeewayIsFiveSecondsOnBothSides(t *testing.T) {
	at := noon.Unix()
	tests := map[string]struct {
		claims string
		err    error
	}{
		"CH-004 expired 4 s ago":                {fmt.Sprintf(`"exp":%d`, at-4), nil},
		"CH-004 RS-010 expired 5 s ago":         {fmt.Sprintf(`"exp":%d`, at-5), domain.ErrTokenExpired},
		"CH-004 RS-010 expired 6 s ago":         {fmt.Sprintf(`"exp":%d`, at-6), domain.ErrTokenExpired},
		"CH-003 not before 5 s from now":        {fmt.Sprintf(`"exp":%d,"nbf":%d`, at+9, at+5), nil},
		"CH-003 RS-011 not before 6 s from now": {fmt.Sprintf(`"exp":%d,"nbf":%d`, at+9, at+6), domain.ErrInvalidToken},
		"CH-003 issued 5 s from now":            {fmt.Sprintf(`"exp":%d,"iat":%d`, at+9, at+5), nil},
		"CH-003 RS-011 issued 6 s from now":     {fmt.Sprintf(`"exp":%d,"iat":%d`, at+9, at+6), domain.ErrInvalidToken},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			n, _, _ := verifier(t)
			for range 2 { // the second time out of the cache
				_, _, err := n.Verify(t.Context(), sign(`{"app":"demo","sub":"ann",`+tt.claims+`}`))
				require.ErrorIs(t, err, tt.err)
			}
		})
	}
}

func TestAVerifiedTokenIsCheckedAgain(t *testing.T) {
	token := sign(fmt.Sprintf(`{"app":"demo","sub":"ann","exp":%d}`, noon.Unix()+60))
	t.Run("CH-004 when it expires", func(t *testing.T) {
		n, _, now := verifier(t)
		_, _, err := n.Verify(t.Context(), token)
		require.NoError(t, err)
		*now = noon.Add(65*time.Second - time.Nanosecond)
		_, _, err = n.Verify(t.Context(), token)
		require.NoError(t, err)
		*now = noon.Add(65 * time.Second)
		_, _, err = n.Verify(t.Context(), token)
		require.ErrorIs(t, err, domain.ErrTokenExpired)
	})
	t.Run("CH-003 when its key is gone", func(t *testing.T) {
		n, k, _ := verifier(t)
		_, _, err := n.Verify(t.Context(), token)
		require.NoError(t, err)
		k["root"] = []string{"another-secret-of-the-tests-0123456789"}
		_, _, err = n.Verify(t.Context(), token)
		require.ErrorIs(t, err, domain.ErrInvalidToken)
	})
}

func TestWhatATokenSays(t *testing.T) {
	n, _, now := verifier(t)
	verify := func(claims string) domain.Actor {
		a, _, err := n.Verify(t.Context(), sign(fmt.Sprintf(`{"app":"demo","sub":"ann","exp":%d%s}`, noon.Unix()+60, claims)))
		require.NoError(t, err)
		return a
	}
	t.Run("CH-003 user and app", func(t *testing.T) {
		a := verify("")
		require.Equal(t, domain.UserID("ann"), a.User())
		require.Equal(t, domain.AppID("demo"), a.App)
		require.Nil(t, a.Capability)
	})
	t.Run("CH-003 a name of 300 characters is cut to 100", func(t *testing.T) {
		require.Equal(t, strings.Repeat("é", 100), verify(`,"name":"`+strings.Repeat("é", 300)+`"`).Name)
	})
	t.Run("CH-024 a token without iat is issued at its first sight", func(t *testing.T) {
		a := verify(`,"name":"Ann"`)
		*now = noon.Add(time.Second)
		require.True(t, noon.Equal(a.NameIssued))
		require.True(t, noon.Equal(verify(`,"name":"Ann"`).NameIssued))
		require.Equal(t, int64(1_799_999_999), verify(`,"iat":1799999999`).NameIssued.Unix())
	})
}

func TestSignedTokensVerify(t *testing.T) {
	n, _, _ := verifier(t)
	raw, err := auth.Sign(commands.SigningKey{Key: "demo.root", Secret: secret}, "demo", "ann/", "", noon, time.Hour)
	require.NoError(t, err)
	_, _, err = n.Verify(t.Context(), raw)
	require.ErrorIs(t, err, domain.ErrInvalidToken, "a user id has no slash")
	raw, err = auth.Sign(commands.SigningKey{Key: "demo.root", Secret: secret}, "demo", "ann", "Ann", noon, time.Hour)
	require.NoError(t, err)
	a, _, err := n.Verify(t.Context(), raw)
	require.NoError(t, err)
	require.Equal(t, "Ann", a.Name)
}

func TestTokensOfDotsCostNothing(t *testing.T) {
	n, _, _ := verifier(t)
	for _, dots := range []int{500, 8 << 10, 60_000} {
		raw := strings.Repeat(".", dots)
		t.Run(fmt.Sprintf("RS-019 %d dots", dots), func(t *testing.T) {
			allocs := testing.AllocsPerRun(10, func() {
				_, _, err := n.Verify(t.Context(), raw)
				require.ErrorIs(t, err, domain.ErrInvalidToken)
			})
			require.Less(t, allocs, 20.0)
		})
		t.Run(fmt.Sprintf("RS-019 %d dots as bytes", dots), func(t *testing.T) {
			require.Less(t, allocated(func() {
				for range 100 {
					_, _, _ = n.Verify(t.Context(), raw)
				}
			}), uint64(100*16<<10), "what it takes is bounded by what a token may be")
		})
	}
}

// allocated is how many bytes f allocates, garbage included.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

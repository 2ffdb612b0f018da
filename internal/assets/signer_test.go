package assets_test

import (
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/assets"
)

// TestTheExampleOfTheContract checks the signatures that the contract shows.
func TestTheExampleOfTheContract(t *testing.T) {
	b, err := os.ReadFile("../../docs/contracts/channels.md")
	require.NoError(t, err)
	key := regexp.MustCompile("With the key `([^`]+)`").FindSubmatch(b)
	require.NotNil(t, key)
	signer, err := assets.NewSigner(string(key[1]))
	require.NoError(t, err)
	now := time.Unix(1795212325-60, 0)
	parts := func(address string) (app, asset, query string) {
		u, err := url.Parse(strings.TrimSpace(address))
		require.NoError(t, err)
		path := strings.Split(u.Path, "/")
		return path[len(path)-2], path[len(path)-1], u.RawQuery
	}
	examples := regexp.MustCompile(`(?m)^    https://.*&signature=.*$`).FindAllString(string(b), -1)
	require.Len(t, examples, 2)
	t.Run("CH-542 fetching", func(t *testing.T) {
		app, asset, query := parts(examples[0])
		g, err := signer.Download(now, app, asset, query)
		require.NoError(t, err)
		require.Equal(t, assets.Grant{App: "demo", ID: 4785726996002535183, Size: "512", Expires: time.Unix(1795212325, 0)}, g)
		_, err = signer.Upload(now, app, asset, query)
		require.ErrorIs(t, err, domain.ErrForbidden)
		_, err = signer.Download(time.Unix(1795212325, 0), app, asset, query)
		require.ErrorIs(t, err, domain.ErrForbidden, "it ends at that second")
	})
	t.Run("CH-542 sending", func(t *testing.T) {
		app, asset, query := parts(examples[1])
		g, err := signer.Upload(now, app, asset, query)
		require.NoError(t, err)
		require.Equal(t, assets.Grant{
			App: "demo", ID: 4785726996002535183, Expires: time.Unix(1795212325, 0), Bytes: 20480, Type: "image/png",
		}, g)
		_, err = signer.Download(now, app, asset, query)
		require.ErrorIs(t, err, domain.ErrForbidden)
	})
	t.Run("RS-128 another key", func(t *testing.T) {
		other, err := assets.NewSigner(string(key[1]) + "x")
		require.NoError(t, err)
		app, asset, query := parts(examples[0])
		_, err = other.Download(now, app, asset, query)
		require.ErrorIs(t, err, domain.ErrForbidden)
	})
}

func TestSettingsAreChecked(t *testing.T) {
	good := assets.Config{Key: strings.Repeat("k", 32), URL: "https://files.example.com/v1/assets"}
	require.NoError(t, good.Validate())
	for name, change := range map[string]func(*assets.Config){
		"a short key":             func(c *assets.Config) { c.Key = strings.Repeat("k", 31) },
		"no URL":                  func(c *assets.Config) { c.URL = "" },
		"a relative URL":          func(c *assets.Config) { c.URL = "/v1/assets" },
		"another scheme":          func(c *assets.Config) { c.URL = "ftp://example.com" },
		"a password":              func(c *assets.Config) { c.URL = "https://a:b@example.com" },
		"a query":                 func(c *assets.Config) { c.URL = "https://example.com/?a=b" },
		"a minute less a second":  func(c *assets.Config) { c.URLTTL = 59 * time.Second },
		"a week and a second":     func(c *assets.Config) { c.URLTTL = 7*24*time.Hour + time.Second },
		"a limit below 0":         func(c *assets.Config) { c.Limits.Files = -1 },
		"a lifetime of fractions": func(c *assets.Config) { c.URLTTL = 90*time.Second + time.Millisecond },
	} {
		t.Run("CH-513 "+name, func(t *testing.T) {
			c := good
			change(&c)
			require.Error(t, c.Validate())
			_, err := assets.New(c)
			require.Error(t, err)
		})
	}
	bad := assets.Config{URLTTL: time.Second}
	require.ErrorContains(t, bad.Validate(), "key")
	require.ErrorContains(t, bad.Validate(), "60s", "all faults at once")
}

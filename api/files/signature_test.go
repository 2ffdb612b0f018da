package files_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
	"parley/internal/server"
)

// changed is a URL with a query parameter set, or taken away for "".
func changed(t *testing.T, address, name, value string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	q := u.Query()
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

func parameter(t *testing.T, address, name string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	return u.Query().Get(name)
}

func TestChangingAnyPartBreaksTheSignature(t *testing.T) {
	s, ann, group := open(t)
	text := []byte("text")
	id := ann.Upload(group, "a.txt", "text/plain", text)
	other := ann.Upload(group, "b.txt", "text/plain", text)
	message := ann.Attach(group, id, "a.txt", "image/png", 4)
	good := ann.FileURL(group, message, "full")
	s.Fetch("GET", good, nil).Want(200)
	signature := parameter(t, good, "signature")
	flipped := "A" + signature[1:]
	if signature[0] == 'A' {
		flipped = "B" + signature[1:]
	}
	announced := ann.Announce(group, "c.txt", "text/plain", 4).Want(201)
	sending := announced.Text("upload_url")

	downloads := map[string]string{
		"another size":                   changed(t, good, "size", "512"),
		"no size":                        changed(t, good, "size", ""),
		"two sizes":                      good + "&size=full",
		"another asset":                  strings.Replace(good, "/"+id, "/"+other, 1),
		"an asset that is no id":         strings.Replace(good, "/"+id, "/..%2F"+id, 1),
		"a zero in front of the id":      strings.Replace(good, "/"+id, "/0"+id, 1),
		"another app":                    strings.Replace(good, "/demo/", "/other/", 1),
		"an app that is none":            strings.Replace(good, "/demo/", "/De%0Amo/", 1),
		"a later end":                    changed(t, good, "expires", "99999999999"),
		"an end that is no number":       changed(t, good, "expires", "never"),
		"no end":                         changed(t, good, "expires", ""),
		"no signature":                   changed(t, good, "signature", ""),
		"a signature cut":                changed(t, good, "signature", signature[:len(signature)-1]),
		"half a signature":               changed(t, good, "signature", signature[:20]),
		"a longer signature":             changed(t, good, "signature", signature+"A"),
		"a signature with a bit changed": changed(t, good, "signature", flipped),
		"a signature that is no base64":  changed(t, good, "signature", "***"),
		"two signatures":                 good + "&signature=" + signature,
		"a query that cannot be read":    good + "&%zz",
		"an upload's URL":                sending,
	}
	for name, address := range downloads {
		s.Run(t, "RS-128 CH-513 CH-542 download with "+name, func(*testing.T) {
			s.Fetch("GET", address, nil).Refused(403, "FORBIDDEN")
			s.Fetch("HEAD", address, nil).Want(403)
		})
	}
	uploads := map[string]string{
		"another type":  changed(t, sending, "content_type", "image/png"),
		"another size":  changed(t, sending, "size_bytes", "5"),
		"no size":       changed(t, sending, "size_bytes", ""),
		"another asset": strings.Replace(sending, "/"+announced.Text("asset_id"), "/"+other, 1),
		"another app":   strings.Replace(sending, "/demo/", "/other/", 1),
		"a later end":   changed(t, sending, "expires", "99999999999"),
		"half a signature": changed(t, sending, "signature",
			parameter(t, sending, "signature")[:20]),
		"a download's URL": strings.Replace(good, "/"+id, "/"+announced.Text("asset_id"), 1),
	}
	for name, address := range uploads {
		s.Run(t, "RS-128 CH-542 upload with "+name, func(*testing.T) {
			s.Fetch("PUT", address, text).Refused(403, "FORBIDDEN")
		})
	}
	s.Run(t, "RS-128 nothing was kept", func(t *testing.T) {
		require.Equal(t, "pending", ann.Get(apitest.Uploads(announced.Text("upload_id"))).Text("state"))
	})
	s.Run(t, "CH-014 an unknown parameter changes nothing", func(*testing.T) {
		s.Fetch("GET", good+"&utm=1", nil).Want(200)
	})
	s.Run(t, "CH-513 two sizes are two URLs, which are absolute and end in an hour", func(t *testing.T) {
		a := ann.Get(apitest.AttachmentURL(group, message, "1") + "?size=512").Want(200)
		require.NotEqual(t, good, a.Text("url"))
		require.True(t, strings.HasPrefix(good, s.URL+"/v1/assets/demo/"+id+"?"), good)
		require.InDelta(t, s.Clock.Now().Add(time.Hour).Unix(), a.Number("expires_at"), 3)
	})
	s.Run(t, "RS-128 CH-542 expired", func(*testing.T) {
		s.Clock.Advance(time.Hour + time.Second)
		s.Fetch("GET", good, nil).Refused(403, "FORBIDDEN")
		s.Fetch("PUT", sending, text).Refused(403, "FORBIDDEN")
	})
}

func TestAnotherStoreAndLifetime(t *testing.T) {
	s, ann, group := open(t, func(c *server.Config) {
		c.Assets.URL, c.Assets.URLTTL = "https://files.example.com/store/", time.Minute
	})
	s.Run(t, "CH-513 URLs of a store elsewhere, good for a minute", func(t *testing.T) {
		a := ann.Get(apitest.AttachmentURL(group, ann.Attach(group, "77", "a", "image/png", 4), "1")).Want(200)
		require.True(t, strings.HasPrefix(a.Text("url"), "https://files.example.com/store/demo/77?size=full&expires="), a.Text("url"))
		require.InDelta(t, s.Clock.Now().Add(time.Minute).Unix(), a.Number("expires_at"), 3)
		up := ann.Announce(group, "a.txt", "text/plain", 4).Want(201).Text("upload_url")
		require.True(t, strings.HasPrefix(up, "https://files.example.com/store/demo/"), up)
	})
}

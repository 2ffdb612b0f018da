package native

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"parley/domain"
)

// FuzzIdempotencyKey: a key is printable ASCII as it is, or refused; another
// key is another scope.
func FuzzIdempotencyKey(f *testing.F) {
	for _, seed := range []string{
		"k", "", " ", "a b", strings.Repeat("k", 128), strings.Repeat("k", 129), strings.Repeat("k", 10<<10), "\x00", "a\x7f", "é", "\xff", "a\r\nb: c", "~",
	} {
		f.Add(seed, "other")
	}
	f.Fuzz(func(t *testing.T, key, other string) {
		scope := func(key string) ([]string, error) {
			c, _ := gin.CreateTestContext(httptest.NewRecorder())
			c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil)
			c.Request.Header["Idempotency-Key"] = []string{key}
			r := &request{Context: c, actor: domain.Actor{App: "demo", Kind: domain.ActorUser, ID: "ann"}}
			return r.once("send", 7)
		}
		mine, err := scope(key)
		printable := key != "" && len(key) <= 128 && !strings.ContainsFunc(key, func(c rune) bool { return c < ' ' || c > '~' })
		if !printable {
			refusal(t, err, "INVALID_REQUEST")
			require.Nil(t, mine)
			return
		}
		require.NoError(t, err)
		require.Contains(t, mine, key)
		if theirs, err := scope(other); err == nil {
			require.Equal(t, key == other, strings.Join(mine, "\x00") == strings.Join(theirs, "\x00"))
		}
	})
}

// FuzzMedia: what is taken for JSON is not said to be anything else.
func FuzzMedia(f *testing.F) {
	for _, seed := range [][2]string{
		{"application/json", ""},
		{"application/json; charset=utf-8", "identity"},
		{"application/json; charset=\"UTF-16\"", ""},
		{"TEXT/XML", ""},
		{"multipart/form-data; boundary=x", ""},
		{"application/json", "gzip"},
		{"application/json", "identity, br"},
		{";", ""},
		{"application/json;;;", ""},
		{"application/json; charset*=utf-8''utf-16", ""},
		{"\xff", "\xff"},
		{"a/b/c", ""},
		{"", ""},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, media, encoding string) {
		err := checkMedia(http.Header{"Content-Type": {media}, "Content-Encoding": {encoding}})
		if err != nil {
			refusal(t, err, "UNSUPPORTED_MEDIA_TYPE")
			return
		}
		require.True(t, encoding == "" || strings.EqualFold(encoding, "identity"), "%q", encoding)
		media = strings.ToLower(strings.TrimSpace(media))
		for _, not := range []string{"text/", "multipart/", "image/", "audio/", "video/"} {
			require.False(t, strings.HasPrefix(media, not), "%q", media)
		}
	})
}

// FuzzTimes: what is taken is a span within the calendar.
func FuzzTimes(f *testing.F) {
	for _, seed := range [][2]string{
		{"0", "1"},
		{"1", "0"},
		{"-1", ""},
		{"253402300799", "253402300800"},
		{"1e9", "1.5"},
		{"NaN", "Infinity"},
		{"", ""},
		{"1795210368000", "1795210368000000000"},
		{"18446744073709551616", "007"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, start, end string) {
		for _, query := range []url.Values{{"start": {start}, "end": {end}}, {"start": {start}}, {"end": {end}}} {
			c, _ := gin.CreateTestContext(httptest.NewRecorder())
			c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/?"+query.Encode(), nil)
			span, err := (&request{Context: c}).sent()
			if err != nil {
				refusal(t, err, "INVALID_REQUEST")
				continue
			}
			require.True(t, 0 <= span.Start && span.Start <= span.End, "%+v", span)
			require.LessOrEqual(t, span.End, milliseconds(maxTime+1))
		}
	})
}

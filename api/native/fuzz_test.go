package native

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/queries"
)

// refusal demands that an error be one of the catalogue with a code.
func refusal(t *testing.T, err error, code string) {
	t.Helper()
	var r *domain.Error
	require.True(t, errors.As(err, &r), "%v", err)
	require.Equal(t, code, r.Code)
}

// FuzzBody reads bodies as they come: no panic, and what the getters give is
// UTF-8 without U+0000.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{"body":"x"}`, `{"body":7,"body":"x"}`, `{"body":null,"user_id":42}`, `{"user_id":-1}`, `{"user_id":1e3}`, `{"user_id":01}`,
		`{"body":"\ud800"}`, `{"body":"\u0000"}`, `{"body":["x"]}`, `{}`, `[]`, `null`, "", "\ufeff{}", `{"a":NaN}`, "{\"body\":\"\xff\"}",
		strings.Repeat("[", 65), `{"body":"\"[[["}`, `{"body":"` + strings.Repeat("[", 100) + `"}`, `{"attachments":[{}]}`, `{} {}`, `{"hidden":true}`, `{"hidden":"true"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := parseObject(b)
		if err != nil {
			refusal(t, err, "INVALID_REQUEST")
			require.Nil(t, o)
		}
		for _, name := range []string{"body", "user_id", "type", "name", "role"} {
			for _, read := range []func(string) (string, error){o.text, o.id} {
				s, err := read(name)
				if err != nil {
					refusal(t, err, "INVALID_REQUEST")
					require.Empty(t, s)
				}
				require.True(t, utf8.ValidString(s))
				require.NotContains(t, s, "\x00")
			}
		}
		if yes, err := o.boolean("hidden"); err != nil {
			refusal(t, err, "INVALID_REQUEST")
			require.False(t, yes)
		}
		if _, err := o.list("attachments"); err != nil {
			refusal(t, err, "INVALID_REQUEST")
		}
	})
}

// FuzzContent reads what a request says of a message: a fault has the code of
// its row, and what is taken holds no U+0000 and no number below zero, so that
// the rule sees nothing that JSON could have bent.
func FuzzContent(f *testing.F) {
	for _, seed := range []string{
		`{"attachments":[{"asset_id":"1","filename":"a","content_type":"image/png","size_bytes":1}],"refs":["1",2],"mentions":["bob",42]}`,
		`{"attachments":[{"asset_id":1.5,"filename":7,"content_type":null,"size_bytes":-1}]}`, `{"attachments":[null,[],"x",{}]}`, `{"attachments":{}}`,
		`{"inline_emotes":[{"shortcode":"x","asset_id":"1","start_index":0,"end_index":1},{"shortcode":"y","asset_id":2,"start_index":1,"end_index":2}],"body":"ab"}`,
		`{"inline_emotes":[{"start_index":1e3,"end_index":"1"}]}`, `{"inline_emotes":[{"start_index":9223372036854775808}]}`, `{"inline_emotes":7}`,
		`{"attachments":[{"filename":"\u0000"}]}`, `{"refs":[0]}`, `{"refs":[9223372036854775808]}`, `{"refs":{}}`, `{"mentions":[null]}`, `{"mentions":["a/b",""]}`,
		`{"attachments":[{"asset_id":"1","asset_id":2,"Asset_id":3}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := parseObject(b)
		if err != nil {
			return
		}
		files, err := o.attachments()
		if err != nil {
			refusedAs(t, err, "CHAT_INVALID_ATTACHMENT", "INVALID_REQUEST")
			require.Nil(t, files)
		}
		for _, file := range files {
			plainText(t, file.Asset, file.File, file.Type)
			require.GreaterOrEqual(t, file.Size, int64(0))
		}
		w, err := o.written()
		if err != nil {
			refusedAs(t, err, "CHAT_INVALID_EMOTE", "INVALID_REQUEST")
			return
		}
		for _, e := range w.emotes {
			plainText(t, e.Shortcode, e.Asset)
			require.True(t, e.Start >= 0 && e.End >= 0)
		}
		for _, ref := range w.refs {
			require.Positive(t, ref)
		}
		for _, u := range w.mentions {
			plainText(t, string(u))
		}
		answer := appendMessage(nil, queries.Message{
			Text: w.text, Emotes: w.emotes, Attachments: attached(files), Refs: w.refs, Mentions: w.mentions,
		})
		require.True(t, json.Valid(answer), "%s", answer)
	})
}

// refusedAs demands a refusal with one of some codes.
func refusedAs(t *testing.T, err error, codes ...string) {
	t.Helper()
	var r *domain.Error
	require.True(t, errors.As(err, &r), "%v", err)
	require.Contains(t, codes, r.Code)
}

func plainText(t *testing.T, texts ...string) {
	t.Helper()
	for _, s := range texts {
		require.True(t, utf8.ValidString(s))
		require.NotContains(t, s, "\x00")
	}
}

// FuzzPosition: what is read is what would be written.
func FuzzPosition(f *testing.F) {
	for _, seed := range []string{"p0", "p1", "pzz", "p-1", "p01", "P1", "", "p", "x", "p1y2p0ij32e8e7", "p1y2p0ij32e8e8", "p+1", "p1 "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, ok := parsePosition(text)
		if ok {
			require.GreaterOrEqual(t, at, int64(0))
			require.Equal(t, text, formatPosition(at))
		}
	})
}

// FuzzQuery reads limits, cursors and times: what is taken is within bounds and
// has one spelling for cursors.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"1", "100", "101", "0", "-1", "+1", "007", "1.5", "", "abc", "9223372036854775807", "9223372036854775808", "1e3", "\x00", "١", "true", "false", "TRUE"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, _ := gin.CreateTestContext(httptest.NewRecorder())
		query := url.Values{"limit": {text}, "before": {text}, "start": {text}, "flag": {text}}
		c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/?"+query.Encode(), nil)
		r := &request{Context: c}
		limit, err := r.limit(50, 100)
		if err != nil {
			refusal(t, err, "INVALID_LIMIT")
		} else {
			require.True(t, limit >= 1 && limit <= 100, "%d", limit)
		}
		id, err := r.cursor("before")
		if err != nil {
			refusal(t, err, "INVALID_CURSOR")
		} else {
			require.Equal(t, text, id.String())
		}
		span, err := r.sent()
		if err != nil {
			refusal(t, err, "INVALID_REQUEST")
		} else {
			require.True(t, span.Start >= 0 && span.Start < span.End, "%+v", span)
		}
		yes, err := r.flag("flag")
		if err != nil {
			refusal(t, err, "INVALID_REQUEST")
		} else {
			require.Equal(t, text, strconv.FormatBool(yes))
		}
	})
}

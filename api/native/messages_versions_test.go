package native_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestVersionsOfMessages(t *testing.T) {
	s, app := open(t)
	ann, bob, eve := app.User("ann"), app.User("bob"), app.User("eve")
	room, other := ann.Room("r"), ann.Room("other")
	ann.Add(room, bob)
	ref := ann.Send(room, "ref")
	start := s.Clock.Now().Unix()
	sent := bob.Post(apitest.Messages(room), entry{
		"body": "heart wave", "inline_emotes": []entry{wave.with(entry{"end_index": 10})}, "refs": []any{ref}, "mentions": []any{"ann"},
	}).Want(201)
	id := sent.Text("id")
	path := apitest.Messages(room, id, "versions")
	s.Run(t, "CH-318 the message as it was sent", func(t *testing.T) {
		a := ann.Get(path).Want(200)
		require.JSONEq(t, fmt.Sprintf(`{"versions":[{"version":%q,"body":"heart wave","inline_emotes":%s,"refs":[%q],"mentions":["ann"],
			"edited_by":null,"created_at":%d}],"has_more":false}`, id, apitest.JSON(sent.At("inline_emotes")), ref, sent.Number("created_at")), string(a.Body))
	})
	for i, body := range []entry{{"body": "wave"}, {"body": "<b>", "mentions": []any{"cid"}}, {"body": "last"}} {
		s.Clock.Advance(10 * time.Second)
		bob.Put(apitest.Messages(room, id), body).Want(200)
		bob.Put(apitest.Messages(room, id), body).Want(200)
		require.Equal(t, i+2, bob.Get(path).Len("versions"), "CH-325 the same again is no version")
	}
	var versions []string
	s.Run(t, "CH-318 every edit, oldest first", func(t *testing.T) {
		a := ann.Get(path).Want(200)
		require.Equal(t, []string{"heart wave", "wave", "<b>", "last"}, a.Texts("body", "versions"))
		versions = a.Texts("version", "versions")
		require.Equal(t, id, versions[0])
		require.Nil(t, a.At("versions", 0, "edited_by"))
		require.Equal(t, ref, a.Text("versions", 0, "refs", 0))
		require.Equal(t, "cid", a.Text("versions", 2, "mentions", 0))
		require.Zero(t, a.Len("versions", 1, "inline_emotes"))
		for i := range 4 {
			require.InDelta(t, start+int64(10*i), a.Number("versions", i, "created_at"), 3)
			if i > 0 {
				require.Equal(t, "bob", a.Text("versions", i, "edited_by"))
			}
		}
		require.Equal(t, a.Number("versions", 3, "created_at"), ann.Get(apitest.Messages(room, id)).Number("edited_at"))
	})
	s.Run(t, "CH-318 pages", func(t *testing.T) {
		for query, want := range map[string]struct {
			from, to int
			more     bool
		}{
			"?limit=1": {0, 1, true}, "?limit=3": {0, 3, true}, "?limit=4": {0, 4, false}, "?limit=100": {0, 4, false}, "?after=1": {0, 4, false},
			"?limit=2&after=" + versions[0]: {1, 3, true}, "?limit=3&after=" + versions[0]: {1, 4, false}, "?after=" + versions[2]: {3, 4, false},
			"?after=" + versions[3]: {4, 4, false}, "?after=9223372036854775807": {4, 4, false},
		} {
			a := bob.Get(path + query).Want(200)
			require.Equal(t, versions[want.from:want.to], a.Texts("version", "versions"), query)
			require.Equal(t, want.more, a.At("has_more"), query)
		}
	})
	gone, elsewhere := ann.Send(room, "gone"), ann.Send(other, "x")
	ann.Put(apitest.Messages(room, gone), `{"body":"still"}`).Want(200)
	ann.Delete(apitest.Messages(room, gone)).Want(204)
	foreign := s.App("other").User("bob")
	s.Unchanged(t, func() {
		s.Run(t, "CH-318 unknown, of another channel, deleted", func(*testing.T) {
			for _, m := range []string{"1", "0", "abc", "9223372036854775807", elsewhere, gone} {
				ann.Get(apitest.Messages(room, m, "versions")).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
			}
		})
		s.Run(t, "CH-318 members only", func(*testing.T) {
			eve.Get(path).Refused(403, "CHAT_NOT_MEMBER")
			eve.Get(path+"?limit=0").Refused(403, "CHAT_NOT_MEMBER")
			ann.Get(apitest.Messages("1", id, "versions")).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			foreign.Get(path).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
		})
		s.Run(t, "CH-318 CH-311 CH-312 limits and cursors", func(*testing.T) {
			for _, v := range []string{"0", "101", "-1", "", "x", "1.5"} {
				ann.Get(path+"?limit="+v).Refused(400, "INVALID_LIMIT")
			}
			for _, v := range []string{"0", "-1", "", "x", "9223372036854775808", "01"} {
				ann.Get(path+"?after="+v).Refused(400, "INVALID_CURSOR")
			}
			ann.Get(path, "Parley-Min-Position: x").Refused(400, "INVALID_REQUEST")
		})
	})
}

func TestHistoryByTime(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("r")
	var ids []string
	var times []int64
	for i := range 12 {
		if i%3 == 0 {
			s.Clock.Advance(10 * time.Second)
		}
		a := ann.Post(apitest.Messages(room), entry{"body": fmt.Sprint(i)}).Want(201)
		ids, times = append(ids, a.Text("id")), append(times, a.Number("created_at"))
	}
	get := func(format string, args ...any) ([]string, bool) {
		a := ann.Get(apitest.Messages(room) + fmt.Sprintf(format, args...)).Want(200)
		return a.Texts("id", "messages"), a.At("has_more").(bool)
	}
	// in are the messages of a time, newest first.
	in := func(start, end int64) []string {
		got := []string{}
		for i := len(ids) - 1; i >= 0; i-- {
			if start <= times[i] && times[i] < end {
				got = append(got, ids[i])
			}
		}
		return got
	}
	s.Run(t, "CH-319 from start on, before end", func(t *testing.T) {
		for _, start := range []int64{0, times[0] - 1, times[0], times[3], times[5], times[11], times[11] + 1} {
			got, more := get("?start=%d", start)
			require.Equal(t, in(start, 1<<60), got)
			require.False(t, more)
			got, _ = get("?end=%d", start)
			require.Equal(t, in(0, start), got)
			for _, end := range []int64{start, start + 1, start + 11, 253402300799} {
				got, _ = get("?start=%d&end=%d", start, end)
				require.Equal(t, in(start, end), got)
			}
		}
	})
	s.Run(t, "CH-319 CH-313 walking, with before and with after", func(t *testing.T) {
		want := in(times[3], times[9]+1)
		walked, before := []string{}, ""
		for more := true; more; {
			var page []string
			page, more = get("?start=%d&end=%d&limit=2%s", times[3], times[9]+1, before)
			walked = append(walked, page...)
			before = "&before=" + walked[len(walked)-1]
		}
		require.Equal(t, want, walked)
		after := "&after=1"
		for more := true; more; {
			var page []string
			page, more = get("?start=%d&end=%d&limit=2%s", times[3], times[9]+1, after)
			for _, id := range page {
				require.Equal(t, want[len(want)-1], id)
				want, after = want[:len(want)-1], "&after="+id
			}
		}
		require.Empty(t, want)
	})
	s.Run(t, "CH-319 a deleted message keeps its time", func(t *testing.T) {
		ann.Delete(apitest.Messages(room, ids[4])).Want(204)
		got, _ := get("?start=%d&end=%d", times[4], times[4]+1)
		require.Contains(t, got, ids[4])
	})
	s.Run(t, "CH-319 RS-076 times that are none", func(*testing.T) {
		for _, v := range []string{
			"", "-1", "x", "1.5", "1e3", "NaN", "0x10", "%2B1", "253402300800", "1700000000000000000", "99999999999999999999", "%D9%A1", "1%20", "null", "2026-01-01",
		} {
			ann.Get(apitest.Messages(room)+"?start="+v).Refused(400, "INVALID_REQUEST")
			ann.Get(apitest.Messages(room)+"?end="+v).Refused(400, "INVALID_REQUEST")
		}
		ann.Get(apitest.Messages(room)+"?start=2&end=1").Refused(400, "INVALID_REQUEST")
		ann.Get(apitest.Messages(room)+"?start=x&limit=0").Refused(400, "INVALID_LIMIT")
		ann.Get(apitest.Messages(room)+"?end=x&before=x").Refused(400, "INVALID_CURSOR")
		app.User("eve").Get(apitest.Messages(room)+"?start=x").Refused(403, "CHAT_NOT_MEMBER")
	})
	s.Run(t, "CH-319 the edges of what is taken", func(t *testing.T) {
		got, _ := get("?start=253402300799&end=253402300799")
		require.Empty(t, got)
		got, _ = get("?start=00&end=253402300799")
		require.Len(t, got, 12)
		got, _ = get("?end=0")
		require.Empty(t, got)
	})
}

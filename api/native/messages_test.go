package native_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestSendingMessages(t *testing.T) {
	s, app := open(t)
	ann, bob, eve := app.User("ann", "Ann"), app.User("bob"), app.User("eve")
	group, dm, room := ann.Group("g"), ann.DM("bob"), ann.Room("r")
	ann.Add(group, bob)
	s.Run(t, "CH-300 the message as it was accepted and as it is read", func(t *testing.T) {
		a := ann.Post(apitest.Messages(group), `{"body":"hello"}`).Want(201)
		require.Equal(t, "hello", a.Text("body"))
		require.Equal(t, group, a.Text("channel_id"))
		require.Equal(t, "ann", a.Text("sender_id"))
		require.Equal(t, "Ann", a.Text("sender_name"))
		require.Regexp(t, `^[1-9][0-9]{0,18}$`, a.Text("id"))
		require.InDelta(t, s.Clock.Now().Unix(), a.Number("created_at"), 3)
		require.Nil(t, a.At("edited_at"))
		require.Equal(t, false, a.At("deleted"))
		for _, list := range []string{"attachments", "inline_emotes", "reactions"} {
			require.Zero(t, a.Len(list))
		}
		for _, u := range []*apitest.User{ann, bob} {
			require.JSONEq(t, string(a.Body), string(u.Get(apitest.Messages(group, a.Text("id"))).Want(200).Body))
			require.Equal(t, a.At(), u.Get(apitest.Messages(group)).At("messages", 0))
		}
	})
	s.Unchanged(t, func() {
		for name, body := range map[string]string{
			"no body": `{}`, "null": `{"body":null}`, "empty": `{"body":""}`, "blanks": `{"body":" \t\r\n"}`,
			"blanks of Unicode": `{"body":"\u00a0\u2003\u3000\u2028\u0085"}`, "unknown fields only": `{"text":"x","Body":"x"}`,
			"empty lists": `{"body":"","attachments":[],"inline_emotes":[]}`,
		} {
			s.Run(t, "CH-301 "+name, func(*testing.T) {
				ann.Post(apitest.Messages(group), body).Refused(400, "CHAT_EMPTY_MESSAGE")
			})
		}
		s.Run(t, "CH-302 not a member", func(*testing.T) {
			for _, id := range []string{group, dm, room} {
				eve.Post(apitest.Messages(id), `{"body":"x"}`).Refused(403, "CHAT_NOT_MEMBER")
			}
		})
		s.Run(t, "CH-304 4,001 characters", func(*testing.T) {
			for _, c := range []string{"x", "é", "😀"} {
				ann.Post(apitest.Messages(group), map[string]string{"body": strings.Repeat(c, 4001)}).Refused(400, "CHAT_MESSAGE_TOO_LONG")
			}
			ann.Post(apitest.Messages(group), map[string]string{"body": strings.Repeat(" ", 4000) + "x"}).Refused(400, "CHAT_MESSAGE_TOO_LONG")
		})
	})
	s.Run(t, "CH-304 4,000 characters of one to four bytes", func(t *testing.T) {
		for _, c := range []string{"x", "é", "語", "😀"} {
			text := strings.Repeat(c, 4000)
			require.Equal(t, text, ann.Get(apitest.Messages(group, ann.Send(group, text))).Text("body"))
		}
		escaped := `{"body":"` + strings.Repeat(`\ud83d\ude00`, 4000) + `"}`
		require.Equal(t, strings.Repeat("😀", 4000), ann.Post(apitest.Messages(group), escaped).Want(201).Text("body"))
	})
	s.Run(t, "CH-308 sending reads the channel", func(t *testing.T) {
		require.Positive(t, bob.Get(apitest.Channel(group)).Number("unread_count"))
		bob.Send(group, "x")
		require.Zero(t, bob.Get(apitest.Channel(group)).Number("unread_count"))
		require.Equal(t, int64(1), ann.Get(apitest.Channel(group)).Number("unread_count"))
	})
	s.Run(t, "CH-010 ids rise", func(t *testing.T) {
		last := int64(0)
		for range 50 {
			var id int64
			_, err := fmt.Sscan(ann.Send(group, "x"), &id)
			require.NoError(t, err)
			require.Greater(t, id, last)
			last = id
		}
	})
}

func TestTextsComeBackCodePointForCodePoint(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	group := ann.Group("g")
	for name, text := range map[string]string{
		"emoji": "👩‍👩‍👧 👍🏽 🇩🇪", "combining marks": "e\u0301 \u00e9", "right to left": "שלום \u202eabc\u202c مرحبا",
		"CR LF": "a\r\nb\rc\n", "blanks around": "  \t x \n ", "markup": `<script>alert("&amp;")</script>`, "line separators": "a\u2028b\u2029c",
		"controls": "a\x01\x1b[31m\x7f\u0080", "noncharacters": "a\ufffe\uffff\U0010ffff", "BOM": "\ufeffx", "zero width": "\u200b\u200d\u2060x",
		"replacement": "\ufffd", "quotes": `"\'` + "`", "JSON": `{"body":"x"}`, "SQL": "'; DROP TABLE messages; --", "percent": "%00 %s %d",
		"compatibility forms": "ﬁ Å Å ｆｕｌｌ", "many marks": "z" + strings.Repeat("\u0337", 500), "a blank that trims in front of text": "\u3000x",
	} {
		s.Run(t, "CH-305 "+name, func(t *testing.T) {
			a := ann.Post(apitest.Messages(group), map[string]string{"body": text}).Want(201)
			require.Equal(t, text, a.Text("body"))
			require.Equal(t, text, ann.Get(apitest.Messages(group, a.Text("id"))).Text("body"))
			require.Equal(t, text, ann.Get(apitest.Messages(group)+"?limit=1").Text("messages", 0, "body"))
		})
	}
}

func TestReadingMessages(t *testing.T) {
	s, app := open(t)
	ann, bob, eve := app.User("ann"), app.User("bob"), app.User("eve")
	group, dm, room := ann.Group("g"), ann.DM("bob"), ann.Room("r")
	in := map[string]string{}
	for _, c := range []string{group, dm, room} {
		in[c] = ann.Send(c, "x")
	}
	s.Run(t, "CH-317 one message", func(t *testing.T) {
		require.Equal(t, in[dm], bob.Get(apitest.Messages(dm, in[dm])).Want(200).Text("id"))
	})
	s.Unchanged(t, func() {
		s.Run(t, "CH-316 not a member", func(*testing.T) {
			for c, m := range in {
				eve.Get(apitest.Messages(c)).Refused(403, "CHAT_NOT_MEMBER")
				eve.Get(apitest.Messages(c, m)).Refused(403, "CHAT_NOT_MEMBER")
			}
		})
		s.Run(t, "CH-317 unknown, or of another channel", func(*testing.T) {
			for _, id := range []string{"1", "9223372036854775807", in[dm], in[room], group} {
				ann.Get(apitest.Messages(group, id)).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
			}
		})
	})
	s.Run(t, "CH-310 an empty channel", func(t *testing.T) {
		a := ann.Get(apitest.Messages(ann.Group("empty"))).Want(200)
		require.JSONEq(t, `{"messages":[],"has_more":false}`, string(a.Body))
	})
}

func TestBlocks(t *testing.T) {
	s, app := open(t)
	ann, bob := app.User("ann", "Ann"), app.User("bob", "Bob")
	bob.Get(channels).Want(200)
	dm, group := ann.DM("bob"), ann.Group("g")
	ann.Add(group, bob)
	old := bob.Send(dm, "before")
	s.Run(t, "CH-900 block, twice", func(t *testing.T) {
		ann.Put(apitest.Block("bob"), nil).Want(204)
		s.Unchanged(t, func() { ann.Put(apitest.Block("bob"), "ignored").Want(204) })
	})
	s.Unchanged(t, func() {
		s.Run(t, "CH-900 oneself", func(*testing.T) { ann.Put(apitest.Block("ann"), nil).Refused(400, "INVALID_REQUEST") })
		s.Run(t, "CH-113 no dm, new or old, from either side", func(*testing.T) {
			ann.Post(channels, `{"type":"dm","user_id":"bob"}`).Refused(403, "CHAT_DM_BLOCKED_USER")
			bob.Post(channels, `{"type":"dm","user_id":"ann"}`).Refused(403, "CHAT_DM_BLOCKED_USER")
		})
		s.Run(t, "CH-307 no message in a dm, from either side", func(*testing.T) {
			ann.Post(apitest.Messages(dm), `{"body":"x"}`).Refused(403, "CHAT_DM_BLOCKED_USER")
			bob.Post(apitest.Messages(dm), `{"body":"x"}`).Refused(403, "CHAT_DM_BLOCKED_USER")
			bob.Post(apitest.Messages(dm), `{`).Refused(403, "CHAT_DM_BLOCKED_USER")
		})
		s.Run(t, "CH-307 the history stays readable", func(t *testing.T) {
			for _, u := range []*apitest.User{ann, bob} {
				require.Equal(t, "before", u.Get(apitest.Messages(dm, old)).Want(200).Text("body"))
				require.Contains(t, u.Get(channels).Texts("id"), dm)
			}
		})
	})
	s.Run(t, "CH-903 groups do not care, and the blocked one is not told", func(t *testing.T) {
		bob.Send(group, "x")
		ann.Send(group, "y")
		require.Zero(t, bob.Get("/v1/users/me/blocks").Want(200).Len("blocks"))
	})
	s.Run(t, "CH-901 the list, the newest first", func(t *testing.T) {
		s.Clock.Advance(3e9)
		ann.Put(apitest.Block("cy"), nil).Want(204)
		a := ann.Get("/v1/users/me/blocks").Want(200)
		require.Equal(t, []string{"cy", "bob"}, a.Texts("user_id", "blocks"))
		require.Equal(t, []string{"cy", "Bob"}, a.Texts("display_name", "blocks"))
		require.InDelta(t, s.Clock.Now().Unix(), a.Number("blocks", 0, "created_at"), 2)
	})
	s.Run(t, "CH-902 lift it, twice", func(*testing.T) {
		ann.Delete(apitest.Block("bob")).Want(204)
		s.Unchanged(t, func() {
			ann.Delete(apitest.Block("bob")).Want(204)
			ann.Delete(apitest.Block("nobody")).Want(204)
		})
	})
	s.Run(t, "CH-903 lifting it restores sending", func(t *testing.T) {
		bob.Send(dm, "after")
		require.Equal(t, dm, ann.DM("bob"))
	})
	s.Run(t, "CH-113 a block stops a dm that was not yet", func(*testing.T) {
		app.User("cy").Post(channels, `{"type":"dm","user_id":"ann"}`).Refused(403, "CHAT_DM_BLOCKED_USER")
		ann.Post(channels, `{"type":"dm","user_id":"cy"}`).Refused(403, "CHAT_DM_BLOCKED_USER")
	})
}

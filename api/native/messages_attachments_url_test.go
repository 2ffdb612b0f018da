package native_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestURLsOfAttachments(t *testing.T) {
	s, app := open(t)
	ann, bob, eve := app.User("ann"), app.User("bob"), app.User("eve")
	group := ann.Group("g")
	ann.Add(group, bob)
	message := ann.Post(apitest.Messages(group), `{"attachments":[
		{"asset_id":7,"filename":"a.png","content_type":"image/png","size_bytes":1},
		{"asset_id":"8","filename":"b.pdf","content_type":"application/pdf","size_bytes":1}]}`).Want(201).Text("id")
	bare := ann.Send(group, "text")
	link := func(m, a string) string { return apitest.AttachmentURL(group, m, a) }
	s.Run(t, "CH-510 CH-513 a URL and its end", func(t *testing.T) {
		a := bob.Get(link(message, "1")).Want(200)
		require.Regexp(t, `^http://127\.0\.0\.1:\d+/v1/assets/demo/7\?size=full&expires=\d+&signature=[\w-]{43}$`, a.Text("url"))
		require.InDelta(t, s.Clock.Now().Unix()+3600, a.Number("expires_at"), 3)
		require.Contains(t, bob.Get(link(message, "2")).Want(200).Text("url"), "/demo/8?")
	})
	s.Run(t, "CH-511 the sizes of an image", func(t *testing.T) {
		seen := map[string]bool{}
		for _, size := range []string{"full", "1600", "512", "256", "128"} {
			url := ann.Get(link(message, "1") + "?size=" + size).Want(200).Text("url")
			require.False(t, seen[url], "CH-513 two sizes are two URLs")
			seen[url] = true
		}
		require.Contains(t, ann.Get(link(message, "1")).Text("url"), "size=full", "CH-511 the default")
	})
	s.Unchanged(t, func() {
		s.Run(t, "CH-511 no such size", func(*testing.T) {
			for _, size := range []string{"", "64", "0512", "FULL", "1600x", "-1", "full%00"} {
				ann.Get(link(message, "1")+"?size="+size).Refused(400, "INVALID_SIZE")
			}
		})
		s.Run(t, "CH-512 only images have smaller sizes", func(*testing.T) {
			ann.Get(link(message, "2") + "?size=full").Want(200)
			for _, size := range []string{"1600", "512", "256", "128"} {
				ann.Get(link(message, "2")+"?size="+size).Refused(400, "INVALID_SIZE")
			}
		})
		s.Run(t, "CH-514 unknown attachments and messages", func(*testing.T) {
			for _, n := range []string{"0", "3", "-1", "01", "x", "9223372036854775808"} {
				ann.Get(link(message, n)).Refused(404, "CHAT_ATTACHMENT_NOT_FOUND")
			}
			ann.Get(link(bare, "1")).Refused(404, "CHAT_ATTACHMENT_NOT_FOUND")
			for _, m := range []string{"1", "x", group} {
				ann.Get(link(m, "1")).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
			}
		})
		s.Run(t, "CH-515 not a member", func(*testing.T) {
			eve.Get(link(message, "1")).Refused(403, "CHAT_NOT_MEMBER")
		})
		s.Run(t, "CH-026 member, size, message, attachment, the size of its type", func(*testing.T) {
			eve.Get(link("1", "9")+"?size=7").Refused(403, "CHAT_NOT_MEMBER")
			ann.Get(link("1", "9")+"?size=7").Refused(400, "INVALID_SIZE")
			ann.Get(link("1", "9")+"?size=512").Refused(404, "CHAT_MESSAGE_NOT_FOUND")
			ann.Get(link(message, "9")+"?size=512").Refused(404, "CHAT_ATTACHMENT_NOT_FOUND")
			ann.Get(apitest.AttachmentURL("1", message, "1")).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
		})
	})
	s.Run(t, "RS-047 CH-515 not one who was removed", func(*testing.T) {
		ann.Delete(apitest.Members(group, "bob")).Want(204)
		bob.Get(link(message, "1")).Refused(403, "CHAT_NOT_MEMBER")
	})
	s.Run(t, "CH-514 not of a deleted message", func(*testing.T) {
		ann.Delete(apitest.Messages(group, message)).Want(204)
		ann.Get(link(message, "1")).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
	})
}

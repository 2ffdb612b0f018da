package native_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestEditingMessages(t *testing.T) {
	s, app := open(t)
	ann, bob, adam, eve := app.User("ann", "Ann"), app.User("bob", "Bob"), app.User("adam"), app.User("eve")
	group, dm, other := ann.Group("g"), ann.DM("bob"), ann.Group("other")
	ann.Add(group, bob)
	ann.Post(apitest.Members(group), `{"user_id":"adam","role":"admin"}`).Want(201)
	edit := func(u *apitest.User, channel, id string, body any, headers ...string) *apitest.Answer {
		return u.Put(apitest.Messages(channel, id), body, headers...)
	}
	id, older, newer := bob.Send(group, "first"), "", ""
	s.Run(t, "CH-320 by the author, RS-105 nothing but the content changes", func(t *testing.T) {
		older = ann.Send(group, "older")
		id = bob.Send(group, "first")
		newer = ann.Send(group, "newer")
		before := bob.Get(apitest.Messages(group, id))
		s.Clock.Advance(5 * time.Second)
		a := edit(bob, group, id, `{"body":"second","created_at":1,"sender_id":"ann","id":"1","edited_at":1,"deleted":true}`).Want(200)
		require.Equal(t, "second", a.Text("body"))
		require.InDelta(t, s.Clock.Now().Unix(), a.Number("edited_at"), 3)
		for _, same := range []string{"id", "channel_id", "sender_id", "sender_name", "created_at", "deleted", "reactions", "attachments"} {
			require.Equal(t, before.At(same), a.At(same), same)
		}
		require.NotEmpty(t, a.Position())
		for _, u := range []*apitest.User{ann, bob} {
			require.JSONEq(t, string(a.Body), string(u.Get(apitest.Messages(group, id)).Want(200).Body))
			require.Equal(t, []string{newer, id, older}, u.Get(apitest.Messages(group)+"?limit=3").Texts("id", "messages"), "CH-326")
		}
	})
	s.Run(t, "CH-320 in a dm and again; the name stays that of sending", func(t *testing.T) {
		m := bob.Send(dm, "x")
		a := edit(app.User("bob", "Robert"), dm, m, `{"body":"y"}`).Want(200)
		require.Equal(t, "Bob", a.Text("sender_name"))
		require.Equal(t, "z", edit(bob, dm, m, `{"body":"z"}`).Want(200).Text("body"))
	})
	s.Run(t, "CH-326 unread counts do not change", func(t *testing.T) {
		unread := adam.Get(apitest.Channel(group)).Number("unread_count")
		edit(bob, group, id, `{"body":"third"}`).Want(200)
		require.Equal(t, unread, adam.Get(apitest.Channel(group)).Number("unread_count"))
	})
	gone := bob.Send(group, "gone")
	bob.Delete(apitest.Messages(group, gone)).Want(204)
	elsewhere, foreign := ann.Send(other, "x"), s.App("other").User("bob")
	s.Unchanged(t, func() {
		s.Run(t, "CH-321 RS-036 by another: owner, admin, the other of a dm", func(*testing.T) {
			inDM := ann.Get(apitest.Messages(dm)).Text("messages", 0, "id")
			for _, body := range []string{`{"body":"x"}`, `{"body":"third"}`, `{`, `{"body":""}`} {
				edit(ann, group, id, body).Refused(403, "CHAT_NOT_MESSAGE_AUTHOR")
				edit(adam, group, id, body).Refused(403, "CHAT_NOT_MESSAGE_AUTHOR")
				edit(ann, dm, inDM, body).Refused(403, "CHAT_NOT_MESSAGE_AUTHOR")
			}
		})
		s.Run(t, "CH-322 CH-025 RS-103 unknown, of another channel, deleted, no id", func(*testing.T) {
			for _, m := range []string{"1", "9223372036854775807", "9223372036854775808", "0", "-1", "abc", elsewhere, gone, group, "%00"} {
				edit(ann, group, m, `{"body":"x"}`).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
				edit(bob, group, m, `{`).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
			}
		})
		s.Run(t, "CH-323 RS-063 empty, or too long", func(*testing.T) {
			for _, body := range []string{`{}`, `{"body":null}`, `{"body":""}`, `{"body":" \n\u2003"}`} {
				edit(bob, group, id, body).Refused(400, "CHAT_EMPTY_MESSAGE")
			}
			edit(bob, group, id, entry{"body": strings.Repeat("😀", 4001)}).Refused(400, "CHAT_MESSAGE_TOO_LONG")
		})
		s.Run(t, "CH-013 CH-022 RS-061 bodies that are none", func(*testing.T) {
			for _, body := range []string{`{`, `[]`, ``, `{"body":7}`, `{"body":["x"]}`, `{"body":"a\u0000"}`, `{"body":"x","inline_emotes":{}}`, `{"body":"x","refs":"1"}`} {
				edit(bob, group, id, body).Refused(400, "INVALID_REQUEST")
			}
			edit(bob, group, id, `{"body":"x","inline_emotes":[1]}`).Refused(400, "CHAT_INVALID_EMOTE")
			edit(bob, group, id, `{"body":"x","refs":["1"]}`).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
			edit(bob, group, id, `{"body":"x"}`, "Idempotency-Key: ").Refused(400, "INVALID_REQUEST")
		})
		s.Run(t, "CH-015 RS-065 a megabyte", func(*testing.T) {
			edit(bob, group, id, entry{"body": strings.Repeat("x", 1<<20)}).Refused(413, "BODY_TOO_LARGE")
		})
		s.Run(t, "CH-325 the same body again", func(t *testing.T) {
			before := bob.Get(apitest.Messages(group, id))
			for range 2 {
				a := edit(bob, group, id, `{"body":"th\u0069rd","inline_emotes":[],"mentions":null}`).Want(200)
				require.JSONEq(t, string(before.Body), string(a.Body))
				require.NotEmpty(t, a.Position())
			}
		})
		s.Run(t, "CH-302 CH-131 strangers and channels that are not", func(*testing.T) {
			edit(eve, group, id, `{"body":"x"}`).Refused(403, "CHAT_NOT_MEMBER")
			edit(eve, group, "1", `{`).Refused(403, "CHAT_NOT_MEMBER")
			edit(bob, "1", id, `{`).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			edit(bob, "x", id, `{"body":"x"}`).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			foreign.Put(apitest.Messages(group, id), `{"body":"x"}`).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
		})
	})
}

func TestEditingWhatStandsBesideTheBody(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("r")
	one, two := ann.Send(room, "one"), ann.Send(room, "two")
	post := func(body entry) string { return ann.Post(apitest.Messages(room), body).Want(201).Text("id") }
	edit := func(id string, body entry) *apitest.Answer { return ann.Put(apitest.Messages(room, id), body) }
	s.Run(t, "CH-324 CH-327 emotes, refs and mentions are replaced, and absent means none", func(t *testing.T) {
		id := post(entry{"body": "heart wave", "inline_emotes": []entry{wave.with(entry{"end_index": 10})}, "refs": []any{one}, "mentions": []any{"bob"}})
		a := edit(id, entry{"body": "wave", "inline_emotes": []entry{wave.with(entry{"start_index": 0, "end_index": 4})}, "refs": []any{two}, "mentions": []any{"cid"}}).Want(200)
		require.Equal(t, int64(4), a.Number("inline_emotes", 0, "end_index"))
		require.Equal(t, two, a.Text("refs", 0))
		require.Equal(t, "cid", a.Text("mentions", 0))
		s.Unchanged(t, func() {
			edit(id, entry{"body": "wave", "inline_emotes": []entry{wave}}).Refused(400, "CHAT_INVALID_EMOTE")
		})
		a = edit(id, entry{"body": "wave"}).Want(200)
		require.Zero(t, a.Len("inline_emotes"))
		require.NotContains(t, string(a.Body), `"refs"`)
		require.NotContains(t, string(a.Body), `"mentions"`)
		require.JSONEq(t, string(a.Body), string(ann.Get(apitest.Messages(room, id)).Body))
	})
	s.Run(t, "CH-325 another emote, ref or mention is another content", func(t *testing.T) {
		full := entry{"body": "xx", "inline_emotes": []entry{wave.with(entry{"start_index": 0, "end_index": 1})}, "refs": []any{one}, "mentions": []any{"bob"}}
		id := post(full)
		s.Unchanged(t, func() { require.Nil(t, edit(id, full).Want(200).At("edited_at")) })
		edited := int64(0)
		for _, c := range []entry{
			{"inline_emotes": []entry{wave.with(entry{"start_index": 1, "end_index": 2})}}, {"refs": []any{two}}, {"mentions": []any{"Bob"}}, {"refs": nil},
		} {
			s.Clock.Advance(2 * time.Second)
			at := edit(id, full.with(c)).Want(200).Number("edited_at")
			require.Greater(t, at, edited)
			edited = at
		}
	})
	s.Run(t, "CH-323 CH-324 attachments stay, whatever the edit says of them", func(t *testing.T) {
		id := post(entry{"body": "look", "attachments": []entry{picture}})
		before := ann.Get(apitest.Messages(room, id)).At("attachments")
		for _, body := range []entry{{"body": ""}, {}, {"body": "x", "attachments": []any{}}, {"body": "y", "attachments": []any{1}}} {
			a := edit(id, body).Want(200)
			require.Equal(t, before, a.At("attachments"))
		}
	})
}

func TestDeletingMessages(t *testing.T) {
	s, app := open(t)
	ann, bob, adam, moe, eve := app.User("ann"), app.User("bob", "Bob"), app.User("adam"), app.User("moe"), app.User("eve")
	group, dm, other := ann.Group("g"), ann.DM("bob"), ann.Group("other")
	ann.Add(group, bob, moe)
	ann.Post(apitest.Members(group), `{"user_id":"adam","role":"admin"}`).Want(201)
	tombstone := func(t *testing.T, channel, id, name string) {
		a := ann.Get(apitest.Messages(channel, id)).Want(200)
		require.Equal(t, true, a.At("deleted"))
		require.Empty(t, a.Text("body"))
		require.Equal(t, name, a.Text("sender_name"))
		for _, list := range []string{"attachments", "inline_emotes", "reactions"} {
			require.Zero(t, a.Len(list))
		}
		require.NotContains(t, string(a.Body), `"refs"`)
		require.NotContains(t, string(a.Body), `"mentions"`)
		require.NotContains(t, string(a.Body), "secret")
	}
	send := func(u *apitest.User, channel string) string {
		return u.Post(apitest.Messages(channel), entry{
			"body": "secret :x:", "attachments": []entry{picture.with(entry{"filename": "secret.png"})}, "mentions": []any{"secret-agent"},
			"inline_emotes": []entry{{"shortcode": "secret", "asset_id": 1, "start_index": 0, "end_index": 1}},
			"refs":          []any{u.Send(channel, "x")},
		}).Want(201).Text("id")
	}
	s.Run(t, "CH-330 CH-315 by the author, edited or not", func(t *testing.T) {
		for _, channel := range []string{group, dm} {
			id := send(bob, channel)
			a := bob.Delete(apitest.Messages(channel, id)).Want(204)
			require.NotEmpty(t, a.Position())
			tombstone(t, channel, id, "Bob")
			id = send(bob, channel)
			bob.Put(apitest.Messages(channel, id), `{"body":"secret"}`).Want(200)
			bob.Delete(apitest.Messages(channel, id)).Want(204)
			tombstone(t, channel, id, "Bob")
		}
	})
	s.Run(t, "CH-331 anyone's by an admin and the owner", func(t *testing.T) {
		for _, u := range []*apitest.User{adam, ann} {
			id := send(bob, group)
			u.Delete(apitest.Messages(group, id)).Want(204)
			tombstone(t, group, id, "Bob")
		}
		adam.Delete(apitest.Messages(group, send(ann, group))).Want(204)
	})
	id, inDM := send(bob, group), send(bob, dm)
	gone, elsewhere, foreign := send(bob, group), send(ann, other), s.App("other").User("bob")
	bob.Delete(apitest.Messages(group, gone)).Want(204)
	s.Unchanged(t, func() {
		s.Run(t, "CH-332 RS-037 by another member, or the other of a dm", func(*testing.T) {
			moe.Delete(apitest.Messages(group, id)).Refused(403, "CHAT_NOT_MESSAGE_AUTHOR")
			moe.Delete(apitest.Messages(group, id), "Idempotency-Key: ").Refused(403, "CHAT_NOT_MESSAGE_AUTHOR")
			ann.Delete(apitest.Messages(dm, inDM)).Refused(403, "CHAT_NOT_MESSAGE_AUTHOR")
		})
		s.Run(t, "CH-333 CH-025 RS-103 unknown, of another channel, deleted already", func(*testing.T) {
			for _, m := range []string{"1", "0", "abc", "9223372036854775807", "9223372036854775808", elsewhere, inDM, gone} {
				ann.Delete(apitest.Messages(group, m)).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
				bob.Delete(apitest.Messages(group, m)).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
			}
		})
		s.Run(t, "CH-302 CH-131 strangers and channels that are not", func(*testing.T) {
			eve.Delete(apitest.Messages(group, id)).Refused(403, "CHAT_NOT_MEMBER")
			bob.Delete(apitest.Messages("1", id)).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			foreign.Delete(apitest.Messages(group, id)).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
		})
		s.Run(t, "CH-306 a key that is none", func(*testing.T) {
			bob.Delete(apitest.Messages(group, id), "Idempotency-Key: ").Refused(400, "INVALID_REQUEST")
		})
	})
	s.Run(t, "CH-613 deleting lowers the counts of the others", func(t *testing.T) {
		before := moe.Get(apitest.Channel(group)).Number("unread_count")
		bob.Delete(apitest.Messages(group, id)).Want(204)
		require.Equal(t, before-1, moe.Get(apitest.Channel(group)).Number("unread_count"))
	})
	s.Run(t, "CH-327 a reply to a deleted message", func(t *testing.T) {
		a := moe.Post(apitest.Messages(group), entry{"body": "x", "refs": []any{gone}}).Want(201)
		require.Equal(t, gone, a.Text("refs", 0))
	})
	own := send(moe, group)
	ann.Delete(apitest.Members(group, "moe")).Want(204)
	s.Unchanged(t, func() {
		s.Run(t, "CH-334 a former member", func(*testing.T) {
			moe.Put(apitest.Messages(group, own), `{"body":"x"}`).Refused(403, "CHAT_NOT_MEMBER")
			moe.Delete(apitest.Messages(group, own)).Refused(403, "CHAT_NOT_MEMBER")
		})
	})
	s.Run(t, "CH-334 CH-226 the message of a former member stays, and an admin may delete it", func(*testing.T) {
		require.Equal(t, "secret :x:", ann.Get(apitest.Messages(group, own)).Want(200).Text("body"))
		adam.Delete(apitest.Messages(group, own)).Want(204)
	})
	s.Run(t, "CH-903 a block does not stop one from deleting and editing in a dm", func(*testing.T) {
		ann.Put(apitest.Block("bob"), nil).Want(204)
		bob.Put(apitest.Messages(dm, inDM), `{"body":"sorry"}`).Want(200)
		bob.Delete(apitest.Messages(dm, inDM)).Want(204)
	})
}

func TestRepeatedEditsAndDeletions(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	group := ann.Group("g")
	const key = "Idempotency-Key: k"
	one, two := ann.Send(group, "one"), ann.Send(group, "two")
	edit := func(id, body string, headers ...string) *apitest.Answer {
		return ann.Put(apitest.Messages(group, id), entry{"body": body}, headers...)
	}
	first := edit(one, "uno", key).Want(200)
	require.Empty(t, first.Header.Get("Idempotent-Replayed"))
	edit(one, "un").Want(200)
	s.Unchanged(t, func() {
		s.Run(t, "CH-306 RS-100 a repeated edit answers with the message as it is", func(t *testing.T) {
			a := edit(one, "uno", key).Want(200)
			require.Equal(t, "true", a.Header.Get("Idempotent-Replayed"))
			require.Equal(t, "un", a.Text("body"))
		})
		s.Run(t, "CH-306 another body", func(*testing.T) { edit(one, "eins", key).Refused(422, "IDEMPOTENCY_KEY_REUSED") })
	})
	s.Run(t, "CH-306 the same key for another message", func(t *testing.T) {
		a := edit(two, "uno", key).Want(200)
		require.Empty(t, a.Header.Get("Idempotent-Replayed"))
		require.Equal(t, "uno", a.Text("body"))
	})
	s.Run(t, "CH-306 deletions", func(t *testing.T) {
		a := ann.Delete(apitest.Messages(group, one), key).Want(204)
		require.Empty(t, a.Header.Get("Idempotent-Replayed"))
		s.Unchanged(t, func() {
			a := ann.Delete(apitest.Messages(group, one), key).Want(204)
			require.Equal(t, "true", a.Header.Get("Idempotent-Replayed"))
			require.NotEmpty(t, a.Position())
			ann.Delete(apitest.Messages(group, one)).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
			a = edit(one, "uno", key).Want(200)
			require.Equal(t, true, a.At("deleted"))
			require.Empty(t, a.Text("body"))
			edit(one, "un").Refused(404, "CHAT_MESSAGE_NOT_FOUND")
		})
		ann.Delete(apitest.Messages(group, two), key).Want(204)
	})
}

func TestEditsAndDeletionsAtOnce(t *testing.T) {
	nodes := apitest.Nodes(t, 2)
	ann := nodes[0].App("demo").User("ann")
	group := ann.Group("g")
	texts := func(answers []*apitest.Answer) (taken []string) {
		for _, a := range answers {
			require.Contains(t, []int{200, 404}, a.Status, a)
			if a.Status == 200 {
				taken = append(taken, a.Text("body"))
			}
		}
		return taken
	}
	nodes[0].Run(t, "RS-108 two edits at once", func(t *testing.T) {
		id := ann.Send(group, "x")
		answers := make([]*apitest.Answer, 12)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() {
				answers[i] = ann.On(nodes[i%2]).Put(apitest.Messages(group, id), entry{"body": fmt.Sprint("edit ", i%6)})
			})
		}
		all.Wait()
		require.Len(t, texts(answers), 12)
		a := ann.Get(apitest.Messages(group, id, "versions")).Want(200)
		versions := a.Texts("body", "versions")
		require.GreaterOrEqual(t, len(versions), 7)
		for i := range versions[1:] {
			require.NotEqual(t, versions[i], versions[i+1], "CH-325 equal content is no event")
		}
		require.Equal(t, versions[len(versions)-1], ann.Get(apitest.Messages(group, id)).Text("body"))
		require.Equal(t, versions[len(versions)-1], ann.On(nodes[1]).Get(apitest.Messages(group, id)).Text("body"))
	})
	nodes[0].Run(t, "RS-108 RS-103 edits and a deletion at once", func(t *testing.T) {
		for range 5 {
			id := ann.Send(group, "x")
			answers := make([]*apitest.Answer, 6)
			deletions := make([]*apitest.Answer, 2)
			var all sync.WaitGroup
			for i := range answers {
				all.Go(func() {
					answers[i] = ann.On(nodes[i%2]).Put(apitest.Messages(group, id), entry{"body": fmt.Sprint("edit ", i)})
				})
			}
			for i := range deletions {
				all.Go(func() { deletions[i] = ann.On(nodes[i]).Delete(apitest.Messages(group, id)) })
			}
			all.Wait()
			texts(answers)
			require.ElementsMatch(t, []int{204, 404}, []int{deletions[0].Status, deletions[1].Status})
			for _, n := range nodes {
				a := ann.On(n).Get(apitest.Messages(group, id)).Want(200)
				require.Equal(t, true, a.At("deleted"))
				require.Empty(t, a.Text("body"))
				ann.On(n).Get(apitest.Messages(group, id, "versions")).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
			}
		}
	})
}

package native_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestIdempotencyKeys(t *testing.T) {
	s, app := open(t)
	ann, bob := app.User("ann", "Ann"), app.User("bob")
	group, other := ann.Group("g"), ann.Group("other")
	ann.Add(group, bob)
	const key = "Idempotency-Key: k-1"
	send := func(u *apitest.User, channel, text string, headers ...string) *apitest.Answer {
		return u.Post(apitest.Messages(channel), map[string]string{"body": text}, headers...)
	}
	first := send(ann, group, "hello", key).Want(201)
	id := first.Text("id")
	require.Empty(t, first.Header.Get("Idempotent-Replayed"))
	s.Unchanged(t, func() {
		s.Run(t, "CH-306 a repeat answers with the message", func(t *testing.T) {
			for range 3 {
				a := send(ann, group, "hello", key).Want(200)
				require.Equal(t, "true", a.Header.Get("Idempotent-Replayed"))
				require.JSONEq(t, string(first.Body), string(a.Body))
				require.NotEmpty(t, a.Position())
			}
		})
		s.Run(t, "CH-306 a repeat written otherwise is the same", func(*testing.T) {
			ann.Post(apitest.Messages(group), ` {"x":1, "body":"\u0068ello", "attachments":[]} `, key).Want(200)
		})
		s.Run(t, "CH-306 RS-101 another body", func(*testing.T) {
			send(ann, group, "Hello", key).Refused(422, "IDEMPOTENCY_KEY_REUSED")
			send(ann, group, "hello ", key).Refused(422, "IDEMPOTENCY_KEY_REUSED")
		})
		s.Run(t, "CH-306 a repeat with a body that is none", func(*testing.T) {
			ann.Post(apitest.Messages(group), `{`, key).Refused(400, "INVALID_REQUEST")
			send(ann, group, "", key).Refused(400, "CHAT_EMPTY_MESSAGE")
		})
		for name, k := range map[string]string{
			"empty": "", "129 characters": strings.Repeat("k", 129), "10 KB": strings.Repeat("k", 10<<10), "not ASCII": "é", "not UTF-8": "\xff\xfe", "tab inside": "a\tb",
		} {
			s.Run(t, "CH-306 RS-107 a key that is "+name, func(*testing.T) {
				send(ann, group, "hello", "Idempotency-Key: "+k).Refused(400, "INVALID_REQUEST")
			})
		}
		s.Run(t, "CH-306 RS-107 two keys", func(*testing.T) {
			send(ann, group, "hello", key, "Idempotency-Key: k-2").Refused(400, "INVALID_REQUEST")
		})
	})
	s.Run(t, "CH-306 a repeat after the user was renamed keeps the name of the sending", func(t *testing.T) {
		require.Equal(t, "Ann", send(app.User("ann", "Anna"), group, "hello", key).Want(200).Text("sender_name"))
	})
	s.Run(t, "CH-306 RS-101 other user, channel or key", func(t *testing.T) {
		ids := map[string]bool{id: true}
		for _, a := range []*apitest.Answer{
			send(bob, group, "hello", key), send(ann, other, "hello", key), send(ann, group, "hello", "Idempotency-Key: K-1"),
			send(ann, group, "hello", "Idempotency-Key: k-1 x"), send(ann, group, "hello", "Idempotency-Key: "+strings.Repeat("k", 128)),
			send(ann, group, "hello"),
		} {
			ids[a.Want(201).Text("id")] = true
		}
		require.Len(t, ids, 7)
	})
	s.Run(t, "CH-306 RS-101 the users of another app are others", func(t *testing.T) {
		ann2 := s.App("other").User("ann")
		require.NotEqual(t, id, send(ann2, ann2.Group("g"), "hello", key).Want(201).Text("id"))
	})
	s.Run(t, "CH-306 the creation of a channel is repeated too", func(t *testing.T) {
		a := ann.Post(channels, `{"type":"room","name":"r"}`, key).Want(201)
		again := ann.Post(channels, `{"type":"room","name":" r "}`, key).Want(200)
		require.Equal(t, a.Text("id"), again.Text("id"))
		require.Equal(t, "true", again.Header.Get("Idempotent-Replayed"))
		ann.Post(channels, `{"type":"room","name":"s"}`, key).Refused(422, "IDEMPOTENCY_KEY_REUSED")
		require.NotEqual(t, a.Text("id"), bob.Post(channels, `{"type":"room","name":"r"}`, key).Want(201).Text("id"))
	})
	s.Run(t, "CH-306 adding a member is repeated too", func(*testing.T) {
		ann.Post(apitest.Members(group), `{"user_id":"cy"}`, key).Want(201)
		ann.Post(apitest.Members(group), `{"user_id":"cy"}`, key).Want(200)
		ann.Post(apitest.Members(group), `{"user_id":"bob"}`, key).Refused(422, "IDEMPOTENCY_KEY_REUSED")
	})
	s.Run(t, "CH-306 after 23 hours", func(*testing.T) {
		s.Clock.Advance(23 * time.Hour)
		send(app.User("ann"), group, "hello", key).Want(200)
	})
}

func TestARepeatAfterARemovalOrABlock(t *testing.T) {
	s, app := open(t)
	ann, bob := app.User("ann"), app.User("bob")
	group, dm := ann.Group("g"), ann.DM("bob")
	ann.Add(group, bob)
	for _, c := range []string{group, dm} {
		bob.Post(apitest.Messages(c), `{"body":"x"}`, "Idempotency-Key: k").Want(201)
	}
	ann.Delete(apitest.Members(group, "bob")).Want(204)
	ann.Put(apitest.Block("bob"), nil).Want(204)
	s.Unchanged(t, func() {
		s.Run(t, "CH-306 CH-302 the removed sender", func(*testing.T) {
			bob.Post(apitest.Messages(group), `{"body":"x"}`, "Idempotency-Key: k").Refused(403, "CHAT_NOT_MEMBER")
		})
		s.Run(t, "CH-306 CH-307 the blocked sender", func(*testing.T) {
			bob.Post(apitest.Messages(dm), `{"body":"x"}`, "Idempotency-Key: k").Refused(403, "CHAT_DM_BLOCKED_USER")
		})
	})
}

func TestFortySendsWithOneKey(t *testing.T) {
	nodes := apitest.Nodes(t, 2)
	ann := nodes[0].App("demo").User("ann", "Ann")
	group := ann.Group("g")
	answers := make([]*apitest.Answer, 40)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			answers[i] = ann.On(nodes[i%2]).Post(apitest.Messages(group), `{"body":"hello"}`, "Idempotency-Key: k")
		})
	}
	all.Wait()
	t.Run("CH-306 RS-102 racing duplicates create one message, also on two nodes", func(t *testing.T) {
		created, ids := 0, map[string]bool{}
		for _, a := range answers {
			require.Contains(t, []int{200, 201}, a.Status, a)
			if a.Status == 201 {
				created++
			}
			require.Equal(t, a.Status == 200, a.Header.Get("Idempotent-Replayed") == "true")
			ids[a.Text("id")] = true
		}
		require.Equal(t, 1, created)
		require.Len(t, ids, 1)
		require.Equal(t, 1, ann.Get(apitest.Messages(group)).Len("messages"))
	})
}

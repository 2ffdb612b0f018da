package native_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

// crew is a group, and a room, of ann who owns it, adam who is an admin, and
// bob.
func crew(app *apitest.App, kind string) (ann, adam, bob *apitest.User, channel string) {
	ann, adam, bob = app.User("ann", "Ann"), app.User("adam"), app.User("bob", "Bob")
	channel = ann.Post(channels, map[string]string{"type": kind, "name": "Plans"}).Want(201).Text("id")
	ann.Post(apitest.Members(channel), `{"user_id":"adam","role":"admin"}`).Want(201)
	ann.Add(channel, bob)
	return ann, adam, bob, channel
}

func TestRenamingChannels(t *testing.T) {
	s, app := open(t)
	ann, adam, bob, group := crew(app, "group")
	eve := app.User("eve")
	room, dm := ann.Room("r"), ann.DM("bob")
	rename := func(u *apitest.User, channel, name string, headers ...string) *apitest.Answer {
		return u.Put(apitest.Channel(channel), map[string]string{"name": name}, headers...)
	}
	s.Run(t, "CH-140 by the owner and by an admin", func(t *testing.T) {
		for u, name := range map[*apitest.User]string{ann: "Films", adam: " Books\t"} {
			a := rename(u, group, name).Want(200)
			require.Equal(t, strings.TrimSpace(name), a.Text("name"))
			require.Equal(t, group, a.Text("id"))
			require.Equal(t, "ann", a.Text("owner_id"))
			require.NotEmpty(t, a.Position())
			for _, other := range []*apitest.User{ann, adam, bob} {
				require.Equal(t, a.Text("name"), other.Get(apitest.Channel(group)).Text("name"))
				require.Equal(t, a.Text("name"), other.Get(channels).Text(other.Get(channels).Len()-1, "name"))
			}
		}
		require.Equal(t, "👩‍👩‍👧", rename(ann, room, "👩‍👩‍👧").Want(200).Text("name"))
		require.Equal(t, "👩‍👩‍👧", rename(ann, room, "👩‍👩‍👧").Want(200).Text("name"), "the same name again")
	})
	s.Run(t, "CH-140 RS-041 only the name changes", func(t *testing.T) {
		before := ann.Get(apitest.Channel(group))
		a := ann.Put(apitest.Channel(group), map[string]any{
			"name": before.Text("name"), "id": "1", "owner_id": "bob", "type": "room", "created_at": 1, "members": []string{"eve"}, "app": "x",
		}).Want(200)
		require.JSONEq(t, string(before.Body), string(a.Body))
		eve.Get(apitest.Channel(group)).Refused(403, "CHAT_NOT_MEMBER")
	})
	s.Unchanged(t, func() {
		s.Run(t, "CH-141 RS-039 by a plain member", func(*testing.T) {
			rename(bob, group, "x").Refused(403, "CHAT_NOT_ADMIN")
			rename(bob, group, "").Refused(403, "CHAT_NOT_ADMIN")
		})
		s.Run(t, "CH-142 RS-045 a dm", func(*testing.T) {
			rename(ann, dm, "x").Refused(400, "CHAT_CANNOT_MODIFY_DM")
			rename(bob, dm, "").Refused(400, "CHAT_CANNOT_MODIFY_DM")
		})
		s.Run(t, "CH-026 by a stranger", func(*testing.T) {
			rename(eve, group, "").Refused(403, "CHAT_NOT_MEMBER")
			rename(eve, room, "x").Refused(403, "CHAT_NOT_MEMBER")
			rename(eve, dm, "x").Refused(403, "CHAT_NOT_MEMBER")
		})
		s.Run(t, "CH-143 names that are none", func(*testing.T) {
			for _, name := range []any{"", " ", "\t\u3000\n", strings.Repeat("é", 101), nil} {
				ann.Put(apitest.Channel(group), map[string]any{"name": name}).Refused(400, "CHAT_INVALID_NAME")
			}
			ann.Put(apitest.Channel(group), `{}`).Refused(400, "CHAT_INVALID_NAME")
		})
		s.Run(t, "CH-143 CH-022 names that are no text", func(*testing.T) {
			for _, body := range []string{`{"name":7}`, `{"name":["x"]}`, `{"name":{"$ne":""}}`, `{"name":true}`, `{"name":"a\u0000b"}`, `[]`, `{`} {
				ann.Put(apitest.Channel(group), body).Refused(400, "INVALID_REQUEST")
			}
		})
	})
	s.Run(t, "CH-306 a repeat renames once", func(t *testing.T) {
		const key = "Idempotency-Key: k"
		rename(ann, group, "One", key).Want(200)
		rename(adam, group, "Two").Want(200)
		s.Unchanged(t, func() {
			again := rename(ann, group, "One", key).Want(200)
			require.Equal(t, "true", again.Header.Get("Idempotent-Replayed"))
			require.Equal(t, "Two", again.Text("name"), "the channel as it is now")
			rename(ann, group, "Three", key).Refused(422, "IDEMPOTENCY_KEY_REUSED")
		})
	})
}

func TestDeletingChannels(t *testing.T) {
	s, app := open(t)
	ann, adam, bob, group := crew(app, "group")
	cy, eve := app.User("cy"), app.User("eve")
	ann.Add(group, cy)
	cy.Delete(apitest.Members(group, "cy")).Want(204)
	dm, room := ann.DM("bob"), ann.Room("r")
	message := bob.Send(group, "x")
	hide(bob, group, true)
	s.Unchanged(t, func() {
		s.Run(t, "CH-160 by anyone but the owner", func(*testing.T) {
			adam.Delete(apitest.Channel(group)).Refused(403, "CHAT_NOT_OWNER")
			bob.Delete(apitest.Channel(group)).Refused(403, "CHAT_NOT_OWNER")
			eve.Delete(apitest.Channel(group)).Refused(403, "CHAT_NOT_MEMBER")
			eve.Delete(apitest.Channel(room)).Refused(403, "CHAT_NOT_MEMBER")
			ann.Delete(apitest.Channel(dm)).Refused(400, "CHAT_CANNOT_MODIFY_DM")
			ann.Delete(apitest.Channel("77")).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			ann.Delete(apitest.Channel(group), "Idempotency-Key: ").Refused(400, "INVALID_REQUEST")
		})
	})
	s.Run(t, "CH-160 by the owner", func(*testing.T) {
		require.NotEmpty(t, ann.Delete(apitest.Channel(group), "Idempotency-Key: k").Want(204).Position())
	})
	s.Unchanged(t, func() {
		s.Run(t, "CH-160 CH-131 every path is gone, for everyone", func(*testing.T) {
			for _, u := range []*apitest.User{ann, adam, bob, cy, eve} {
				refusedOnEveryPath(u, group, 404, "CHAT_CHANNEL_NOT_FOUND")
				u.Get(apitest.Messages(group, message)).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			}
			bob.Post(apitest.Members(group), `{"user_id":"bob"}`).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			ann.Delete(apitest.Channel(group)).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
		})
		s.Run(t, "CH-160 no list shows it", func(t *testing.T) {
			for _, u := range []*apitest.User{ann, adam, bob, cy} {
				require.NotContains(t, u.Get(channels+"?include_hidden=true").Texts("id"), group)
			}
		})
		s.Run(t, "CH-160 CH-306 a repeat of the deletion", func(t *testing.T) {
			require.Equal(t, "true", ann.Delete(apitest.Channel(group), "Idempotency-Key: k").Want(204).Header.Get("Idempotent-Replayed"))
		})
	})
}

func TestNothingIsRepeatedBelowADeletedChannel(t *testing.T) {
	s, app := open(t)
	ann, _, bob, group := crew(app, "group")
	const key = "Idempotency-Key: k"
	repeats := []func() *apitest.Answer{
		func() *apitest.Answer { return bob.Post(apitest.Messages(group), `{"body":"x"}`, key) },
		func() *apitest.Answer { return ann.Post(apitest.Members(group), `{"user_id":"cy"}`, key) },
		func() *apitest.Answer { return ann.Put(apitest.Channel(group), `{"name":"x"}`, key) },
		func() *apitest.Answer { return bob.Put(hidden(group), `{"hidden":true}`, key) },
		func() *apitest.Answer { return ann.Put(apitest.Members(group, "cy"), `{"role":"admin"}`, key) },
		func() *apitest.Answer { return ann.Delete(apitest.Members(group, "cy"), key) },
		func() *apitest.Answer { return bob.Delete(apitest.Members(group, "bob"), key) },
	}
	for _, repeat := range repeats {
		require.Less(t, repeat().Status, 300)
	}
	s.Run(t, "CH-306 a repeat is answered as the first", func(t *testing.T) {
		for _, repeat := range repeats[1:3] {
			require.Equal(t, "true", repeat().Want(200).Header.Get("Idempotent-Replayed"))
		}
		for _, repeat := range repeats[5:] {
			require.Equal(t, "true", repeat().Want(204).Header.Get("Idempotent-Replayed"), "leaving too")
		}
	})
	ann.Delete(apitest.Channel(group)).Want(204)
	s.Unchanged(t, func() {
		s.Run(t, "CH-160 CH-306 it is gone for a repeat too", func(*testing.T) {
			for _, repeat := range repeats {
				repeat().Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			}
		})
	})
}

// TestSendingDuringTheEnd has a member send through two nodes while the owner
// deletes the channel, or removes the member.
func TestSendingDuringTheEnd(t *testing.T) {
	nodes := apitest.Nodes(t, 2)
	app := nodes[0].App("demo")
	for row, end := range map[string]struct {
		path  func(channel string) string
		event string
		then  refusal
	}{
		"CH-160 RS-109 the deletion of the channel": {apitest.Channel, "ChannelDeleted", refusal{404, "CHAT_CHANNEL_NOT_FOUND"}},
		"CH-302 RS-047 RS-109 the removal of the sender": {
			func(channel string) string { return apitest.Members(channel, "bob") }, "MemberRemoved", refusal{403, "CHAT_NOT_MEMBER"},
		},
	} {
		for round := range 3 {
			ann, _, bob, group := crew(app, "group")
			answers := make([]*apitest.Answer, 40)
			var all sync.WaitGroup
			for i := range answers {
				all.Go(func() {
					if i == 20 {
						answers[i] = ann.On(nodes[round%2]).Delete(end.path(group))
						return
					}
					answers[i] = bob.On(nodes[i%2]).Post(apitest.Messages(group), `{"body":"x"}`)
				})
			}
			all.Wait()
			nodes[0].Run(t, row, func(t *testing.T) {
				sent := map[string]bool{}
				for i, a := range answers {
					switch {
					case i == 20:
						a.Want(http.StatusNoContent)
					case a.Status == http.StatusCreated:
						sent[a.Text("id")] = true
					default:
						a.Refused(end.then.status, end.then.code)
					}
				}
				before, last := messagesOf(t, nodes[0], group)
				require.Equal(t, end.event, last, "nothing follows")
				require.Equal(t, before, sent, "what was answered is there, and nothing else")
				bob.On(nodes[1]).Post(apitest.Messages(group), `{"body":"x"}`).Refused(end.then.status, end.then.code)
				bob.On(nodes[1]).Get(apitest.Messages(group)).Refused(end.then.status, end.then.code)
			})
		}
	}
}

// messagesOf are the messages that a channel's log holds, and the type of its
// last event.
func messagesOf(t *testing.T, s *apitest.Server, channel string) (ids map[string]bool, last string) {
	t.Helper()
	s.Settle(t)
	ctx, cancel := context.WithTimeout(t.Context(), apitest.Patience)
	defer cancel()
	rows, err := s.Pool.Query(ctx, `
		SELECT type, message::text FROM rm.channel_log_v3
		WHERE app = 'demo' AND channel = $1::text::bigint
		ORDER BY seq`, channel)
	require.NoError(t, err)
	log, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Type, Message string }])
	require.NoError(t, err)
	ids = map[string]bool{}
	for _, e := range log {
		if last = e.Type; last == "MessageSent" {
			ids[e.Message] = true
		}
	}
	return ids, last
}

package native_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/apitest"
	"parley/internal/eventstore"
)

// reactions is the path of the reactions of a message, or of one's own with an
// emote.
func reactions(channel, message string, emote ...string) string {
	path := apitest.Messages(channel, message) + "/reactions"
	for _, e := range emote {
		path += "/" + apitest.Encode(e)
	}
	return path
}

func react(u *apitest.User, channel, message, emote string, headers ...string) *apitest.Answer {
	return u.Post(reactions(channel, message), map[string]string{"emote_asset_id": emote}, headers...)
}

// gone makes a message a tombstone.
func gone(t *testing.T, s *apitest.Server, app *apitest.App, channel, message string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), apitest.Patience)
	defer cancel()
	id, err := strconv.ParseInt(message, 10, 64)
	require.NoError(t, err)
	n := eventstore.NewEvent{ID: uuid.New(), Meta: map[string]string{
		domain.MetaApp: string(app.ID), domain.MetaTime: strconv.FormatInt(s.Clock.Now().UnixMilli(), 10),
	}}
	n.Type, n.V, n.Data, err = domain.EncodeEvent(domain.MessageDeleted{Version: id + 1<<40})
	require.NoError(t, err)
	_, err = s.Log.Append(ctx, eventstore.Write{
		Stream: fmt.Sprintf("message-%s.%s.%s", app.ID, channel, message), Expected: eventstore.Any, Events: []eventstore.NewEvent{n},
	})
	require.NoError(t, err)
	s.Settle(t)
	_, err = s.Commands.OwnWrites(ctx, domain.Actor{App: app.ID}) // this node's tail has seen it
	require.NoError(t, err)
}

func TestReacting(t *testing.T) {
	s, app := open(t)
	ann, bob, eve := app.User("ann"), app.User("bob"), app.User("eve")
	group, dm, room := ann.Group("g"), ann.DM("bob"), ann.Room("r")
	ann.Add(group, bob)
	m, direct, other := ann.Send(group, "hello"), ann.Send(dm, "hello"), ann.Send(room, "hello")
	shown := func(t *testing.T, want string) {
		t.Helper()
		for _, u := range []*apitest.User{ann, bob} {
			one := u.Get(apitest.Messages(group, m)).Want(200)
			require.JSONEq(t, want, apitest.JSON(one.At("reactions")))
			require.Equal(t, one.At(), u.Get(apitest.Messages(group)).At("messages", 0))
		}
	}
	s.Run(t, "CH-400 CH-403 a reaction is added and shown", func(t *testing.T) {
		a := ann.Post(reactions(group, m), `{"emote_asset_id":"999888777"}`).Want(201)
		require.JSONEq(t, `{"message":"Reaction added"}`, string(a.Body))
		require.NotEmpty(t, a.Position())
		shown(t, `[{"emote_asset_id":"999888777","count":1,"user_ids":["ann"]}]`)
	})
	s.Run(t, "CH-011 an integer is the same emote", func(*testing.T) {
		ann.Post(reactions(group, m), `{"emote_asset_id":999888777}`).Refused(409, "CHAT_REACTION_EXISTS")
	})
	s.Run(t, "CH-402 CH-403 other emotes and users, in the order of reacting", func(t *testing.T) {
		react(bob, group, m, "👍🏽").Want(201)
		react(bob, group, m, "999888777").Want(201)
		react(ann, group, m, "👍🏽").Want(201)
		react(ann, group, m, "<b>&\"").Want(201)
		shown(t, `[{"emote_asset_id":"999888777","count":2,"user_ids":["ann","bob"]},
			{"emote_asset_id":"👍🏽","count":2,"user_ids":["bob","ann"]}, {"emote_asset_id":"<b>&\"","count":1,"user_ids":["ann"]}]`)
	})
	s.Run(t, "CH-400 in a dm, whoever blocks", func(*testing.T) {
		bob.Put(apitest.Block("ann"), nil).Want(204)
		react(bob, dm, direct, "x").Want(201)
		react(ann, dm, direct, "x").Want(201)
	})
	s.Unchanged(t, func() {
		s.Run(t, "CH-401 the same again", func(*testing.T) {
			react(ann, group, m, "999888777").Refused(409, "CHAT_REACTION_EXISTS")
			react(bob, group, m, "👍🏽").Refused(409, "CHAT_REACTION_EXISTS")
		})
		s.Run(t, "CH-407 RS-035 not a member", func(*testing.T) {
			for c, id := range map[string]string{group: m, dm: direct, room: other} {
				react(eve, c, id, "x").Refused(403, "CHAT_NOT_MEMBER")
				eve.Delete(reactions(c, id, "x")).Refused(403, "CHAT_NOT_MEMBER")
			}
		})
		s.Run(t, "CH-407 RS-038 a message that is none, or another channel's", func(*testing.T) {
			for _, id := range append([]string{"1", "9223372036854775807", direct, other, group}, notIDs...) {
				if id == "." || id == ".." {
					continue // those are of the path, not in it
				}
				react(ann, group, id, "x").Refused(404, "CHAT_MESSAGE_NOT_FOUND")
				ann.Delete(reactions(group, id, "x")).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
			}
		})
	})
	s.Run(t, "CH-410 one's own is taken back", func(t *testing.T) {
		require.NotEmpty(t, ann.Delete(reactions(group, m, "999888777")).Want(204).Position())
		bob.Delete(reactions(group, m, "👍🏽")).Want(204)
		shown(t, `[{"emote_asset_id":"999888777","count":1,"user_ids":["bob"]}, {"emote_asset_id":"👍🏽","count":1,"user_ids":["ann"]},
			{"emote_asset_id":"<b>&\"","count":1,"user_ids":["ann"]}]`)
	})
	s.Unchanged(t, func() {
		s.Run(t, "CH-411 none of one's own", func(*testing.T) {
			for _, emote := range []string{"999888777", "<b>&", "nothing", "👍", strings.Repeat("x", 5000), "a\x00b", "\xff"} {
				ann.Delete(reactions(group, m, emote)).Refused(404, "CHAT_REACTION_NOT_FOUND")
			}
			bob.Delete(reactions(group, m, "👍🏽")).Refused(404, "CHAT_REACTION_NOT_FOUND")
		})
	})
	s.Run(t, "CH-401 again after taking it back, and last in order", func(t *testing.T) {
		react(ann, group, m, "999888777").Want(201)
		for _, emote := range []string{"👍🏽", "<b>&\""} {
			ann.Delete(reactions(group, m, emote)).Want(204)
		}
		shown(t, `[{"emote_asset_id":"999888777","count":2,"user_ids":["bob","ann"]}]`)
	})
	s.Run(t, "CH-410 a summary that falls to 0 disappears", func(t *testing.T) {
		ann.Delete(reactions(group, m, "999888777")).Want(204)
		bob.Delete(reactions(group, m, "999888777")).Want(204)
		shown(t, `[]`)
	})
	s.Run(t, "CH-226 what a user gave who is gone stays", func(t *testing.T) {
		react(bob, group, m, "x").Want(201)
		ann.Delete(apitest.Members(group, "bob")).Want(204)
		require.Equal(t, []any{"bob"}, ann.Get(apitest.Messages(group, m)).At("reactions", 0, "user_ids"))
		bob.Delete(reactions(group, m, "x")).Refused(403, "CHAT_NOT_MEMBER")
	})
	s.Run(t, "RS-103 CH-407 a deleted message takes none and shows none", func(t *testing.T) {
		gone(t, s, app, group, m)
		s.Unchanged(t, func() {
			react(ann, group, m, "x").Refused(404, "CHAT_MESSAGE_NOT_FOUND")
			ann.Delete(reactions(group, m, "x")).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
		})
		a := ann.Get(apitest.Messages(group, m)).Want(200)
		require.Equal(t, true, a.At("deleted"))
		require.Zero(t, a.Len("reactions"))
	})
}

func TestEmotes(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	group := ann.Group("g")
	m := ann.Send(group, "x")
	for name, emote := range map[string]string{
		"a digit": "0", "64 characters": strings.Repeat("é", 64), "a family": "👩‍👩‍👧", "plus": "+1", "slash": "a/b", "percent": "%2F", "dots": "..",
		"a dot": ".", "blank": " ", "question mark": "?x=1#y", "quotes": `"\'`, "semicolon": "a;b", "a replacement": "\ufffd", "invisible": "\u200b",
	} {
		s.Run(t, "CH-405 CH-410 "+name, func(t *testing.T) {
			react(ann, group, m, emote).Want(201)
			require.Equal(t, emote, ann.Get(apitest.Messages(group, m)).Text("reactions", 0, "emote_asset_id"))
			segment := strings.ReplaceAll(apitest.Encode(emote), ".", "%2E")
			ann.Delete(reactions(group, m) + "/" + segment).Want(204)
			require.Zero(t, ann.Get(apitest.Messages(group, m)).Len("reactions"))
		})
	}
	s.Run(t, "CH-023 a plus in a path is a plus", func(*testing.T) {
		react(ann, group, m, "+1").Want(201)
		ann.Delete(reactions(group, m) + "/+1").Want(204)
	})
	s.Unchanged(t, func() {
		for name, body := range map[string]string{
			"missing": `{}`, "null": `{"emote_asset_id":null}`, "empty": `{"emote_asset_id":""}`, "other case": `{"Emote_asset_id":"x"}`,
			"65 characters": `{"emote_asset_id":"` + strings.Repeat("é", 65) + `"}`, "65 digits": `{"emote_asset_id":` + strings.Repeat("9", 65) + `}`,
			"RS-086 5 KB": `{"emote_asset_id":"` + strings.Repeat("x", 5<<10) + `"}`, "U+0000": `{"emote_asset_id":"\u0000"}`,
			"bell": `{"emote_asset_id":"a\u0007"}`, "line break": `{"emote_asset_id":"a\nb"}`, "DEL": `{"emote_asset_id":"\u007f"}`, "C1": `{"emote_asset_id":"\u0085"}`,
			"negative": `{"emote_asset_id":-1}`, "fraction": `{"emote_asset_id":1.5}`, "exponent": `{"emote_asset_id":1e3}`,
			"true": `{"emote_asset_id":true}`, "list": `{"emote_asset_id":["x"]}`, "object": `{"emote_asset_id":{"$ne":null}}`,
		} {
			s.Run(t, "CH-405 "+name, func(*testing.T) { ann.Post(reactions(group, m), body).Refused(400, "CHAT_INVALID_EMOTE") })
		}
		for name, body := range map[string]string{"empty": "", "list": `["x"]`, "cut": `{"emote_asset_id":"x"`, "text": `"x"`} {
			s.Run(t, "CH-013 "+name, func(*testing.T) { ann.Post(reactions(group, m), body).Refused(400, "INVALID_REQUEST") })
		}
	})
}

func TestTheOrderOfChecksOfReactions(t *testing.T) {
	s, app := open(t)
	ann, eve := app.User("ann"), app.User("eve")
	group := ann.Group("g")
	m := ann.Send(group, "x")
	react(ann, group, m, "x").Want(201)
	huge := strings.Repeat("x", 256<<10+1)
	s.Unchanged(t, func() {
		s.Run(t, "CH-026 token, size, channel, membership, body, message, conflict", func(*testing.T) {
			s.Anybody().Post(reactions(group, m), huge).Refused(401, "AUTH_MISSING_TOKEN")
			eve.Post(reactions("77", m), huge).Refused(413, "BODY_TOO_LARGE")
			ann.Post(reactions("77", m), `{`, "Idempotency-Key: ").Refused(404, "CHAT_CHANNEL_NOT_FOUND")
			eve.Post(reactions(group, m), `{`).Refused(403, "CHAT_NOT_MEMBER")
			eve.Post(reactions(group, "nothing"), `{"emote_asset_id":""}`).Refused(403, "CHAT_NOT_MEMBER")
			ann.Post(reactions(group, "nothing"), `{"emote_asset_id":""}`).Refused(400, "CHAT_INVALID_EMOTE")
			react(ann, group, "nothing", "x", "Idempotency-Key: ").Refused(400, "INVALID_REQUEST")
			react(ann, group, "nothing", "x").Refused(404, "CHAT_MESSAGE_NOT_FOUND")
			react(ann, group, m, "x").Refused(409, "CHAT_REACTION_EXISTS")
			ann.Delete(reactions(group, "nothing", "y")).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
			ann.Delete(reactions(group, m, "y"), "Idempotency-Key: ").Refused(400, "INVALID_REQUEST")
		})
	})
}

func TestTheIdempotencyOfReactions(t *testing.T) {
	s, app := open(t)
	ann, bob := app.User("ann"), app.User("bob")
	group := ann.Group("g")
	ann.Add(group, bob)
	m, other := ann.Send(group, "x"), ann.Send(group, "y")
	const key = "Idempotency-Key: k"
	first := react(ann, group, m, "x", key).Want(201)
	s.Run(t, "CH-306 a repeat answers the same, and does nothing", func(t *testing.T) {
		s.Unchanged(t, func() {
			a := react(ann, group, m, "x", key).Want(200)
			require.Equal(t, "true", a.Header.Get("Idempotent-Replayed"))
			require.JSONEq(t, string(first.Body), string(a.Body))
			require.Equal(t, first.Position(), a.Position())
			react(ann, group, m, "y", key).Refused(422, "IDEMPOTENCY_KEY_REUSED")
		})
	})
	s.Run(t, "CH-306 of another user or message it is another request", func(*testing.T) {
		react(bob, group, m, "x", key).Want(201)
		react(ann, group, other, "x", key).Want(201)
	})
	s.Run(t, "CH-306 a removal is repeated too", func(t *testing.T) {
		ann.Delete(reactions(group, m, "x"), key).Want(204)
		s.Unchanged(t, func() {
			a := ann.Delete(reactions(group, m, "x"), key).Want(204)
			require.Equal(t, "true", a.Header.Get("Idempotent-Replayed"))
			ann.Delete(reactions(group, m, "x")).Refused(404, "CHAT_REACTION_NOT_FOUND")
			react(ann, group, m, "x", key).Want(200)
		})
		require.Equal(t, []any{"bob"}, ann.Get(apitest.Messages(group, m)).At("reactions", 0, "user_ids"), "what was taken back stays so")
	})
}

func TestFiftyEmotes(t *testing.T) {
	s, app := open(t)
	ann, bob := app.User("ann"), app.User("bob")
	group := ann.Group("g")
	ann.Add(group, bob)
	m := ann.Send(group, "x")
	var all sync.WaitGroup
	statuses := make([]int, 60)
	for i := range statuses {
		all.Go(func() { statuses[i] = react(ann, group, m, fmt.Sprint("e", i)).Status })
	}
	all.Wait()
	s.Run(t, "CH-406 fifty different emotes, also of sixty at once", func(t *testing.T) {
		added := 0
		for _, status := range statuses {
			require.Contains(t, []int{201, 400}, status)
			if status == 201 {
				added++
			}
		}
		require.Equal(t, 50, added)
		require.Equal(t, 50, ann.Get(apitest.Messages(group, m)).Len("reactions"))
	})
	s.Unchanged(t, func() {
		s.Run(t, "CH-406 the 51st, by anybody", func(*testing.T) {
			react(ann, group, m, "one more").Refused(400, "CHAT_TOO_MANY_REACTIONS")
			react(bob, group, m, "one more").Refused(400, "CHAT_TOO_MANY_REACTIONS")
		})
	})
	s.Run(t, "CH-406 one of the fifty, and one in the place of another", func(t *testing.T) {
		names := ann.Get(apitest.Messages(group, m)).Texts("emote_asset_id", "reactions")
		react(bob, group, m, names[7]).Want(201)
		ann.Delete(reactions(group, m, names[8])).Want(204)
		react(bob, group, m, "one more").Want(201)
	})
}

func TestAHundredAndMoreReact(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("r")
	m := ann.Send(room, "x")
	users := make([]*apitest.User, 120)
	want := make([]any, len(users))
	for i := range users {
		users[i] = app.User(fmt.Sprint("u", i))
		users[i].Post(apitest.Members(room), map[string]string{"user_id": users[i].ID}).Want(201)
		react(users[i], room, m, "x").Want(201)
		want[i] = users[i].ID
	}
	look := func(t *testing.T, count int64, ids []any) {
		a := ann.Get(apitest.Messages(room, m)).Want(200)
		require.Equal(t, count, a.Number("reactions", 0, "count"))
		require.Equal(t, ids, a.At("reactions", 0, "user_ids"))
	}
	s.Run(t, "CH-404 a hundred are named, all are counted", func(t *testing.T) { look(t, 120, want[:100]) })
	s.Run(t, "CH-404 who goes makes room for the next", func(t *testing.T) {
		for _, i := range []int{0, 99, 110} {
			users[i].Delete(reactions(room, m, "x")).Want(204)
		}
		look(t, 117, append(append(append([]any{}, want[1:99]...), want[100]), want[101]))
	})
}

func TestFiveHundredReactAtOnce(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("r")
	m := ann.Send(room, "x")
	users := make([]*apitest.User, 500)
	each := func(f func(u *apitest.User)) {
		var all sync.WaitGroup
		for _, u := range users {
			all.Go(func() { f(u) })
		}
		all.Wait()
	}
	for i := range users {
		users[i] = app.User(fmt.Sprint("u", i))
	}
	each(func(u *apitest.User) { u.Post(apitest.Members(room), map[string]string{"user_id": u.ID}).Want(201) })
	s.Run(t, "CH-412 RS-086 all are answered 201", func(t *testing.T) {
		each(func(u *apitest.User) {
			if a := react(u, room, m, "x"); a.Status != 201 {
				t.Errorf("%s", a)
			}
		})
		require.Equal(t, int64(500), ann.Get(apitest.Messages(room, m)).Number("reactions", 0, "count"))
	})
	s.Run(t, "CH-412 the last accepted command of each counts", func(t *testing.T) {
		each(func(u *apitest.User) {
			n, err := strconv.Atoi(u.ID[1:])
			if err != nil {
				t.Error(err)
			}
			for i := range n % 4 { // taken back, given, taken back
				if i%2 == 0 {
					if a := u.Delete(reactions(room, m, "x")); a.Status != 204 {
						t.Errorf("%s", a)
					}
				} else if a := react(u, room, m, "x"); a.Status != 201 {
					t.Errorf("%s", a)
				}
			}
		})
		a := ann.Get(apitest.Messages(room, m)).Want(200)
		require.Equal(t, int64(250), a.Number("reactions", 0, "count"))
		require.Equal(t, 100, a.Len("reactions", 0, "user_ids"))
	})
}

func TestFortyEqualReactions(t *testing.T) {
	nodes := apitest.Nodes(t, 2)
	ann := nodes[0].App("demo").User("ann")
	group := ann.Group("g")
	m := ann.Send(group, "x")
	answers := make([]*apitest.Answer, 40)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = react(ann.On(nodes[i%2]), group, m, "x") })
	}
	all.Wait()
	t.Run("RS-104 CH-401 one is accepted, also on two nodes", func(t *testing.T) {
		created := 0
		for _, a := range answers {
			if a.Status == 201 {
				created++
				continue
			}
			a.Refused(409, "CHAT_REACTION_EXISTS")
		}
		require.Equal(t, 1, created)
		require.JSONEq(t, `[{"emote_asset_id":"x","count":1,"user_ids":["ann"]}]`, apitest.JSON(ann.Get(apitest.Messages(group, m)).At("reactions")))
	})
}

func TestOnesOwnReactionsAndReadsAreShownAtOnce(t *testing.T) {
	for _, n := range []int{1, 2} {
		nodes := apitest.Nodes(t, n)
		for _, node := range nodes {
			node.Prompt = true
		}
		app := nodes[0].App("demo")
		ann, bob := app.User("ann"), app.User("bob")
		there := ann.On(nodes[n-1])
		group := ann.Group("g")
		ann.Add(group, bob)
		nodes[0].Run(t, fmt.Sprintf("CH-020 on %d nodes", n), func(t *testing.T) {
			for i := range 10 {
				m := bob.Send(group, "x")
				react(ann, group, m, "x").Want(201)
				require.Equal(t, []any{"ann"}, there.Get(apitest.Messages(group, m)).At("reactions", 0, "user_ids"))
				ann.Delete(reactions(group, m, "x")).Want(204)
				require.Zero(t, there.Get(apitest.Messages(group)).Len("messages", 0, "reactions"), "%d", i)
				read(ann, group, m).Want(200)
				require.Zero(t, unread(there, group))
				require.Equal(t, m, there.Get(readsPath(group)).Text("reads", 0, "last_read_message_id"))
			}
		})
	}
}

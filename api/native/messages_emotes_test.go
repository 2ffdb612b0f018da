package native_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestSendingInlineEmotes(t *testing.T) {
	s, app := open(t)
	ann, bob := app.User("ann"), app.User("bob")
	room := ann.Room("r")
	ann.Add(room, bob)
	send := func(body string, emotes ...any) *apitest.Answer {
		return ann.Post(apitest.Messages(room), map[string]any{"body": body, "inline_emotes": emotes})
	}
	s.Run(t, "CH-300 CH-520 as sent, the first in the text first", func(t *testing.T) {
		heart := entry{"shortcode": "He-art_+9", "asset_id": "❤️", "start_index": 0, "end_index": 6}
		a := send("heart wave :)", wave, heart, wave.with(entry{"start_index": 12, "end_index": 13})).Want(201)
		require.JSONEq(t, `[
			{"shortcode":"He-art_+9","asset_id":"❤️","start_index":0,"end_index":6},
			{"shortcode":"wave","asset_id":"111222333","start_index":6,"end_index":12},
			{"shortcode":"wave","asset_id":"111222333","start_index":12,"end_index":13}]`, apitest.JSON(a.At("inline_emotes")))
		require.JSONEq(t, string(a.Body), string(bob.Get(apitest.Messages(room, a.Text("id"))).Want(200).Body))
		require.Equal(t, a.At(), bob.Get(apitest.Messages(room)+"?limit=1").At("messages", 0))
	})
	s.Run(t, "CH-521 indexes count code points", func(t *testing.T) {
		for _, text := range []string{"abcde", "ééééé", "😀😀😀😀😀", "e\u0301👩\u200d👩"} {
			n := len([]rune(text))
			send(text, wave.with(entry{"start_index": 0, "end_index": n})).Want(201)
			send(text, wave.with(entry{"start_index": n - 1, "end_index": n})).Want(201)
			s.Unchanged(t, func() {
				send(text, wave.with(entry{"start_index": 0, "end_index": n + 1})).Refused(400, "CHAT_INVALID_EMOTE")
				send(text, wave.with(entry{"start_index": n, "end_index": n + 1})).Refused(400, "CHAT_INVALID_EMOTE")
			})
		}
	})
	s.Run(t, "CH-522 a hundred, shortcodes and assets of 64 characters", func(t *testing.T) {
		emotes := make([]entry, 100)
		for i := range emotes {
			emotes[i] = entry{"shortcode": strings.Repeat("s", 64), "asset_id": strings.Repeat("é", 64), "start_index": i, "end_index": i + 1}
		}
		a := ann.Post(apitest.Messages(room), map[string]any{"body": strings.Repeat("x", 101), "inline_emotes": emotes}).Want(201)
		require.Equal(t, 100, a.Len("inline_emotes"))
		s.Unchanged(t, func() {
			emotes = append(emotes, entry{"shortcode": "s", "asset_id": "1", "start_index": 100, "end_index": 101})
			ann.Post(apitest.Messages(room), map[string]any{"body": strings.Repeat("x", 101), "inline_emotes": emotes}).
				Refused(400, "CHAT_INVALID_EMOTE")
		})
	})
	s.Unchanged(t, func() {
		for name, changes := range map[string][]entry{
			"CH-521 RS-061 ranges inverted, empty or outside": {
				{"start_index": 12, "end_index": 6},
				{"start_index": 6, "end_index": 6},
				{"start_index": 6, "end_index": 100},
				{"start_index": 20, "end_index": 21},
				{"start_index": -1, "end_index": 3},
				{"end_index": json.RawMessage("9223372036854775808")},
				{"start_index": json.RawMessage("9223372036854775807")},
			},
			"CH-520 RS-061 indexes that are missing or no integer": {
				{"start_index": nil},
				{"end_index": nil},
				{"start_index": json.RawMessage("null")},
				{"start_index": "6"},
				{"start_index": 6.5},
				{"start_index": json.RawMessage("6.0")},
				{"end_index": json.RawMessage("1e1")},
				{"end_index": true},
				{"end_index": []int{12}},
			},
			"CH-522 shortcode": {
				{"shortcode": nil},
				{"shortcode": ""},
				{"shortcode": strings.Repeat("s", 65)},
				{"shortcode": ":wave:"},
				{"shortcode": "wa ve"},
				{"shortcode": "wävé"},
				{"shortcode": "a\x00"},
				{"shortcode": 7},
				{"shortcode": entry{}},
				{"shortcode": "a\n"},
			},
			"CH-520 RS-066 asset_id": {
				{"asset_id": nil},
				{"asset_id": ""},
				{"asset_id": strings.Repeat("é", 65)},
				{"asset_id": "a\x00"},
				{"asset_id": "a\nb"},
				{"asset_id": -1},
				{"asset_id": 1.5},
				{"asset_id": true},
				{"asset_id": []int{1}},
				{"asset_id": json.RawMessage("1e3")},
			},
		} {
			s.Run(t, name, func(*testing.T) {
				for _, c := range changes {
					send("heart wave", wave.with(entry{"start_index": 0, "end_index": 3}), wave.with(c)).Refused(400, "CHAT_INVALID_EMOTE")
				}
			})
		}
		s.Run(t, "CH-521 ranges that overlap", func(*testing.T) {
			for _, r := range [][4]int{{0, 3, 2, 4}, {2, 4, 0, 3}, {0, 5, 1, 2}, {0, 2, 0, 2}, {1, 2, 0, 5}} {
				send("hello", wave.with(entry{"start_index": r[0], "end_index": r[1]}), wave.with(entry{"start_index": r[2], "end_index": r[3]})).
					Refused(400, "CHAT_INVALID_EMOTE")
			}
		})
		s.Run(t, "CH-520 entries that are no object", func(*testing.T) {
			for _, v := range []any{nil, 1, "x", true, []int{}, entry{}} {
				send("x", v).Refused(400, "CHAT_INVALID_EMOTE")
			}
		})
		s.Run(t, "CH-026 membership comes before the body", func(*testing.T) {
			app.User("eve").Post(apitest.Messages(room), `{"body":"x","inline_emotes":[1]}`).Refused(403, "CHAT_NOT_MEMBER")
		})
	})
	s.Run(t, "CH-306 emotes are part of the request, in whichever order", func(t *testing.T) {
		const key = "Idempotency-Key: emotes"
		one, two := wave.with(entry{"start_index": 0, "end_index": 1}), wave.with(entry{"start_index": 1, "end_index": 2})
		post := func(emotes ...entry) *apitest.Answer {
			return ann.Post(apitest.Messages(room), map[string]any{"body": "xx", "inline_emotes": emotes}, key)
		}
		first := post(one, two).Want(201)
		require.JSONEq(t, string(first.Body), string(post(two, one).Want(200).Body))
		post(one).Refused(422, "IDEMPOTENCY_KEY_REUSED")
		post(one, two.with(entry{"asset_id": 5})).Refused(422, "IDEMPOTENCY_KEY_REUSED")
	})
}

func TestRefsAndMentions(t *testing.T) {
	s, app := open(t)
	ann, bob := app.User("ann"), app.User("bob")
	room, other := ann.Room("r"), ann.Room("other")
	ann.Add(room, bob)
	one, two, elsewhere := ann.Send(room, "one"), bob.Send(room, "two"), ann.Send(other, "elsewhere")
	send := func(body entry, headers ...string) *apitest.Answer {
		return ann.Post(apitest.Messages(room), body.with(entry{"body": "x"}), headers...)
	}
	s.Run(t, "CH-327 shown in the order of the request, and only when there are any", func(t *testing.T) {
		a := send(entry{"refs": []any{two, json.Number(one)}, "mentions": []any{"bob", 42, "nobody yet", "é \"<&>"}}).Want(201)
		require.JSONEq(t, `["`+two+`","`+one+`"]`, apitest.JSON(a.At("refs")))
		require.JSONEq(t, `["bob","42","nobody yet","é \"<&>"]`, apitest.JSON(a.At("mentions")))
		require.JSONEq(t, string(a.Body), string(bob.Get(apitest.Messages(room, a.Text("id"))).Want(200).Body))
		require.Equal(t, a.At(), bob.Get(apitest.Messages(room)+"?limit=1").At("messages", 0))
		plain := send(entry{"refs": []any{}, "mentions": nil}).Want(201)
		require.NotContains(t, string(plain.Body), `"refs"`)
		require.NotContains(t, string(plain.Body), `"mentions"`)
	})
	s.Run(t, "CH-327 ten refs and fifty mentions", func(*testing.T) {
		var refs, users []any
		for i := range 51 {
			if i < 11 {
				refs = append(refs, ann.Send(room, "x"))
			}
			users = append(users, i)
		}
		send(entry{"refs": refs[:10], "mentions": users[:50]}).Want(201)
		s.Unchanged(t, func() {
			send(entry{"refs": refs}).Refused(400, "INVALID_REQUEST")
			send(entry{"mentions": users}).Refused(400, "INVALID_REQUEST")
		})
	})
	s.Unchanged(t, func() {
		s.Run(t, "CH-327 a message that is not in the channel", func(*testing.T) {
			for _, id := range []any{"1", 1, elsewhere, "9223372036854775807", room} {
				send(entry{"refs": []any{id}}).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
				send(entry{"refs": []any{one, id}}).Refused(404, "CHAT_MESSAGE_NOT_FOUND")
			}
		})
		s.Run(t, "CH-327 RS-061 refs that are none", func(*testing.T) {
			for _, id := range []any{"", "x", "0", "01", "-1", 0, -1, 1.5, true, nil, []int{1}, entry{}, "9223372036854775808", "1\x00"} {
				send(entry{"refs": []any{id}}).Refused(400, "INVALID_REQUEST")
			}
			send(entry{"refs": []any{one, one}}).Refused(400, "INVALID_REQUEST")
		})
		s.Run(t, "CH-327 RS-061 mentions that are none", func(*testing.T) {
			for _, id := range []any{"", "a/b", "a\nb", "a\x00", strings.Repeat("u", 129), -1, 1.5, true, nil, []string{"bob"}, entry{}} {
				send(entry{"mentions": []any{id}}).Refused(400, "INVALID_REQUEST")
			}
			send(entry{"mentions": []any{42, "42"}}).Refused(400, "INVALID_REQUEST")
		})
		s.Run(t, "CH-026 the body comes before what it refers to", func(*testing.T) {
			send(entry{"refs": []any{"1"}, "inline_emotes": []any{1}}).Refused(400, "CHAT_INVALID_EMOTE")
			ann.Post(apitest.Messages(room), entry{"refs": []any{"1"}}).Refused(400, "CHAT_EMPTY_MESSAGE")
			app.User("eve").Post(apitest.Messages(room), entry{"body": "x", "refs": []any{"1"}}).Refused(403, "CHAT_NOT_MEMBER")
		})
	})
	s.Run(t, "CH-306 refs and mentions are part of the request", func(*testing.T) {
		const key = "Idempotency-Key: refs"
		send(entry{"refs": []any{one}, "mentions": []any{"bob"}}, key).Want(201)
		send(entry{"refs": []any{json.Number(one)}, "mentions": []any{"bob"}}, key).Want(200)
		send(entry{"refs": []any{two}, "mentions": []any{"bob"}}, key).Refused(422, "IDEMPOTENCY_KEY_REUSED")
		send(entry{"refs": []any{one}}, key).Refused(422, "IDEMPOTENCY_KEY_REUSED")
	})
}

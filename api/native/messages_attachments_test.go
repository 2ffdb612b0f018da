package native_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
	"parley/internal/server"
)

// entry is an attachment or emote of a request.
type entry map[string]any

// with is the entry with changes; nil takes a member away.
func (e entry) with(changes entry) entry {
	c := maps.Clone(e)
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

var (
	picture = entry{"asset_id": "123456789", "filename": "photo.png", "content_type": "image/png", "size_bytes": 102400}
	wave    = entry{"shortcode": "wave", "asset_id": 111222333, "start_index": 6, "end_index": 12}
)

// pictures are n different attachments.
func pictures(n int) []entry {
	list := make([]entry, n)
	for i := range list {
		list[i] = picture.with(entry{"asset_id": i + 1})
	}
	return list
}

func TestSendingAttachments(t *testing.T) {
	s, app := open(t)
	ann, bob := app.User("ann"), app.User("bob")
	room := ann.Room("r")
	ann.Add(room, bob)
	send := func(body string, files ...any) *apitest.Answer {
		return ann.Post(apitest.Messages(room), map[string]any{"body": body, "attachments": files})
	}
	s.Run(t, "CH-300 CH-500 CH-504 attachments come back in order with ids", func(t *testing.T) {
		a := send("look", picture, picture.with(entry{"asset_id": 9223372036854775807, "filename": "ü \"<&>\".pdf", "content_type": "application/pdf", "size_bytes": 26214400})).Want(201)
		require.JSONEq(t, `[
			{"id":"1","asset_id":"123456789","filename":"photo.png","content_type":"image/png","size_bytes":102400},
			{"id":"2","asset_id":"9223372036854775807","filename":"ü \"<&>\".pdf","content_type":"application/pdf","size_bytes":26214400}]`,
			apitest.JSON(a.At("attachments")))
		require.Zero(t, a.Len("inline_emotes"))
		require.JSONEq(t, string(a.Body), string(bob.Get(apitest.Messages(room, a.Text("id"))).Want(200).Body))
		require.Equal(t, a.At(), bob.Get(apitest.Messages(room)+"?limit=1").At("messages", 0))
	})
	s.Run(t, "CH-303 CH-301 without a body", func(t *testing.T) {
		for _, body := range []string{`{"attachments":%s}`, `{"body":"","attachments":%s}`, `{"body":null,"attachments":%s}`} {
			a := ann.Post(apitest.Messages(room), fmt.Sprintf(body, apitest.JSON([]entry{picture}))).Want(201)
			require.Empty(t, a.Text("body"))
			require.Equal(t, 1, a.Len("attachments"))
		}
		require.Equal(t, " \n", send(" \n", picture).Want(201).Text("body"))
	})
	s.Run(t, "CH-501 ten of them", func(t *testing.T) {
		require.Equal(t, 10, ann.Post(apitest.Messages(room), map[string]any{"attachments": pictures(10)}).Want(201).Len("attachments"))
	})
	s.Run(t, "CH-503 every type of the list", func(*testing.T) {
		for _, media := range []string{
			"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/webm", "audio/mpeg", "audio/ogg",
			"application/pdf", "application/zip", "application/x-zip-compressed", "text/plain",
		} {
			send("", picture.with(entry{"content_type": media})).Want(201)
		}
	})
	s.Run(t, "CH-500 CH-011 RS-066 names and ids at their bounds", func(t *testing.T) {
		for _, file := range []string{"a", strings.Repeat("é", 255), "..", "a\\b", "\u202egnp.exe", "a\uffff", " "} {
			require.Equal(t, file, send("", picture.with(entry{"filename": file})).Want(201).Text("attachments", 0, "filename"))
		}
		half := `{"attachments":[{"asset_id":1,"filename":"a\ud83d.png","content_type":"image/png","size_bytes":1}]}`
		require.Equal(t, "a\ufffd.png", ann.Post(apitest.Messages(room), half).Want(201).Text("attachments", 0, "filename"), "RS-067")
		send("", picture.with(entry{"asset_id": json.Number("1"), "size_bytes": 1, "unknown": true, "Filename": "b"})).Want(201)
	})
	s.Unchanged(t, func() {
		for name, changes := range map[string][]entry{
			"CH-500 asset_id is missing or no id": {
				{"asset_id": nil},
				{"asset_id": ""},
				{"asset_id": "0"},
				{"asset_id": "01"},
				{"asset_id": "-1"},
				{"asset_id": "x"},
				{"asset_id": " 1"},
				{"asset_id": "9223372036854775808"},
				{"asset_id": 0},
				{"asset_id": -1},
				{"asset_id": json.RawMessage("null")},
			},
			"CH-011 RS-061 asset_id of another type": {
				{"asset_id": 1.5},
				{"asset_id": json.RawMessage("1e3")},
				{"asset_id": json.RawMessage("1.0")},
				{"asset_id": true},
				{"asset_id": []int{1}},
				{"asset_id": entry{"$ne": nil}},
				{"asset_id": json.RawMessage("99999999999999999999")},
			},
			"CH-500 RS-066 filename": {
				{"filename": nil},
				{"filename": ""},
				{"filename": strings.Repeat("é", 256)},
				{"filename": "a/b"},
				{"filename": "/"},
				{"filename": "../etc/passwd"},
				{"filename": "a\nb"},
				{"filename": "a\x00"},
				{"filename": "\x7f"},
				{"filename": "a\u0085b"},
				{"filename": 7},
				{"filename": true},
				{"filename": []string{"a"}},
				{"filename": entry{}},
			},
			"CH-500 CH-502 RS-061 size_bytes": {
				{"size_bytes": nil},
				{"size_bytes": 0},
				{"size_bytes": -1},
				{"size_bytes": 26214401},
				{"size_bytes": json.RawMessage("9223372036854775808")},
				{"size_bytes": json.RawMessage("1.0")},
				{"size_bytes": json.RawMessage("1e3")},
				{"size_bytes": "1"},
				{"size_bytes": true},
				{"size_bytes": []int{1}},
				{"size_bytes": json.RawMessage("-0")},
			},
			"CH-500 CH-503 content_type": {
				{"content_type": nil},
				{"content_type": ""},
				{"content_type": "image/svg+xml"},
				{"content_type": "text/html"},
				{"content_type": "IMAGE/PNG"},
				{"content_type": "image/png; charset=utf-8"},
				{"content_type": " image/png"},
				{"content_type": "image/png\x00"},
				{"content_type": "application/octet-stream"},
				{"content_type": 1},
				{"content_type": []string{"image/png"}},
			},
		} {
			s.Run(t, name, func(*testing.T) {
				for _, c := range changes {
					send("x", picture.with(c)).Refused(400, "CHAT_INVALID_ATTACHMENT")
					send("x", picture.with(entry{"asset_id": 5}), picture.with(c)).Refused(400, "CHAT_INVALID_ATTACHMENT")
				}
			})
		}
		s.Run(t, "CH-500 entries that are no object", func(*testing.T) {
			for _, v := range []any{nil, 1, "x", true, []int{}, []any{picture}, entry{}} {
				send("x", v).Refused(400, "CHAT_INVALID_ATTACHMENT")
			}
		})
		s.Run(t, "CH-501 eleven, or an asset twice", func(*testing.T) {
			ann.Post(apitest.Messages(room), map[string]any{"body": "x", "attachments": pictures(11)}).Refused(400, "CHAT_INVALID_ATTACHMENT")
			send("x", picture, picture.with(entry{"filename": "b", "asset_id": 123456789})).Refused(400, "CHAT_INVALID_ATTACHMENT")
		})
		s.Run(t, "CH-301 RS-063 no attachment after all", func(*testing.T) {
			ann.Post(apitest.Messages(room), `{"attachments":[]}`).Refused(400, "CHAT_EMPTY_MESSAGE")
			ann.Post(apitest.Messages(room), `{"attachments":null}`).Refused(400, "CHAT_EMPTY_MESSAGE")
			ann.Post(apitest.Messages(room), `{"attachments":[],"inline_emotes":[{"shortcode":"x","asset_id":1,"start_index":0,"end_index":1}]}`).
				Refused(400, "CHAT_EMPTY_MESSAGE")
		})
		s.Run(t, "CH-026 membership comes before the body", func(*testing.T) {
			app.User("eve").Post(apitest.Messages(room), `{"attachments":[1]}`).Refused(403, "CHAT_NOT_MEMBER")
			ann.Post(apitest.Messages("1"), `{"attachments":[1]}`).Refused(404, "CHAT_CHANNEL_NOT_FOUND")
		})
	})
	s.Run(t, "CH-306 attachments are part of the request", func(t *testing.T) {
		const key = "Idempotency-Key: files"
		post := func(files ...entry) *apitest.Answer {
			return ann.Post(apitest.Messages(room), map[string]any{"body": "x", "attachments": files}, key)
		}
		first := post(picture).Want(201)
		again := post(picture.with(entry{"asset_id": 123456789})).Want(200)
		require.JSONEq(t, string(first.Body), string(again.Body))
		for _, change := range []entry{{"filename": "b"}, {"size_bytes": 5}, {"content_type": "image/gif"}, {"asset_id": 5}} {
			post(picture.with(change)).Refused(422, "IDEMPOTENCY_KEY_REUSED")
		}
		post().Refused(422, "IDEMPOTENCY_KEY_REUSED")
		post(pictures(2)...).Refused(422, "IDEMPOTENCY_KEY_REUSED")
	})
}

func TestAttachmentTypesAreConfigurable(t *testing.T) {
	s := apitest.Open(t, func(c *server.Config) { c.AttachmentTypes = []string{"image/png", "model/stl"} })
	ann := s.App("demo").User("ann")
	room := ann.Room("r")
	send := func(media string) *apitest.Answer {
		return ann.Post(apitest.Messages(room), map[string]any{"attachments": []entry{picture.with(entry{"content_type": media})}})
	}
	s.Run(t, "CH-503 the configured types and no others", func(*testing.T) {
		send("image/png").Want(201)
		send("model/stl").Want(201)
		send("image/jpeg").Refused(400, "CHAT_INVALID_ATTACHMENT")
	})
}

package admin_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

const importPath = "/v1/admin/import?app=shop"

// statuses of an import's answer, with the codes of errors.
func statuses(a *apitest.Answer) (list []string) {
	for i, line := range a.Lines() {
		text := fmt.Sprint(line["status"])
		if e, ok := line["error"].(map[string]any); ok {
			text += " " + fmt.Sprint(e["code"])
		}
		if int(line["line"].(float64)) != i+1 {
			text = "of another line"
		}
		list = append(list, text)
	}
	return list
}

const log = `{"op":"create_channel","source":"s/rooms","n":0,"as":"import","time":1103966040000,"type":"room","name":"Lobby"}
{"op":"add_member","source":"s/join","n":1,"as":"ann","user":"ann","time":1103966041000,"channel_of":{"source":"s/rooms","n":0}}
{"op":"send","source":"s","n":1,"as":"ann","time":1103966041000,"channel_of":{"source":"s/rooms","n":0},"body":"hello"}
{"op":"send","source":"s","n":2,"as":"ann","time":1103966042000,"channel_of":{"source":"s/rooms","n":0},"body":"waves","kind":"action","refs_of":[{"source":"s","n":1}],"mentions":["bob"]}
`

func TestImportOfALog(t *testing.T) {
	s := apitest.Open(t)
	shop := s.App("shop")
	first := s.Anybody().Post(importPath, log, operator).Want(200)
	require.Equal(t, []string{"done", "done", "done", "done"}, statuses(first))
	channel, message := first.Lines()[0]["channel_id"].(string), first.Lines()[2]["message_id"].(string)
	require.NotEmpty(t, first.Lines()[3]["position"])

	ann := shop.User("ann")
	page := ann.Get("/v1/channels/" + channel + "/messages").Want(200)
	require.Equal(t, 2, page.Len("messages"))
	require.Equal(t, "waves", page.Text("messages", 0, "body"))
	require.Equal(t, int64(1103966042), page.Number("messages", 0, "created_at"), "the time of the source")
	require.Equal(t, "ann", page.Text("messages", 0, "sender_id"))
	require.Equal(t, []any{message}, page.At("messages", 0, "refs"))
	require.Equal(t, "import", ann.Get("/v1/channels/"+channel).Want(200).Text("owner_id"))

	s.Unchanged(t, func() {
		again := s.Anybody().Post(importPath, log, operator).Want(200)
		require.Equal(t, []string{"repeated", "repeated", "repeated", "repeated"}, statuses(again))
		require.Equal(t, channel, again.Lines()[0]["channel_id"])
		require.Equal(t, message, again.Lines()[2]["message_id"])
	})
}

func TestBrokenLinesOfAnImportAreRefusedByThemselves(t *testing.T) {
	s := apitest.Open(t)
	s.App("shop")
	s.Anybody().Post(importPath, log, operator).Want(200)
	tests := map[string]string{
		`{`:                                            "INVALID_REQUEST",
		`[]`:                                           "INVALID_REQUEST",
		`{} {}`:                                        "INVALID_REQUEST",
		`{"op":"send","source":"x"}`:                   "CHAT_CHANNEL_NOT_FOUND",
		`{"op":"send","source":""}`:                    "INVALID_REQUEST",
		`{"op":"dance","source":"x"}`:                  "INVALID_REQUEST",
		`{"op":"send","source":"x","n":-1}`:            "INVALID_REQUEST",
		`{"op":"send","source":"x","n":"1"}`:           "INVALID_REQUEST",
		`{"op":"send","source":"x","time":-1}`:         "INVALID_REQUEST",
		`{"op":"send","source":"x","surprise":1}`:      "INVALID_REQUEST",
		`{"op":"send","source":"x","kind":"sonnet"}`:   "INVALID_REQUEST",
		`{"op":"send","source":"x","body":"\u0000"}`:   "INVALID_REQUEST",
		`{"op":"send","source":"x","channel":"no id"}`: "INVALID_REQUEST",
		`{"op":"send","source":"x","channel":"1","channel_of":{"source":"s/rooms","n":0}}`:                       "INVALID_REQUEST",
		`{"op":"send","source":"x","as":"zoe","body":"hi","channel_of":{"source":"s/rooms","n":0}}`:              "CHAT_NOT_MEMBER",
		`{"op":"send","source":"x","as":"ann","body":"hi","channel_of":{"source":"s/rooms","n":9}}`:              "CHAT_CHANNEL_NOT_FOUND",
		`{"op":"send","source":"s","n":1,"as":"ann","body":"ho","channel_of":{"source":"s/rooms","n":0}}`:        "IDEMPOTENCY_KEY_REUSED",
		`{"op":"create_channel","source":"x","as":"ann","type":"room","name":" "}`:                               "CHAT_INVALID_NAME",
		`{"op":"create_channel","source":"x","as":"ann","type":"stream","name":"x"}`:                             "INVALID_REQUEST",
		`{"op":"add_member","source":"x","as":"ann","user":"a/b","channel_of":{"source":"s/rooms","n":0}}`:       "CHAT_NOT_ADMIN",
		`{"op":"remove_member","source":"x","as":"ann","user":"import","channel_of":{"source":"s/rooms","n":0}}`: "CHAT_NOT_ADMIN",
	}
	for line, code := range tests {
		s.Run(t, line, func(t *testing.T) {
			s.Unchanged(t, func() {
				a := s.Anybody().Post(importPath, line+"\n"+strings.Split(log, "\n")[2], operator).Want(200)
				require.Equal(t, []string{"refused " + code, "repeated"}, statuses(a))
			})
		})
	}
}

func TestImportIsRefusedAsAWhole(t *testing.T) {
	s := apitest.Open(t)
	shop := s.App("shop")
	s.App("other")
	key := adminKey(s, "shop", "boss", false)
	anybody := s.Anybody()
	s.Unchanged(t, func() {
		anybody.Post(importPath, strings.Repeat(strings.Split(log, "\n")[0]+"\n", 1001), operator).Refused(400, "INVALID_REQUEST")
		anybody.Post(importPath, `{"body":"`+strings.Repeat("x", 256<<10)+`"}`, operator).Refused(413, "BODY_TOO_LARGE")
		anybody.Post(importPath, strings.Repeat(" "+strings.Repeat("x", 100_000)+"\n", 200), operator).Refused(413, "BODY_TOO_LARGE")
		anybody.Post("/v1/admin/import", log, operator).Refused(400, "INVALID_REQUEST")
		anybody.Post("/v1/admin/import?app=nowhere", log, operator).Refused(404, "APP_NOT_FOUND")
		anybody.Post("/v1/admin/import?app=other", log, key).Refused(404, "APP_NOT_FOUND")
		anybody.Post(importPath, log).Refused(401, "AUTH_MISSING_TOKEN")
		shop.User("ann").Post(importPath, log).Refused(401, "AUTH_INVALID_TOKEN")
	})
	require.Equal(t, []string{"done", "done", "done", "done"}, statuses(anybody.Post("/v1/admin/import", log, key).Want(200)))
	require.Empty(t, statuses(anybody.Post(importPath, "", operator).Want(200)))
}

package native_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

func TestBodiesThatAreNotAnObjectChangeNothing(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("lobby")
	tests := map[string]string{
		"RS-060 empty": "", "RS-060 blanks": " \n\t ", "RS-060 array": `[{"body":"x"}]`, "RS-060 text": `"body"`, "RS-060 number": `1`,
		"RS-060 null": `null`, "RS-060 cut": `{"body":"x"`, "RS-060 two documents": `{"body":"x"}{"body":"y"}`,
		"RS-060 trailing text": `{"body":"x"} x`, "RS-060 trailing U+0000": `{"body":"x"}` + "\x00", "trailing comma": `{"body":"x",}`,
		"comment": `{"body":"x"} // x`, "single quotes": `{'body':'x'}`, "RS-060 BOM": "\ufeff" + `{"body":"x"}`,
		"RS-060 NaN": `{"body":"x","n":NaN}`, "RS-060 infinity": `{"body":"x","n":-Infinity}`, "hexadecimal": `{"body":"x","n":0x10}`,
		"RS-060 line break in a string": "{\"body\":\"a\nb\"}", "RS-060 XML": `<body>x</body>`, "form": `body=x`,
		"RS-068 UTF-16": "\xff\xfe{\x00}\x00", "RS-068 not UTF-8": "{\"body\":\"\xff\"}",
		"RS-068 not UTF-8 in an unknown field": "{\"body\":\"x\",\"y\":\"\xc3\x28\"}",
		"RS-068 not UTF-8 in a name":           "{\"body\":\"x\",\"\xff\":1}",
		"RS-068 a surrogate in UTF-8":          "{\"body\":\"\xed\xa0\x80\"}",
		"RS-068 an overlong slash":             "{\"body\":\"\xc0\xaf\"}",
		"depth 65":                             nested("[", 64, "]"),
		"RS-062 arrays 2,000 deep":             nested("[", 2000, "]"),
		"RS-062 arrays 100,000 deep":           nested("[", 100_000, "]"),
		"RS-062 objects 2,000 deep":            nested(`{"a":`, 2000, "}"),
		"RS-062 objects 20,000 deep":           nested(`{"a":`, 20_000, "}"),
		"RS-062 opened and never closed":       strings.Repeat("[", 200_000),
	}
	s.Unchanged(t, func() {
		for name, body := range tests {
			s.Run(t, "CH-013 "+name, func(*testing.T) {
				ann.Post(apitest.Messages(room), body).Refused(400, "INVALID_REQUEST")
				ann.Post(channels, body).Refused(400, "INVALID_REQUEST")
				ann.Post(apitest.Members(room), body).Refused(400, "INVALID_REQUEST")
				ann.Put(apitest.Channel(room), body).Refused(400, "INVALID_REQUEST")
			})
		}
		s.Run(t, "CH-013 no body at all", func(*testing.T) {
			ann.Post(apitest.Messages(room), nil).Refused(400, "INVALID_REQUEST")
		})
	})
	ann.Send(room, "after all that")
}

// nested is a good body beside which something nests.
func nested(open string, depth int, end string) string {
	return `{"body":"x","y":` + strings.Repeat(open, depth) + `1` + strings.Repeat(end, depth) + `}`
}

func TestBodiesThatAreTaken(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("lobby")
	tests := map[string]struct{ body, text string }{
		"CH-013 blanks around":                                 {" \n{\t\"body\" : \"x\" } \r\n", "x"},
		"CH-013 RS-062 depth 64":                               {nested("[", 63, "]"), "x"},
		"CH-013 brackets in a string":                          {`{"body":"` + strings.Repeat("[", 100) + `"}`, strings.Repeat("[", 100)},
		"CH-014 RS-042 unknown fields":                         {`{"body":"x","id":"1","sender_id":"bob","created_at":1,"deleted":true,"reactions":[1]}`, "x"},
		"CH-014 RS-072 names in other case are unknown":        {`{"Body":"a","BODY":"b","body":"x"}`, "x"},
		"CH-014 RS-072 also after the right one":               {`{"body":"x","Body":"a"}`, "x"},
		"CH-013 RS-072 of a name given twice the last counts":  {`{"body":"a","body":"x"}`, "x"},
		"CH-013 RS-072 the last counts, whatever the first is": {`{"body":7,"body":"x"}`, "x"},
		"CH-013 RS-072 a name given twice, once escaped":       {`{"body":"a","b\u006fdy":"x"}`, "x"},
		"CH-014 RS-072 a long s is no s":                       {`{"body":"x","attachment\u017f":7,"inline_emote\u017f":7}`, "x"},
		"CH-300 null lists are absent":                         {`{"body":"x","attachments":null,"inline_emotes":null}`, "x"},
		"CH-300 empty lists":                                   {`{"body":"x","attachments":[],"inline_emotes":[]}`, "x"},
		"CH-305 escapes":                                       {`{"body":"\u00e9\ud83d\ude00\/\t\"\\"}`, "é😀/\t\"\\"},
		"CH-305 RS-067 a lone surrogate becomes U+FFFD":        {`{"body":"a\ud800b"}`, "a\ufffdb"},
	}
	for name, tt := range tests {
		s.Run(t, name, func(t *testing.T) {
			m := ann.Post(apitest.Messages(room), tt.body).Want(201)
			require.Equal(t, tt.text, m.Text("body"))
			require.Equal(t, "ann", m.Text("sender_id"))
			got := ann.Get(apitest.Messages(room, m.Text("id"))).Want(200)
			require.Equal(t, tt.text, got.Text("body"))
			require.Equal(t, false, got.At("deleted"))
		})
	}
}

func TestFieldsOfTheWrongType(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("lobby")
	wrong := []string{`7`, `1.5`, `true`, `[]`, `["x"]`, `{}`, `{"$ne":null}`}
	refused := func(t *testing.T, path, template string, values ...string) {
		for _, v := range values {
			ann.Post(path, fmt.Sprintf(template, v)).Refused(400, "INVALID_REQUEST")
		}
		_ = t
	}
	s.Unchanged(t, func() {
		s.Run(t, "CH-022 body", func(t *testing.T) {
			refused(t, apitest.Messages(room), `{"body":%s}`, wrong...)
		})
		s.Run(t, "CH-022 body with U+0000", func(t *testing.T) {
			refused(t, apitest.Messages(room), `{"body":%s}`, `"\u0000"`, `"a\u0000b"`)
		})
		s.Run(t, "CH-022 attachments, inline_emotes, refs and mentions that are no array", func(t *testing.T) {
			for _, name := range []string{"attachments", "inline_emotes", "refs", "mentions"} {
				refused(t, apitest.Messages(room), `{"body":"x","`+name+`":%s}`, `{}`, `"x"`, `1`, `true`, `"[]"`)
			}
		})
		s.Run(t, "CH-022 type", func(t *testing.T) {
			refused(t, channels, `{"type":%s,"name":"x"}`, append(wrong, `null`, `"a\u0000"`)...)
		})
		s.Run(t, "CH-022 name", func(t *testing.T) {
			refused(t, channels, `{"type":"group","name":%s}`, append(wrong, `"a\u0000"`)...)
		})
		s.Run(t, "CH-011 user_id of a dm", func(t *testing.T) {
			refused(t, channels, `{"type":"dm","user_id":%s}`, `1.5`, `-1`, `1e3`, `1E3`, `1.0`, `true`, `[]`, `{}`, `null`, `"a\u0000"`)
		})
		s.Run(t, "CH-218 user_id of a member", func(t *testing.T) {
			refused(t, apitest.Members(room), `{"user_id":%s}`, `1.5`, `-1`, `1e3`, `true`, `[]`, `{}`, `null`, `""`, `"a/b"`, `"a\nb"`)
			refused(t, apitest.Members(room), `{"role":%s}`, `"member"`)
		})
		s.Run(t, "CH-022 role", func(t *testing.T) {
			refused(t, apitest.Members(room), `{"user_id":"bob","role":%s}`, wrong...)
		})
	})
}

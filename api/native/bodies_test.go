package native_test

import (
	"bytes"
	"compress/gzip"
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
		"empty": "", "blanks": " \n\t ", "array": `[{"body":"x"}]`, "text": `"body"`, "number": `1`, "null": `null`,
		"cut": `{"body":"x"`, "two documents": `{"body":"x"}{"body":"y"}`, "trailing text": `{"body":"x"} x`,
		"trailing comma": `{"body":"x",}`, "comment": `{"body":"x"} // x`, "single quotes": `{'body':'x'}`,
		"BOM": "\ufeff" + `{"body":"x"}`, "UTF-16": "\xff\xfe{\x00}\x00", "NaN": `{"body":"x","n":NaN}`,
		"infinity": `{"body":"x","n":Infinity}`, "hexadecimal": `{"body":"x","n":0x10}`,
		"line break in a string": "{\"body\":\"a\nb\"}", "not UTF-8": "{\"body\":\"\xff\"}",
		"not UTF-8 in an unknown field": "{\"body\":\"x\",\"y\":\"\xc3\x28\"}",
		"a surrogate in UTF-8":          "{\"body\":\"\xed\xa0\x80\"}", "XML": `<body>x</body>`, "form": `body=x`,
		"depth 65":           `{"body":"x","y":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`,
		"depth 100,000":      `{"body":"x","y":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`,
		"objects 2,000 deep": `{"body":"x","y":` + strings.Repeat(`{"a":`, 2000) + "1" + strings.Repeat("}", 2000) + `}`,
	}
	s.Unchanged(t, func() {
		for name, body := range tests {
			s.Run(t, "CH-013 "+name, func(*testing.T) {
				ann.Post(apitest.Messages(room), body).Refused(400, "INVALID_REQUEST")
				ann.Post(channels, body).Refused(400, "INVALID_REQUEST")
				ann.Post(apitest.Members(room), body).Refused(400, "INVALID_REQUEST")
			})
		}
		s.Run(t, "CH-013 no body at all", func(*testing.T) {
			ann.Post(apitest.Messages(room), nil).Refused(400, "INVALID_REQUEST")
		})
	})
}

func TestBodiesThatAreTaken(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("lobby")
	tests := map[string]struct{ body, text string }{
		"CH-013 blanks around":                          {" \n{\t\"body\" : \"x\" } \r\n", "x"},
		"CH-013 depth 64":                               {`{"body":"x","y":` + strings.Repeat("[", 63) + strings.Repeat("]", 63) + `}`, "x"},
		"CH-013 brackets in a string":                   {`{"body":"` + strings.Repeat("[", 100) + `"}`, strings.Repeat("[", 100)},
		"CH-014 RS-042 unknown fields":                  {`{"body":"x","id":"1","sender_id":"bob","created_at":1,"deleted":true,"reactions":[1]}`, "x"},
		"CH-014 names in other case are unknown":        {`{"Body":"a","BODY":"b","body":"x"}`, "x"},
		"CH-014 also after the right one":               {`{"body":"x","Body":"a"}`, "x"},
		"CH-013 of a name given twice the last counts":  {`{"body":"a","body":"x"}`, "x"},
		"CH-013 the last counts, whatever the first is": {`{"body":7,"body":"x"}`, "x"},
		"CH-300 null lists are absent":                  {`{"body":"x","attachments":null,"inline_emotes":null}`, "x"},
		"CH-300 empty lists":                            {`{"body":"x","attachments":[],"inline_emotes":[]}`, "x"},
		"CH-305 escapes":                                {`{"body":"\u00e9\ud83d\ude00\/\t\"\\"}`, "é😀/\t\"\\"},
		"CH-305 RS-067 a lone surrogate becomes U+FFFD": {`{"body":"a\ud800b"}`, "a\ufffdb"},
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

func TestSizesOfBodies(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("lobby")
	body := func(size int) string {
		text := `{"body":"x","pad":"`
		return text + strings.Repeat("p", size-len(text)-2) + `"}`
	}
	s.Run(t, "CH-015 exactly 256 KiB", func(*testing.T) { ann.Post(apitest.Messages(room), body(256<<10)).Want(201) })
	s.Unchanged(t, func() {
		s.Run(t, "CH-015 one byte more", func(*testing.T) {
			ann.Post(apitest.Messages(room), body(256<<10+1)).Refused(413, "BODY_TOO_LARGE")
		})
		s.Run(t, "CH-015 one byte more, in chunks", func(*testing.T) {
			ann.Do("POST", apitest.Messages(room), apitest.Stream(strings.NewReader(body(256<<10+1)))).Refused(413, "BODY_TOO_LARGE")
		})
		s.Run(t, "CH-015 one blank more", func(*testing.T) {
			ann.Post(apitest.Messages(room), body(256<<10)+" ").Refused(413, "BODY_TOO_LARGE")
		})
		s.Run(t, "CH-015 4 MiB", func(*testing.T) {
			ann.Post(apitest.Messages(room), strings.Repeat("[", 4<<20)).Refused(413, "BODY_TOO_LARGE")
		})
	})
	s.Run(t, "CH-015 a read does not look at its body", func(*testing.T) {
		ann.Do("GET", apitest.Messages(room), body(1000)).Want(200)
	})
}

func TestTypesAndEncodingsOfBodies(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	room := ann.Room("lobby")
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, err := z.Write([]byte(`{"body":"x"}`))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	s.Unchanged(t, func() {
		for _, encoding := range []string{"gzip", "br", "deflate", "gzip, identity"} {
			s.Run(t, "CH-001 Content-Encoding "+encoding, func(*testing.T) {
				ann.Post(apitest.Messages(room), zipped.Bytes(), "Content-Encoding: "+encoding).Refused(415, "UNSUPPORTED_MEDIA_TYPE")
			})
		}
		for _, media := range []string{
			"text/xml", "application/xml", "text/plain", "multipart/form-data; boundary=x", "image/png",
			"application/x-msgpack", "application/json; charset=utf-16", "application/json; charset=iso-8859-1", ";",
		} {
			s.Run(t, "CH-001 Content-Type "+media, func(*testing.T) {
				ann.Post(apitest.Messages(room), `{"body":"x"}`, "Content-Type: "+media).Refused(415, "UNSUPPORTED_MEDIA_TYPE")
			})
		}
	})
	for _, media := range []string{
		"application/json", "application/json; charset=UTF-8", "Application/JSON", "application/vnd.api+json",
		"application/x-www-form-urlencoded", "application/octet-stream", "",
	} {
		s.Run(t, "CH-001 JSON under Content-Type "+media, func(*testing.T) {
			ann.Post(apitest.Messages(room), `{"body":"x"}`, "Content-Type: "+media).Want(201)
		})
	}
	s.Run(t, "CH-001 Content-Encoding identity", func(*testing.T) {
		ann.Post(apitest.Messages(room), `{"body":"x"}`, "Content-Encoding: identity").Want(201)
	})
}

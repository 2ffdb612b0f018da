package irc_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/irc"
)

const good = `{"n":1,"ts":1000,"room":"lobby","type":"message","user":"ann","text":"hi","reply_to":[0],"more":true}`

func TestBrokenLinesAreReportedByNumber(t *testing.T) {
	tests := map[string]string{
		"not JSON":         `{`,
		"an array":         `[]`,
		"two values":       good + `{}`,
		"wrong type":       `{"n":"1","ts":1000,"room":"lobby","type":"message","user":"ann","text":"hi"}`,
		"negative n":       `{"n":-1,"ts":1000,"room":"lobby","type":"message","user":"ann","text":"hi"}`,
		"no time":          `{"n":1,"room":"lobby","type":"message","user":"ann","text":"hi"}`,
		"far future":       `{"n":1,"ts":253402300800000,"room":"lobby","type":"message","user":"ann","text":"hi"}`,
		"no room":          `{"n":1,"ts":1000,"room":" ","type":"message","user":"ann","text":"hi"}`,
		"no user":          `{"n":1,"ts":1000,"room":"lobby","type":"message","text":"hi"}`,
		"user with slash":  `{"n":1,"ts":1000,"room":"lobby","type":"message","user":"a/b","text":"hi"}`,
		"unknown type":     `{"n":1,"ts":1000,"room":"lobby","type":"kick","user":"ann","text":"hi"}`,
		"nick to nothing":  `{"n":1,"ts":1000,"room":"lobby","type":"nick","user":"ann","text":""}`,
		"NUL":              `{"n":1,"ts":1000,"room":"lobby","type":"message","user":"ann","text":"\u0000"}`,
		"longer than 1 MB": `{"n":1,"text":"` + strings.Repeat("x", 1<<20) + `"}`,
	}
	for name, line := range tests {
		t.Run(name, func(t *testing.T) {
			r, err := irc.NewReader(strings.NewReader(good + "\n\n" + line + "\n" + good))
			require.NoError(t, err)
			_, err = r.Next()
			require.NoError(t, err)
			_, err = r.Next()
			var broken *irc.LineError
			require.ErrorAs(t, err, &broken)
			require.Equal(t, 3, broken.Line)
			e, err := r.Next()
			require.NoError(t, err, "reading goes on")
			require.Equal(t, irc.Entry{N: 1, TS: 1000, Room: "lobby", Type: "message", User: "ann", Text: "hi", ReplyTo: []int64{0}}, e)
			_, err = r.Next()
			require.ErrorIs(t, err, io.EOF)
		})
	}
}

func TestCompressedFiles(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(good + "\n"))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	whole := b.Bytes()
	r, err := irc.NewReader(bytes.NewReader(whole))
	require.NoError(t, err)
	e, err := r.Next()
	require.NoError(t, err)
	require.Equal(t, "hi", e.Text)

	r, err = irc.NewReader(bytes.NewReader(whole[:len(whole)-8]))
	require.NoError(t, err)
	for err == nil {
		_, err = r.Next()
	}
	require.False(t, errors.Is(err, io.EOF), "a file that is cut is not at its end")
	_, err = irc.NewReader(bytes.NewReader([]byte{0x1f, 0x8b, 0}))
	require.Error(t, err)
}

func FuzzNext(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("{}\n[]\n" + good))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := irc.NewReader(bytes.NewReader(file))
		if err != nil {
			return
		}
		m := irc.NewMapper("log", "import")
		for range 1000 {
			e, err := r.Next()
			var broken *irc.LineError
			if errors.As(err, &broken) {
				continue
			}
			if err != nil {
				return
			}
			m.Map(e)
		}
	})
}

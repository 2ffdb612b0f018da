package domain_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"parley/domain"
)

// Events and contents that encode themselves must write what encoding/json
// writes, and read both.
func TestHandWrittenJSONIsThatOfTheLibrary(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z "\\<>&]{0,20}`), rapid.Just(""))
	rapid.Check(t, func(t *rapid.T) {
		c := domain.Content{Text: text.Draw(t, "text"), SenderName: text.Draw(t, "name"), Encoding: rapid.SampledFrom([]string{"", "json"}).Draw(t, "encoding")}
		want, err := json.Marshal(c)
		require.NoError(t, err)
		got, err := c.AppendJSON(nil)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
		back, err := domain.DecodeContent(got)
		require.NoError(t, err)
		var slow domain.Content
		require.NoError(t, json.Unmarshal(want, &slow))
		require.Equal(t, slow, back)
	})
	rapid.Check(t, func(t *rapid.T) {
		e := domain.MessageSent{
			Sender: domain.UserID(text.Draw(t, "sender")), SenderKind: domain.ActorUser, Kind: domain.MessageKind(text.Draw(t, "kind")),
			Digest: &domain.Digest{Sum: rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "digest")},
			Sealed: &domain.Secret{Blob: rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(t, "sealed")},
			Refs:   rapid.SampledFrom([][]domain.MessageID{nil, {1, 2}}).Draw(t, "refs"),
		}
		want, err := json.Marshal(e)
		require.NoError(t, err)
		_, v, got, err := domain.EncodeEvent(e)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
		back, err := domain.DecodeEvent("MessageSent", v, got)
		require.NoError(t, err)
		var slow domain.MessageSent
		require.NoError(t, json.Unmarshal(want, &slow))
		require.Equal(t, slow, back)
	})
}

func FuzzDecodeContent(f *testing.F) {
	f.Add([]byte(`{"text":"a","sender_name":"b"}`))
	f.Add([]byte(`{"text":"a\"","sender_name":"b"}`))
	f.Add([]byte(`{"text":"a","sender_name":"b"} `))
	f.Fuzz(func(t *testing.T, b []byte) {
		var slow domain.Content
		slowErr := json.Unmarshal(b, &slow)
		fast, err := domain.DecodeContent(b)
		if err == nil && slowErr == nil {
			require.Equal(t, slow, fast)
		}
		require.Equal(t, slowErr == nil, err == nil)
	})
}

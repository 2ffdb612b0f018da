package postgres

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestMetadataSurvivesEncoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		meta := rapid.MapOfN(rapid.String(), rapid.String(), 1, 20).Draw(t, "meta")
		encoded := encodeMeta(meta)
		var standard map[string]string
		if err := json.Unmarshal(encoded, &standard); err != nil || !maps.Equal(meta, standard) {
			t.Fatalf("%s is not %v: %v", encoded, meta, err)
		}
		decoded, err := decodeMeta(string(encoded))
		if err != nil || !maps.Equal(meta, decoded) {
			t.Fatalf("%s became %v: %v", encoded, decoded, err)
		}
	})
}

func TestMetadataHasSortedKeys(t *testing.T) {
	require.Equal(t, `{"a":"1","b":"\"","c":""}`, string(encodeMeta(map[string]string{"c": "", "a": "1", "b": `"`})))
	require.Nil(t, encodeMeta(nil))
}

func FuzzDecodeMeta(f *testing.F) {
	f.Add(`{"a":"b"}`)
	f.Add(`{ "a" : "\u0041" }`)
	f.Add(`{"a":"b","c":`)
	f.Fuzz(func(t *testing.T, text string) {
		decoded, err := decodeMeta(text)
		var standard map[string]string
		if json.Unmarshal([]byte(text), &standard) == nil && err == nil && !maps.Equal(standard, decoded) {
			t.Fatalf("%q became %v, not %v", text, decoded, standard)
		}
	})
}

func TestKeysOfRowLessStreamsRiseWithTheirIDs(t *testing.T) {
	l := newLayout([]string{"message"})
	var keys []key
	for _, name := range []string{"message-a.1.1", "message-b.2.9", "message-a.1.10", "message-a.9.4611686018427387904"} {
		p := l.place(name)
		require.True(t, p.prefix)
		got, err := owner{p.owner, true}.stream(p.key)
		require.NoError(t, err)
		require.Equal(t, name, got)
		keys = append(keys, p.key)
	}
	require.True(t, slices.IsSortedFunc(keys, func(a, b key) int { return slices.Compare(a[:], b[:]) }))
	_, err := owner{"message-b.1.", true}.stream(keys[0])
	require.Error(t, err)
}

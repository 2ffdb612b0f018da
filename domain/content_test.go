package domain_test

import (
	"bytes"
	"encoding/hex"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"parley/domain"
)

// Digests are computed over this form: it never changes.
func TestCanonicalContentIsFrozen(t *testing.T) {
	c := domain.Content{
		Text:     "héllo",
		Emotes:   []domain.InlineEmote{{Shortcode: "wave", Asset: "5", Start: 0, End: 258}, {Shortcode: "x", Asset: "", Start: 3, End: 4}},
		Name:     "name",
		Metadata: []byte(`{"a": 1}`),
		Headers:  map[string]string{"b": "2", "a": "1"},
		Encoding: "json",
		Extras:   []byte(`{}`),
	}
	got := c.Canonical([]domain.MessageID{1, 9223372036854775807}, []domain.UserID{"bob", "ann"})
	byHand := "\x01" +
		sized("héllo") +
		sized(sized("wave")+sized("5")+sized("\x00\x00\x00\x00\x00\x00\x00\x00")+sized("\x00\x00\x00\x00\x00\x00\x01\x02")+
			sized("x")+sized("")+sized("\x00\x00\x00\x00\x00\x00\x00\x03")+sized("\x00\x00\x00\x00\x00\x00\x00\x04")) +
		sized(`{"a": 1}`) +
		sized(sized("a")+sized("1")+sized("b")+sized("2")) +
		sized("name") +
		sized("json") +
		sized(`{}`) +
		sized("\x00\x00\x00\x00\x00\x00\x00\x01\x7f\xff\xff\xff\xff\xff\xff\xff") +
		sized(sized("bob")+sized("ann"))
	require.Equal(t, byHand, string(got))
	require.Equal(t, string(goldenFile(t, "content.golden", []byte(hex.EncodeToString(got)))), hex.EncodeToString(got))

	c.SenderName, c.Files = "Ann", []string{"a.png"}
	require.Equal(t, got, c.Canonical([]domain.MessageID{1, 9223372036854775807}, []domain.UserID{"bob", "ann"}),
		"sender and file names are not content")
	require.Equal(t, "\x01"+sized("name")+sized("Ann"), string(domain.NameContent("Ann")))
}

type written struct {
	content  domain.Content
	refs     []domain.MessageID
	mentions []domain.UserID
}

func (w written) equal(o written) bool {
	a, b := w.content, o.content
	return a.Text == b.Text && slices.Equal(a.Emotes, b.Emotes) && bytes.Equal(a.Metadata, b.Metadata) &&
		maps.Equal(a.Headers, b.Headers) && a.Name == b.Name && a.Encoding == b.Encoding && bytes.Equal(a.Extras, b.Extras) &&
		slices.Equal(w.refs, o.refs) && slices.Equal(w.mentions, o.mentions)
}

// CH-325: equal bytes exactly for equal content. Few letters make collisions
// likely if there can be any.
func TestCanonicalContentIsInjective(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune{'a', 0, 1}), 0, 2, -1)
	emote := rapid.Custom(func(t *rapid.T) domain.InlineEmote {
		return domain.InlineEmote{
			Shortcode: text.Draw(t, "shortcode"), Asset: text.Draw(t, "asset"),
			Start: rapid.IntRange(0, 1).Draw(t, "start"), End: rapid.IntRange(0, 1).Draw(t, "end"),
		}
	})
	anything := rapid.Custom(func(t *rapid.T) written {
		return written{
			content: domain.Content{
				Text: text.Draw(t, "text"), Name: text.Draw(t, "name"), Encoding: text.Draw(t, "encoding"),
				Emotes:   rapid.SliceOfN(emote, 0, 2).Draw(t, "emotes"),
				Metadata: []byte(text.Draw(t, "metadata")), Extras: []byte(text.Draw(t, "extras")),
				Headers: rapid.MapOfN(text, text, 0, 2).Draw(t, "headers"),
			},
			refs:     rapid.SliceOfN(rapid.Map(rapid.IntRange(1, 2), func(n int) domain.MessageID { return domain.MessageID(n) }), 0, 2).Draw(t, "refs"),
			mentions: rapid.SliceOfN(rapid.Map(text, func(s string) domain.UserID { return domain.UserID(s) }), 0, 2).Draw(t, "mentions"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := anything.Draw(t, "a"), anything.Draw(t, "b")
		if rapid.Bool().Draw(t, "swap") { // the same with two fields exchanged
			b = a
			b.content.Text, b.content.Name = a.content.Name, a.content.Text
		}
		same := bytes.Equal(a.content.Canonical(a.refs, a.mentions), b.content.Canonical(b.refs, b.mentions))
		if same != a.equal(b) {
			t.Fatalf("%+v and %+v", a, b)
		}
	})
}

func TestCanonicalContentDependsOnEachField(t *testing.T) {
	seen := map[string]string{}
	for name, w := range map[string]written{
		"nothing":         {},
		"text":            {content: domain.Content{Text: "a"}},
		"emote":           {content: domain.Content{Emotes: []domain.InlineEmote{{Shortcode: "a"}}}},
		"emote elsewhere": {content: domain.Content{Emotes: []domain.InlineEmote{{Shortcode: "a", Start: 1}}}},
		"two emotes":      {content: domain.Content{Emotes: []domain.InlineEmote{{Shortcode: "a"}, {}}}},
		"metadata":        {content: domain.Content{Metadata: []byte("a")}},
		"header":          {content: domain.Content{Headers: map[string]string{"a": ""}}},
		"header's value":  {content: domain.Content{Headers: map[string]string{"": "a"}}},
		"name":            {content: domain.Content{Name: "a"}},
		"encoding":        {content: domain.Content{Encoding: "a"}},
		"extras":          {content: domain.Content{Extras: []byte("a")}},
		"ref":             {refs: []domain.MessageID{1}},
		"refs":            {refs: []domain.MessageID{1, 2}},
		"refs reordered":  {refs: []domain.MessageID{2, 1}},
		"mention":         {mentions: []domain.UserID{"a"}},
		"mentions":        {mentions: []domain.UserID{"a", "a"}},
		"empty mention":   {mentions: []domain.UserID{""}},
	} {
		form := string(w.content.Canonical(w.refs, w.mentions))
		require.Empty(t, seen[form], name)
		seen[form] = name
	}
}

package domain_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"parley/domain"
)

func at(start, end int) domain.InlineEmote {
	return domain.InlineEmote{Shortcode: "wave", Asset: "5", Start: start, End: end}
}

func TestEmotesInTheText(t *testing.T) {
	dense := func(n int) []domain.InlineEmote {
		var emotes []domain.InlineEmote
		for i := range n {
			emotes = append(emotes, at(i, i+1))
		}
		return emotes
	}
	tests := map[string]struct {
		text   string
		emotes []domain.InlineEmote
		bad    bool
	}{
		"CH-521 the whole text":               {"hello", []domain.InlineEmote{at(0, 5)}, false},
		"CH-521 side by side":                 {"hello", []domain.InlineEmote{at(0, 2), at(2, 5)}, false},
		"CH-521 code points of four bytes":    {"🎉🎉", []domain.InlineEmote{at(0, 1), at(1, 2)}, false},
		"CH-521 marks count":                  {"e\u0301", []domain.InlineEmote{at(1, 2)}, false},
		"CH-521 beyond the end":               {"hello", []domain.InlineEmote{at(4, 6)}, true},
		"CH-521 bytes do not count":           {"🎉", []domain.InlineEmote{at(0, 2)}, true},
		"CH-521 empty range":                  {"hello", []domain.InlineEmote{at(2, 2)}, true},
		"CH-521 inverted range":               {"hello", []domain.InlineEmote{at(3, 2)}, true},
		"CH-521 negative":                     {"hello", []domain.InlineEmote{at(-1, 2)}, true},
		"CH-521 overlap":                      {"hello", []domain.InlineEmote{at(0, 3), at(2, 4)}, true},
		"CH-521 one within the other":         {"hello", []domain.InlineEmote{at(0, 5), at(1, 2)}, true},
		"CH-521 the same range":               {"hello", []domain.InlineEmote{at(0, 2), at(0, 2)}, true},
		"CH-521 out of order":                 {"hello", []domain.InlineEmote{at(3, 4), at(0, 1)}, true},
		"CH-522 a hundred":                    {strings.Repeat("x", 101), dense(100), false},
		"CH-522 a hundred and one":            {strings.Repeat("x", 101), dense(101), true},
		"CH-522 every letter of a shortcode":  {"x", []domain.InlineEmote{{Shortcode: "azAZ09_+-", Asset: "5", End: 1}}, false},
		"CH-522 shortcode of 64":              {"x", []domain.InlineEmote{{Shortcode: strings.Repeat("s", 64), Asset: "5", End: 1}}, false},
		"CH-522 shortcode of 65":              {"x", []domain.InlineEmote{{Shortcode: strings.Repeat("s", 65), Asset: "5", End: 1}}, true},
		"CH-522 no shortcode":                 {"x", []domain.InlineEmote{{Asset: "5", End: 1}}, true},
		"CH-522 shortcode with a colon":       {"x", []domain.InlineEmote{{Shortcode: "a:", Asset: "5", End: 1}}, true},
		"CH-522 shortcode beyond ASCII":       {"x", []domain.InlineEmote{{Shortcode: "ä", Asset: "5", End: 1}}, true},
		"CH-520 an asset that is an emoji":    {"x", []domain.InlineEmote{{Shortcode: "a", Asset: "🎉", End: 1}}, false},
		"CH-520 no asset":                     {"x", []domain.InlineEmote{{Shortcode: "a", End: 1}}, true},
		"CH-520 an asset with a control":      {"x", []domain.InlineEmote{{Shortcode: "a", Asset: "a\n", End: 1}}, true},
		"CH-520 an asset of 65 characters":    {"x", []domain.InlineEmote{{Shortcode: "a", Asset: strings.Repeat("é", 65), End: 1}}, true},
		"CH-301 emotes do not fill a message": {" ", []domain.InlineEmote{at(0, 1)}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			want := error(nil)
			if tt.bad {
				want = domain.ErrInvalidEmote
			}
			if strings.TrimSpace(tt.text) == "" {
				want = domain.ErrEmptyMessage
			}
			content := domain.Content{Text: tt.text, Emotes: tt.emotes}
			got, err := channel(domain.Room).Send(user(mia), domain.SendMessage{Content: content, Author: miasKey})
			require.ErrorIs(t, err, want)
			if want == nil {
				require.Equal(t, domain.Seal(miasKey, content), got[0].(domain.MessageSent).Sealed)
			}
			_, err = fold(domain.NewMessage(), sent()).Edit(domain.EditMessage{By: mia, Content: content})
			require.ErrorIs(t, err, want, "CH-324 an edit takes what a sending takes")
		})
	}
}

// CH-520, CH-521: ordered emotes are taken exactly if no code point is covered
// twice and none beyond the text.
func TestEmotesCoverEachCodePointOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("aé🎉")), 1, 8, -1).Draw(t, "text")
		emotes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) domain.InlineEmote {
			start := rapid.IntRange(0, 8).Draw(t, "start")
			return at(start, start+rapid.IntRange(1, 3).Draw(t, "length"))
		}), 0, 4).Draw(t, "emotes")
		covered, good := map[int]bool{}, true
		for _, e := range emotes {
			for i := e.Start; i < e.End; i++ {
				good = good && !covered[i] && i < utf8.RuneCountInString(text)
				covered[i] = true
			}
		}
		given := slices.Clone(emotes)
		domain.OrderEmotes(emotes)
		require.ElementsMatch(t, given, emotes)
		_, err := channel(domain.Room).Send(user(mia), domain.SendMessage{Content: domain.Content{Text: text, Emotes: emotes}})
		require.Equal(t, good, err == nil)
	})
}

func TestRefsAndMentions(t *testing.T) {
	var refs []domain.MessageID
	var users []domain.UserID
	for i := range 51 {
		refs, users = append(refs, domain.MessageID(i+1)), append(users, domain.UserID(rune('A'+i)))
	}
	tests := map[string]struct {
		refs     []domain.MessageID
		mentions []domain.UserID
		bad      bool
	}{
		"CH-327 none":                      {nil, nil, false},
		"CH-327 ten and fifty":             {refs[:10], users[:50], false},
		"CH-327 eleven refs":               {refs[:11], nil, true},
		"CH-327 fifty-one mentions":        {nil, users, true},
		"CH-327 a ref twice":               {[]domain.MessageID{1, 2, 1}, nil, true},
		"CH-327 a ref that is no id":       {[]domain.MessageID{0}, nil, true},
		"CH-327 a negative ref":            {[]domain.MessageID{-1}, nil, true},
		"CH-327 a mention twice":           {nil, []domain.UserID{"a", "b", "a"}, true},
		"CH-327 a mention that is no user": {nil, []domain.UserID{"a/b"}, true},
		"CH-327 nobody mentioned":          {nil, []domain.UserID{""}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			content := domain.Content{Text: "x"}
			_, sending := channel(domain.Room).Send(user(mia), domain.SendMessage{Content: content, Refs: tt.refs, Mentions: tt.mentions})
			_, editing := fold(domain.NewMessage(), sent()).Edit(domain.EditMessage{By: mia, Content: content, Refs: tt.refs, Mentions: tt.mentions})
			for _, err := range []error{sending, editing} {
				if tt.bad {
					require.ErrorIs(t, err, domain.ErrInvalidRequest)
				} else {
					require.NoError(t, err)
				}
			}
		})
	}
}

package domain

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// InlineEmote places an emote over code points [Start, End) of the text.
type InlineEmote struct {
	Shortcode string `json:"shortcode"`
	Asset     string `json:"asset"`
	Start     int    `json:"start"`
	End       int    `json:"end"`
}

// OrderEmotes puts emotes in the order in which they stand in the text
// (CH-520). It is the caller's slice that is ordered.
func OrderEmotes(emotes []InlineEmote) {
	slices.SortStableFunc(emotes, func(a, b InlineEmote) int { return cmp.Compare(a.Start, b.Start) })
}

// Bounds of inline emotes (CH-522).
const (
	maxInlineEmotes = 100
	maxShortcode    = 64
)

// checkEmotes checks ordered emotes against the text that they stand in: they
// lie within it, and none begins before the one in front of it ends (CH-521).
func checkEmotes(text string, emotes []InlineEmote) error {
	if len(emotes) == 0 {
		return nil
	}
	if len(emotes) > maxInlineEmotes {
		return ErrInvalidEmote.Because("a message has at most %d inline emotes", maxInlineEmotes)
	}
	free, length := 0, utf8.RuneCountInString(text)
	for _, e := range emotes {
		switch {
		case !shortcode(e.Shortcode):
			return ErrInvalidEmote.Because("a shortcode has 1 to %d letters, digits, underscores, pluses and dashes", maxShortcode)
		case !emote(e.Asset):
			return ErrInvalidEmote.Because("the asset_id of an emote has 1 to 64 characters and no control character")
		case e.Start < 0 || e.End <= e.Start || e.End > length:
			return ErrInvalidEmote.Because("an emote covers characters of the body: 0 <= start_index < end_index <= %d", length)
		case e.Start < free:
			return ErrInvalidEmote.Because("two emotes overlap at character %d", e.Start)
		}
		free = e.End
	}
	return nil
}

func shortcode(s string) bool {
	if len(s) == 0 || len(s) > maxShortcode {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '+' && c != '-' {
			return false
		}
	}
	return true
}

package domain_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

var (
	miasKey = domain.UserSubject(mia, 2)
	native  = domain.TextLimit{Runes: 4000}
)

// says is what Send answers to a plain text.
func says(a domain.Actor, key domain.Subject, text string) []domain.Event {
	content := domain.Content{Text: text}
	return events(domain.MessageSent{
		Sender: a.User(), SenderKind: a.Kind, Kind: domain.Text,
		Digest: &domain.Digest{Subject: key, Of: content.Canonical(nil, nil)},
		Sealed: domain.Seal(key, content),
	})
}

func TestSend(t *testing.T) {
	group, room, dm := given(domain.Group), given(domain.Room), given(domain.DM)
	full, emoji := strings.Repeat("a", 4000), strings.Repeat("🎉", 4000)
	broken := domain.ErrInvalidRequest.Because("body is not text")
	tests := map[string]struct {
		given   []domain.Event
		by      domain.Actor
		text    string
		blocked bool
		input   error
		err     error
	}{
		"CH-300 member of a group":            {given: group, by: user(mia), text: "hi"},
		"CH-300 owner of a room":              {given: room, by: user(olga), text: "hi"},
		"CH-300 dm":                           {given: dm, by: user(ann), text: "hi"},
		"CH-300 operator":                     {given: room, by: operator, text: "hi"},
		"CH-301 empty":                        {given: group, by: user(mia), err: domain.ErrEmptyMessage},
		"CH-301 blanks":                       {given: group, by: user(mia), text: " \t\r\n", err: domain.ErrEmptyMessage},
		"CH-301 Unicode blanks":               {given: group, by: user(mia), text: "\u00a0\u2003\u2028\u3000", err: domain.ErrEmptyMessage},
		"CH-302 not a member of the group":    {given: group, by: user(otto), text: "hi", err: domain.ErrNotMember},
		"CH-302 not a member of the room":     {given: room, by: user(otto), text: "hi", err: domain.ErrNotMember},
		"CH-302 stranger in the dm":           {given: dm, by: user(otto), text: "hi", err: domain.ErrNotMember},
		"CH-302 former member":                {given: given(domain.Room, domain.MemberRemoved{User: mia}), by: user(mia), text: "hi", err: domain.ErrNotMember},
		"CH-304 4,000 code points":            {given: group, by: user(mia), text: full},
		"CH-304 4,000 code points of 4 bytes": {given: group, by: user(mia), text: emoji},
		"CH-304 4,001 code points":            {given: group, by: user(mia), text: full + "b", err: domain.ErrMessageTooLong},
		"CH-304 4,001 code points of 4 bytes": {given: group, by: user(mia), text: emoji + "b", err: domain.ErrMessageTooLong},
		"CH-304 combining marks count":        {given: group, by: user(mia), text: full + "\u0301", err: domain.ErrMessageTooLong},
		"CH-305 nothing is trimmed":           {given: group, by: user(mia), text: "  \u202eabc e\u0301\n <b>\u200b "},
		"CH-307 blocked":                      {given: dm, by: user(ann), text: "hi", blocked: true, err: domain.ErrDMBlocked},
		"CH-903 a block changes no group":     {given: group, by: user(mia), text: "hi", blocked: true},
		"CH-026 unknown channel first":        {by: user(mia), input: broken, err: domain.ErrChannelNotFound},
		"CH-160 deleted channel":              {given: given(domain.Group, domain.ChannelDeleted{}), by: user(mia), text: "hi", err: domain.ErrChannelNotFound},
		"CH-026 member before body":           {given: group, by: user(otto), input: broken, err: domain.ErrNotMember},
		"CH-026 member before block":          {given: dm, by: user(otto), blocked: true, err: domain.ErrNotMember},
		"CH-026 block before body":            {given: dm, by: user(ann), blocked: true, input: broken, err: domain.ErrDMBlocked},
		"CH-026 input":                        {given: group, by: user(mia), text: "hi", input: broken, err: broken},
		"CH-026 input before empty":           {given: group, by: user(mia), input: broken, err: broken},
		"a key speaks on no native face":      {given: room, by: aKey, text: "hi", err: domain.ErrForbidden},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := fold(domain.NewChannel(), tt.given...).Send(tt.by, domain.SendMessage{
				Content: domain.Content{Text: tt.text}, Author: miasKey, Blocked: tt.blocked, Limit: native, Input: tt.input,
			})
			answer(t, got, err, says(tt.by, miasKey, tt.text), tt.err)
		})
	}
}

func TestSendTakesWhatTheRequestSays(t *testing.T) {
	m := domain.SendMessage{
		Kind: domain.Image, Author: miasKey, Refs: []domain.MessageID{9}, Mentions: []domain.UserID{bob},
		Content: domain.Content{Text: "look", SenderName: "Mia", Metadata: []byte(`{"a":1}`)},
	}
	got, err := channel(domain.Room).Send(user(mia), m)
	answer(t, got, err, events(domain.MessageSent{
		Sender: mia, SenderKind: domain.ActorUser, Kind: domain.Image, Refs: m.Refs, Mentions: m.Mentions,
		Digest: &domain.Digest{Subject: miasKey, Of: m.Content.Canonical(m.Refs, m.Mentions)},
		Sealed: domain.Seal(miasKey, m.Content),
	}), nil)
}

func TestBlankIsWhatUnicodeSaysAndNoMore(t *testing.T) {
	c := channel(domain.Room)
	send := func(text string) error {
		_, err := c.Send(user(mia), domain.SendMessage{Content: domain.Content{Text: text}})
		return err
	}
	for r := range unicode.MaxRune {
		if unicode.Is(unicode.White_Space, r) {
			require.ErrorIs(t, send(string([]rune{r, r})), domain.ErrEmptyMessage, "CH-301 %U", r)
		}
	}
	for _, text := range []string{"\u200b", "\ufeff", "\u00ad", "\u180e", "🎉", " . "} {
		require.NoError(t, send(text), "CH-301 %q", text)
	}
}

func TestTextLimits(t *testing.T) {
	tests := map[string]struct {
		limit domain.TextLimit
		text  string
		err   error
	}{
		"no limit, at the bound of the core": {text: strings.Repeat("a", domain.MaxText)},
		"no limit, beyond it":                {text: strings.Repeat("a", domain.MaxText+1), err: domain.ErrMessageTooLong},
		"a larger limit, beyond the core's": {
			limit: domain.TextLimit{Runes: domain.MaxText, Bytes: 4 * domain.MaxText},
			text:  strings.Repeat("é", domain.MaxText/2+1), err: domain.ErrMessageTooLong,
		},
		"bytes, at the limit": {limit: domain.TextLimit{Bytes: 4}, text: "🎉"},
		"bytes, beyond it":    {limit: domain.TextLimit{Bytes: 3}, text: "🎉", err: domain.ErrMessageTooLong},
		"runes, at the limit": {limit: domain.TextLimit{Runes: 1}, text: "🎉"},
		"runes, beyond it":    {limit: domain.TextLimit{Runes: 1}, text: "🎉!", err: domain.ErrMessageTooLong},
		"both, one is beyond": {limit: domain.TextLimit{Runes: 5, Bytes: 5}, text: "🎉🎉", err: domain.ErrMessageTooLong},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := channel(domain.Room).Send(user(mia), domain.SendMessage{
				Content: domain.Content{Text: tt.text}, Limit: tt.limit,
			})
			require.ErrorIs(t, err, tt.err)
		})
	}
}

package domain_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

func liked(by domain.UserID, name string, ref int64) domain.ReactionAdded {
	return domain.ReactionAdded{Kind: domain.Distinct, Name: name, Count: 1, Ref: ref, By: by}
}

func unliked(by domain.UserID, name string, ref int64) domain.ReactionRemoved {
	return domain.ReactionRemoved{Kind: domain.Distinct, Name: name, Ref: ref, By: by}
}

// emotes is a message with n different emotes of bob.
func emotes(n int) []domain.Event {
	given := events(sent())
	for i := range n {
		given = append(given, liked(bob, fmt.Sprint("e", i), int64(200+i)))
	}
	return given
}

func TestReact(t *testing.T) {
	tests := map[string]struct {
		given []domain.Event
		emote string
		then  []domain.Event
		err   error
	}{
		"CH-400 first":                     {events(sent()), "999888777", events(liked(bob, "999888777", 500)), nil},
		"CH-400 a clock that is behind":    {events(sent(), liked(ann, "x", 700)), "x", events(liked(bob, "x", 701)), nil},
		"CH-401 again":                     {events(sent(), liked(bob, "x", 200)), "x", nil, domain.ErrReactionExists},
		"CH-401 of another user":           {events(sent(), liked(ann, "x", 200)), "x", events(liked(bob, "x", 500)), nil},
		"CH-401 after taking it back":      {events(sent(), liked(bob, "x", 200), unliked(bob, "x", 201)), "x", events(liked(bob, "x", 500)), nil},
		"CH-402 another emote":             {events(sent(), liked(bob, "x", 200)), "y", events(liked(bob, "y", 500)), nil},
		"CH-405 Unicode emoji":             {events(sent()), "👍🏽", events(liked(bob, "👍🏽", 500)), nil},
		"CH-405 64 characters":             {events(sent()), strings.Repeat("é", 64), events(liked(bob, strings.Repeat("é", 64), 500)), nil},
		"CH-405 65 characters":             {events(sent()), strings.Repeat("é", 65), nil, domain.ErrInvalidEmote},
		"CH-405 missing":                   {events(sent()), "", nil, domain.ErrInvalidEmote},
		"CH-405 control character":         {events(sent()), "a\u0007b", nil, domain.ErrInvalidEmote},
		"CH-405 C1 control character":      {events(sent()), "\u0085", nil, domain.ErrInvalidEmote},
		"CH-405 broken UTF-8":              {events(sent()), "\xff", nil, domain.ErrInvalidEmote},
		"CH-406 50th emote":                {emotes(49), "new", events(liked(bob, "new", 500)), nil},
		"CH-406 51st emote":                {emotes(50), "new", nil, domain.ErrTooManyReactions},
		"CH-406 one of the 50, by another": {append(emotes(49), liked(ann, "a's", 300)), "a's", events(liked(bob, "a's", 500)), nil},
		"CH-406 again, with 50":            {emotes(50), "e7", nil, domain.ErrReactionExists},
		"CH-406 after one went":            {append(emotes(50), unliked(bob, "e7", 300)), "new", events(liked(bob, "new", 500)), nil},
		"CH-406 not while another has it":  {append(emotes(50), liked(ann, "e7", 300), unliked(bob, "e7", 301)), "new", nil, domain.ErrTooManyReactions},
		"CH-407 unknown message":           {nil, "x", nil, domain.ErrMessageNotFound},
		"CH-407 deleted message":           {events(sent(), gone), "x", nil, domain.ErrMessageNotFound},
		"CH-026 body before message":       {nil, "", nil, domain.ErrInvalidEmote},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := fold(domain.NewMessage(), tt.given...).React(bob, tt.emote, 500)
			answer(t, got, err, tt.then, tt.err)
		})
	}
}

func TestUnreact(t *testing.T) {
	tests := map[string]struct {
		given []domain.Event
		then  []domain.Event
		err   error
	}{
		"CH-410 one's own":           {events(sent(), liked(bob, "x", 200)), events(unliked(bob, "x", 500)), nil},
		"CH-411 none":                {events(sent()), nil, domain.ErrReactionNotFound},
		"CH-411 another user's":      {events(sent(), liked(ann, "x", 200)), nil, domain.ErrReactionNotFound},
		"CH-411 another emote":       {events(sent(), liked(bob, "y", 200)), nil, domain.ErrReactionNotFound},
		"CH-411 taken back already":  {events(sent(), liked(bob, "x", 200), unliked(bob, "x", 201)), nil, domain.ErrReactionNotFound},
		"CH-407 unknown message":     {nil, nil, domain.ErrMessageNotFound},
		"CH-407 deleted message":     {events(sent(), liked(bob, "x", 200), gone), nil, domain.ErrMessageNotFound},
		"CH-410 of the other kinds":  {events(sent(), domain.ReactionAdded{Kind: domain.Unique, Name: "x", By: bob}), nil, domain.ErrReactionNotFound},
		"CH-410 late, clock behind":  {events(sent(), liked(bob, "x", 800)), events(unliked(bob, "x", 801)), nil},
		"CH-410 beside other's same": {events(sent(), liked(ann, "x", 200), liked(bob, "x", 201)), events(unliked(bob, "x", 500)), nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := fold(domain.NewMessage(), tt.given...).Unreact(bob, "x", 500)
			answer(t, got, err, tt.then, tt.err)
		})
	}
}

func TestUniqueReactionReplacesTheFormerOne(t *testing.T) {
	given := append(emotes(48), liked(ann, "a's", 300)) // of another kind: it stays
	for _, name := range []string{"u1", "u2", "u3"} {   // each takes the place of the one before
		given = append(given, domain.ReactionAdded{Kind: domain.Unique, Name: name, Count: 1, By: ann})
	}
	m := fold(domain.NewMessage(), given...)
	_, err := m.React(mia, "new", 500)
	require.ErrorIs(t, err, domain.ErrTooManyReactions)
	_, err = m.React(mia, "u3", 500)
	require.NoError(t, err)

	fold(m, domain.ReactionRemoved{Kind: domain.Unique, Name: "u3", By: ann})
	_, err = m.React(mia, "new", 500)
	require.NoError(t, err)
}

func TestMultipleReactionsOfOneUserCountAsOneName(t *testing.T) {
	clap := domain.ReactionAdded{Kind: domain.Multiple, Name: "clap", Count: 3, By: ann}
	m := fold(domain.NewMessage(), append(emotes(49), clap, clap)...)
	_, err := m.React(mia, "new", 500)
	require.ErrorIs(t, err, domain.ErrTooManyReactions)
	fold(m, domain.ReactionRemoved{Kind: domain.Multiple, Name: "clap", By: ann})
	_, err = m.React(mia, "new", 500)
	require.NoError(t, err, "one removal takes all of them")
}

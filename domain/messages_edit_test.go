package domain_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

// sent is a message of mia; its id is that of the stream, 100.
func sent(attachments ...domain.Attachment) domain.MessageSent {
	return domain.MessageSent{
		Sender: mia, SenderKind: domain.ActorUser, Kind: domain.Text, Attachments: attachments,
		Digest: &domain.Digest{Sum: []byte("first")}, Sealed: &domain.Secret{Blob: []byte("sealed")},
	}
}

var (
	picture = domain.Attachment{Asset: "5", Type: "image/png", Size: 1}
	gone    = domain.MessageDeleted{Version: 101, By: mia}
)

func edited(by domain.UserID, version int64, text string) []domain.Event {
	content := domain.Content{Text: text}
	return events(domain.MessageEdited{
		Version: version, By: by,
		Digest: &domain.Digest{Subject: miasKey, Of: content.Canonical(nil, nil)}, Sealed: domain.Seal(miasKey, content),
	})
}

func TestEditMessage(t *testing.T) {
	broken := domain.ErrInvalidRequest.Because("body is not text")
	long := strings.Repeat("🎉", 4001)
	type ask = domain.EditMessage
	tests := map[string]struct {
		given []domain.Event
		ask   ask
		text  string
		then  []domain.Event
		err   error
	}{
		"CH-320 by the author":            {events(sent()), ask{By: mia, Version: 500}, "new", edited(mia, 500, "new"), nil},
		"CH-320 a clock that is behind":   {events(sent()), ask{By: mia, Version: 5}, "new", edited(mia, 101, "new"), nil},
		"CH-320 in the same moment":       {events(sent(), domain.MessageEdited{Version: 500}), ask{By: mia, Version: 500}, "new", edited(mia, 501, "new"), nil},
		"CH-320 after a reaction":         {events(sent(), domain.ReactionAdded{Name: "x", Ref: 600, By: bob}), ask{By: mia, Version: 500}, "new", edited(mia, 601, "new"), nil},
		"CH-321 by another":               {events(sent()), ask{By: olga}, "new", nil, domain.ErrNotAuthor},
		"CH-321 by nobody":                {events(domain.MessageSent{}), ask{}, "new", nil, domain.ErrNotAuthor},
		"CH-321 with the right to any":    {events(sent()), ask{By: olga, Any: true, Version: 500}, "new", edited(olga, 500, "new"), nil},
		"CH-322 unknown":                  {nil, ask{By: mia}, "new", nil, domain.ErrMessageNotFound},
		"CH-322 deleted":                  {events(sent(), gone), ask{By: mia}, "new", nil, domain.ErrMessageNotFound},
		"CH-322 deleted, any":             {events(sent(), gone), ask{By: olga, Any: true}, "new", nil, domain.ErrMessageNotFound},
		"CH-323 empty":                    {events(sent()), ask{By: mia}, "", nil, domain.ErrEmptyMessage},
		"CH-323 blank":                    {events(sent()), ask{By: mia}, "\u2003 \n", nil, domain.ErrEmptyMessage},
		"CH-323 empty beside a file":      {events(sent(picture)), ask{By: mia, Version: 500}, "", edited(mia, 500, ""), nil},
		"CH-323 too long":                 {events(sent()), ask{By: mia}, long, nil, domain.ErrMessageTooLong},
		"CH-325 same content":             {events(sent()), ask{By: mia, Same: true}, "new", nil, nil},
		"CH-325 not by another":           {events(sent()), ask{By: olga, Same: true}, "new", nil, domain.ErrNotAuthor},
		"CH-325 not after the deletion":   {events(sent(), gone), ask{By: mia, Same: true}, "new", nil, domain.ErrMessageNotFound},
		"CH-026 message before ownership": {events(sent(), gone), ask{By: olga}, "", nil, domain.ErrMessageNotFound},
		"CH-026 ownership before body":    {events(sent()), ask{By: olga, Input: broken}, "", nil, domain.ErrNotAuthor},
		"CH-026 input before empty":       {events(sent()), ask{By: mia, Input: broken}, "", nil, broken},
		"CH-026 input":                    {events(sent()), ask{By: mia, Input: broken}, "new", nil, broken},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ask := tt.ask
			ask.Content, ask.Author, ask.Limit = domain.Content{Text: tt.text}, miasKey, native
			got, err := fold(domain.NewMessage(), tt.given...).Edit(ask)
			answer(t, got, err, tt.then, tt.err)
		})
	}
}

func TestEditReplacesRefsAndMentionsAndKeepsReactions(t *testing.T) {
	m := fold(domain.NewMessage(), sent(), domain.ReactionAdded{Kind: domain.Distinct, Name: "x", Count: 1, Ref: 300, By: bob})
	got, err := m.Edit(domain.EditMessage{
		By: mia, Version: 500, Author: miasKey, Content: domain.Content{Text: "new"},
		Refs: []domain.MessageID{9}, Mentions: []domain.UserID{bob},
	})
	require.NoError(t, err)
	e := got[0].(domain.MessageEdited)
	require.Equal(t, []domain.MessageID{9}, e.Refs)
	require.Equal(t, []domain.UserID{bob}, e.Mentions)
	require.Equal(t, domain.Content{Text: "new"}.Canonical(e.Refs, e.Mentions), e.Digest.Of)

	e.Digest.Sum = []byte("second")
	require.Equal(t, []byte("first"), m.Digest())
	fold(m, e)
	require.Equal(t, []byte("second"), m.Digest(), "CH-325 compares with what stands")
	_, err = m.React(bob, "x", 600)
	require.ErrorIs(t, err, domain.ErrReactionExists, "CH-326")
	require.Equal(t, mia, m.Sender())
}

func TestDeleteMessage(t *testing.T) {
	tests := map[string]struct {
		given  []domain.Event
		by     domain.UserID
		anyone bool
		then   []domain.Event
		err    error
	}{
		"CH-330 by the author":            {given: events(sent()), by: mia, then: events(domain.MessageDeleted{Version: 500, By: mia})},
		"CH-330 after a later edit":       {given: events(sent(), domain.MessageEdited{Version: 900}), by: mia, then: events(domain.MessageDeleted{Version: 901, By: mia})},
		"CH-331 with the right to any":    {given: events(sent()), by: adam, anyone: true, then: events(domain.MessageDeleted{Version: 500, By: adam})},
		"CH-331 by the operator":          {given: events(sent()), anyone: true, then: events(domain.MessageDeleted{Version: 500})},
		"CH-332 by another":               {given: events(sent()), by: moe, err: domain.ErrNotAuthor},
		"CH-332 by nobody":                {given: events(domain.MessageSent{}), err: domain.ErrNotAuthor},
		"CH-333 unknown":                  {by: mia, err: domain.ErrMessageNotFound},
		"CH-333 already deleted":          {given: events(sent(), gone), by: mia, err: domain.ErrMessageNotFound},
		"CH-333 already deleted, any":     {given: events(sent(), gone), by: adam, anyone: true, err: domain.ErrMessageNotFound},
		"CH-026 message before ownership": {given: events(sent(), gone), by: moe, err: domain.ErrMessageNotFound},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := fold(domain.NewMessage(), tt.given...).Delete(tt.by, tt.anyone, 500)
			answer(t, got, err, tt.then, tt.err)
		})
	}
}

func TestWhoseMessagesMayBeDeleted(t *testing.T) {
	tests := map[string]struct {
		given  []domain.Event
		by     domain.Actor
		anyone bool
		err    error
	}{
		"CH-330 a member its own":            {given(domain.Group), user(mia), false, nil},
		"CH-331 an admin anyone's":           {given(domain.Group), user(adam), true, nil},
		"CH-331 the owner anyone's":          {given(domain.Room), user(olga), true, nil},
		"CH-332 the two of a dm their own":   {given(domain.DM), user(ann), false, nil},
		"CH-331 the operator anyone's":       {given(domain.Group), operator, true, nil},
		"CH-331 the operator, in a dm":       {given(domain.DM), operator, true, nil},
		"CH-334 a former member none":        {given(domain.Room, domain.MemberRemoved{User: mia}), user(mia), false, domain.ErrNotMember},
		"CH-332 a stranger none":             {given(domain.Room), user(otto), false, domain.ErrNotMember},
		"CH-131 none of an unknown channel":  {nil, user(olga), false, domain.ErrChannelNotFound},
		"CH-160 none of a deleted channel":   {given(domain.Group, domain.ChannelDeleted{}), operator, false, domain.ErrChannelNotFound},
		"a key deletes on no native channel": {given(domain.Room), aKey, false, domain.ErrForbidden},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			anyone, err := fold(domain.NewChannel(), tt.given...).DeleteRight(tt.by)
			require.ErrorIs(t, err, tt.err)
			require.Equal(t, tt.anyone, anyone)
		})
	}
}

func TestDeletedMessageForgetsItsContent(t *testing.T) {
	m := fold(domain.NewMessage(), sent(picture))
	require.True(t, m.Live())
	fold(m, gone)
	require.False(t, m.Live())
	require.True(t, m.Exists(), "CH-327: others may refer to it")
	require.Equal(t, mia, m.Sender(), "CH-315: the tombstone keeps its sender")
	require.Nil(t, m.Digest())
	require.EqualValues(t, 102, m.NextVersion(0))

	fold(m, liked(bob, "x", 300), unliked(bob, "y", 301), domain.MessageEdited{Version: 302}, sent())
	require.False(t, m.Live(), "nothing that follows brings it back")
}

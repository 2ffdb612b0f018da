package domain_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

func file(change func(*domain.NewAttachment)) domain.NewAttachment {
	f := domain.NewAttachment{Attachment: domain.Attachment{Asset: "5", Type: "image/png", Size: 1}, File: "a.png"}
	if change != nil {
		change(&f)
	}
	return f
}

func files(n int) []domain.NewAttachment {
	list := make([]domain.NewAttachment, n)
	for i := range list {
		list[i] = file(func(f *domain.NewAttachment) { f.Asset = fmt.Sprint(i + 1) })
	}
	return list
}

func TestSendPartsWhatIsPersonalOfAttachments(t *testing.T) {
	content := domain.Content{SenderName: "Mia"}
	got, err := channel(domain.Room).Send(user(mia), domain.SendMessage{
		Content: content, Author: miasKey, Attachments: []domain.NewAttachment{
			file(nil), file(func(f *domain.NewAttachment) { f.Asset, f.File, f.Type, f.Size = "6", "b.txt", "text/plain", 26214400 }),
		},
	})
	content.Files = []string{"a.png", "b.txt"}
	answer(t, got, err, events(domain.MessageSent{
		Sender: mia, SenderKind: domain.ActorUser, Kind: domain.Text,
		Attachments: []domain.Attachment{{Asset: "5", Type: "image/png", Size: 1}, {Asset: "6", Type: "text/plain", Size: 26214400}},
		Digest:      &domain.Digest{Subject: miasKey, Of: domain.Content{}.Canonical(nil, nil)},
		Sealed:      domain.Seal(miasKey, content),
	}), nil)
}

func TestSendChecksAttachments(t *testing.T) {
	type ask = domain.SendMessage
	with := func(change func(*domain.NewAttachment)) ask {
		return ask{Attachments: []domain.NewAttachment{file(change)}}
	}
	tests := map[string]struct {
		ask ask
		err error
	}{
		"CH-303 no text":    {ask: with(nil)},
		"CH-303 blank text": {ask: ask{Content: domain.Content{Text: " "}, Attachments: files(1)}},
		"CH-301 neither":    {ask: ask{Attachments: files(0)}, err: domain.ErrEmptyMessage},
		"CH-304 a long text beside an attachment": {
			ask: ask{Content: domain.Content{Text: "abc"}, Limit: domain.TextLimit{Runes: 2}, Attachments: files(1)}, err: domain.ErrMessageTooLong,
		},
		"CH-501 ten":                      {ask: ask{Attachments: files(10)}},
		"CH-501 eleven":                   {ask: ask{Attachments: files(11)}, err: domain.ErrInvalidAttachment},
		"CH-501 an asset twice":           {ask: ask{Attachments: append(files(2), files(1)...)}, err: domain.ErrInvalidAttachment},
		"CH-500 no asset":                 {ask: with(func(f *domain.NewAttachment) { f.Asset = "" }), err: domain.ErrInvalidAttachment},
		"CH-500 asset with leading zero":  {ask: with(func(f *domain.NewAttachment) { f.Asset = "05" }), err: domain.ErrInvalidAttachment},
		"CH-500 largest asset":            {ask: with(func(f *domain.NewAttachment) { f.Asset = "9223372036854775807" })},
		"CH-500 no name":                  {ask: with(func(f *domain.NewAttachment) { f.File = "" }), err: domain.ErrInvalidAttachment},
		"CH-500 name of 255 characters":   {ask: with(func(f *domain.NewAttachment) { f.File = strings.Repeat("é", 255) })},
		"CH-500 name of 256 characters":   {ask: with(func(f *domain.NewAttachment) { f.File = strings.Repeat("é", 256) }), err: domain.ErrInvalidAttachment},
		"CH-500 name with a slash":        {ask: with(func(f *domain.NewAttachment) { f.File = "a/b" }), err: domain.ErrInvalidAttachment},
		"CH-500 name with a control":      {ask: with(func(f *domain.NewAttachment) { f.File = "a\u0085" }), err: domain.ErrInvalidAttachment},
		"CH-500 name that is not UTF-8":   {ask: with(func(f *domain.NewAttachment) { f.File = "a\xff" }), err: domain.ErrInvalidAttachment},
		"CH-500 no type":                  {ask: with(func(f *domain.NewAttachment) { f.Type = "" }), err: domain.ErrInvalidAttachment},
		"CH-503 another type":             {ask: with(func(f *domain.NewAttachment) { f.Type = "text/html" }), err: domain.ErrInvalidAttachment},
		"CH-503 a type that is allowed":   {ask: ask{Attachments: files(1), Types: []string{"a/b", "image/png"}}},
		"CH-503 a type that is no longer": {ask: ask{Attachments: files(1), Types: []string{"a/b"}}, err: domain.ErrInvalidAttachment},
		"CH-500 no size":                  {ask: with(func(f *domain.NewAttachment) { f.Size = 0 }), err: domain.ErrInvalidAttachment},
		"CH-500 negative size":            {ask: with(func(f *domain.NewAttachment) { f.Size = -1 }), err: domain.ErrInvalidAttachment},
		"CH-502 25 MB":                    {ask: with(func(f *domain.NewAttachment) { f.Size = 26214400 })},
		"CH-502 a byte more":              {ask: with(func(f *domain.NewAttachment) { f.Size = 26214401 }), err: domain.ErrInvalidAttachment},
		"CH-026 input first":              {ask: ask{Attachments: files(11), Input: domain.ErrInvalidRequest}, err: domain.ErrInvalidRequest},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := channel(domain.Room).Send(user(mia), tt.ask)
			require.ErrorIs(t, err, tt.err)
		})
	}
}

package native

import (
	"encoding/json"

	"parley/domain"
)

// attachments reads the files of a message to be sent (CH-500).
func (o object) attachments() ([]domain.NewAttachment, error) {
	entries, err := o.list("attachments")
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	files := make([]domain.NewAttachment, len(entries))
	for i, entry := range entries {
		malformed := func(what string) error {
			return domain.ErrInvalidAttachment.Because("attachment %d: %s", i+1, what)
		}
		var e object
		if json.Unmarshal(entry, &e) != nil || e == nil {
			return nil, malformed("not an object")
		}
		f := &files[i]
		var err1, err2, err3 error
		f.Asset, err1 = e.id("asset_id")
		f.File, err2 = e.text("filename")
		f.Type, err3 = e.text("content_type")
		if err := first(err1, err2, err3); err != nil {
			return nil, malformed(err.Error())
		}
		size, ok := e.number("size_bytes")
		if !ok {
			return nil, malformed("size_bytes is not a positive integer")
		}
		f.Size = size
	}
	return files, nil
}

// emotes reads the inline emotes of a message (CH-520).
func (o object) emotes() ([]domain.InlineEmote, error) {
	entries, err := o.list("inline_emotes")
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	emotes := make([]domain.InlineEmote, len(entries))
	for i, entry := range entries {
		malformed := func(what string) error {
			return domain.ErrInvalidEmote.Because("inline emote %d: %s", i+1, what)
		}
		var e object
		if json.Unmarshal(entry, &e) != nil || e == nil {
			return nil, malformed("not an object")
		}
		shortcode, err1 := e.text("shortcode")
		asset, err2 := e.id("asset_id")
		if err := first(err1, err2); err != nil {
			return nil, malformed(err.Error())
		}
		start, ok1 := e.number("start_index")
		end, ok2 := e.number("end_index")
		if !ok1 || !ok2 {
			return nil, malformed("start_index and end_index are non-negative integers")
		}
		emotes[i] = domain.InlineEmote{Shortcode: shortcode, Asset: asset, Start: int(start), End: int(end)}
	}
	return emotes, nil
}

// refs reads the ids of messages that a message refers to (CH-327).
func (o object) refs() ([]domain.MessageID, error) {
	texts, err := o.ids("refs")
	if err != nil || len(texts) == 0 {
		return nil, err
	}
	refs := make([]domain.MessageID, len(texts))
	for i, text := range texts {
		id, err := domain.ParseID(text)
		if err != nil {
			return nil, domain.ErrInvalidRequest.Because("refs are ids of messages")
		}
		refs[i] = domain.MessageID(id)
	}
	return refs, nil
}

// mentions reads the ids of users that a message names (CH-327).
func (o object) mentions() ([]domain.UserID, error) {
	texts, err := o.ids("mentions")
	if err != nil || len(texts) == 0 {
		return nil, err
	}
	mentions := make([]domain.UserID, len(texts))
	for i, text := range texts {
		mentions[i] = domain.UserID(text)
	}
	return mentions, nil
}

// ids reads an array member of ids (CH-011).
func (o object) ids(name string) ([]string, error) {
	entries, err := o.list(name)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	texts := make([]string, len(entries))
	for i, entry := range entries {
		if texts[i], err = (object{name: entry}).id(name); err != nil {
			return nil, domain.ErrInvalidRequest.Because("%s are ids: strings or non-negative integers", name)
		}
	}
	return texts, nil
}

// written is what a request says of the content of a message.
type written struct {
	text     string
	emotes   []domain.InlineEmote
	refs     []domain.MessageID
	mentions []domain.UserID
}

func (o object) written() (w written, err error) {
	var err1, err2, err3, err4 error
	w.text, err1 = o.text("body")
	w.emotes, err2 = o.emotes()
	w.refs, err3 = o.refs()
	w.mentions, err4 = o.mentions()
	return w, first(err1, err2, err3, err4)
}

package audit

import (
	"context"
	"encoding/json"
	"fmt"

	"parley/domain"
	"parley/internal/eventstore"
)

// sealedText is a sealed field of an entry.
type sealedText struct {
	entry  int
	field  string
	sealed domain.Sealed
	opened bool
}

// What stands for text that is not shown.
var (
	isSealed = json.RawMessage(`"[sealed]"`)
	wasHere  = json.RawMessage(`"[erased]"`)
	isBroken = json.RawMessage(`"[cannot be opened]"`)
)

func (t sealedText) text() json.RawMessage {
	switch {
	case !t.opened:
		return isSealed
	case isErased(t.sealed.Err):
		return wasHere
	case t.sealed.Err != nil || !json.Valid(t.sealed.Plain):
		return isBroken
	}
	return t.sealed.Plain
}

// sealed lists the sealed fields of an event, with whose key they are under
// if they are to be opened.
func (r *Reader) sealed(ctx context.Context, entry int, e eventstore.Recorded, reveal bool) ([]sealedText, error) {
	var blobs struct {
		Sealed   []byte `json:"sealed"`
		SealedBy []byte `json:"sealed_by"`
	}
	if len(e.Data) == 0 || json.Unmarshal(e.Data, &blobs) != nil {
		return nil, nil
	}
	name, err := domain.ParseStream(e.Stream)
	if err != nil {
		return nil, nil
	}
	var texts []sealedText
	add := func(field string, blob []byte, s domain.Subject) {
		texts = append(texts, sealedText{entry: entry, field: field, sealed: domain.Sealed{
			App: name.App, Subject: s, Event: e.ID, Blob: blob,
		}})
	}
	if len(blobs.Sealed) > 0 {
		subject := domain.Subject{}
		if reveal {
			if subject, err = r.author(ctx, name, e); err != nil {
				return nil, err
			}
		}
		add("sealed", blobs.Sealed, subject)
	}
	if len(blobs.SealedBy) > 0 {
		add("sealed_by", blobs.SealedBy, actorSubject(name, e))
	}
	return texts, nil
}

// author is under whose key the content of an event is: the user whose stream
// it is, the sender of the message, whoever edits it, else the channel.
func (r *Reader) author(ctx context.Context, name domain.StreamName, e eventstore.Recorded) (domain.Subject, error) {
	if name.User != "" {
		return domain.UserSubject(name.User, 0), nil
	}
	if name.Category != "message" {
		return domain.ChannelSubject(name.Channel), nil
	}
	first := e
	if e.Revision > 0 {
		for f, err := range r.Log.ReadStream(ctx, e.Stream, 0) {
			if err != nil {
				return domain.Subject{}, fmt.Errorf("audit: read who sent a message: %w", err)
			}
			first = f
			break
		}
	}
	var sent struct {
		Sender domain.UserID `json:"sender"`
	}
	if json.Unmarshal(first.Data, &sent) == nil && sent.Sender != "" {
		return domain.UserSubject(sent.Sender, 0), nil
	}
	return domain.ChannelSubject(name.Channel), nil
}

func actorSubject(name domain.StreamName, e eventstore.Recorded) domain.Subject {
	if e.Meta[domain.MetaActorKind] == string(domain.ActorUser) {
		return domain.UserSubject(domain.UserID(e.Meta[domain.MetaActor]), 0)
	}
	return domain.ChannelSubject(name.Channel)
}

func (r *Reader) open(ctx context.Context, texts []sealedText) error {
	items := make([]domain.Sealed, len(texts))
	for i, t := range texts {
		items[i] = t.sealed
	}
	if err := r.Opener.OpenMany(ctx, items); err != nil {
		return fmt.Errorf("audit: open sealed text: %w", err)
	}
	for i := range texts {
		texts[i].sealed, texts[i].opened = items[i], true
	}
	return nil
}

package commands

import (
	"context"
	"fmt"
	"slices"

	"parley/domain"
)

// alone carries out one entry with all that a command does.
func (r *importRun) alone(ctx context.Context, e Import) (Outcome, error) {
	if e.Input != nil {
		return Outcome{}, e.Input
	}
	if e.As != "" && !e.As.Valid() {
		return Outcome{}, domain.ErrInvalidRequest.Because("as is not a user id")
	}
	actor, once := r.actor(e), r.once(e.Origin)
	if e.ChannelOf != nil {
		name, err := r.find(ctx, *e.ChannelOf, e.group())
		if err != nil {
			return Outcome{}, err
		}
		if e.Channel = name.Channel; name.Category != "channel" {
			return Outcome{}, domain.ErrChannelNotFound.Because("channel_of names no entry that created a channel")
		}
	}
	switch e.Op {
	case ImportCreateChannel:
		return r.s.CreateChannel(ctx, CreateChannel{By: actor, Kind: e.Kind, User: e.User, Name: e.Name, At: e.At, Once: once})
	case ImportAddMember:
		return r.s.AddMember(ctx, AddMember{By: actor, Channel: e.Channel, User: e.User, Role: e.Role, At: e.At, Once: once})
	case ImportRemoveMember:
		return r.s.RemoveMember(ctx, RemoveMember{By: actor, Channel: e.Channel, User: e.User, At: e.At, Once: once})
	}
	return r.message(ctx, actor, e, once)
}

// message carries out what is about messages.
func (r *importRun) message(ctx context.Context, actor domain.Actor, e Import, once []string) (Outcome, error) {
	refs := slices.Clip(e.Refs)
	for _, o := range e.RefsOf {
		id, err := r.messageOf(ctx, o, e.group())
		if err != nil {
			return Outcome{}, err
		}
		refs = append(refs, id)
	}
	if e.MessageOf != nil {
		var err error
		if e.Message, err = r.messageOf(ctx, *e.MessageOf, e.group()); err != nil {
			return Outcome{}, err
		}
	}
	reaction := AddReaction{By: actor, Channel: e.Channel, Message: e.Message, Emote: e.Emote, At: e.At, Once: once}
	switch e.Op {
	case ImportEdit:
		return r.s.EditMessage(ctx, EditMessage{
			By: actor, Channel: e.Channel, Message: e.Message, Text: e.Text, Refs: refs, Mentions: e.Mentions, At: e.At, Once: once,
		})
	case ImportDelete:
		return r.s.DeleteMessage(ctx, DeleteMessage{By: actor, Channel: e.Channel, Message: e.Message, At: e.At, Once: once})
	case ImportReact:
		return r.s.AddReaction(ctx, reaction)
	case ImportUnreact:
		return r.s.RemoveReaction(ctx, RemoveReaction(reaction))
	case ImportRead:
		return r.s.AdvanceRead(ctx, AdvanceRead{By: actor, Channel: e.Channel, Message: e.Message, At: e.At, Once: once})
	case ImportSend:
	default:
		return Outcome{}, domain.ErrInvalidRequest.Because("op %s is not known", e.Op)
	}
	m := r.send(actor, e)
	m.Refs = refs
	sent, err := r.s.SendMessage(ctx, m)
	return sent.Outcome, err
}

// messageOf is the message that an entry sent.
func (r *importRun) messageOf(ctx context.Context, o Origin, group any) (domain.MessageID, error) {
	name, err := r.find(ctx, o, group)
	if err == nil && name.Category != "message" {
		err = domain.ErrMessageNotFound.Because("the entry %d of %s sent no message", o.N, o.Source)
	}
	return name.Message, err
}

// find is the stream that an entry wrote, nothing if it wrote none, whoever
// imported it.
func (r *importRun) find(ctx context.Context, o Origin, group any) (domain.StreamName, error) {
	if name, ok := r.wrote(o, group); ok {
		return name, nil
	}
	id := domain.OnceID(r.once(o), 0)
	found, err := r.s.log.Find(ctx, id)
	if err != nil {
		return domain.StreamName{}, fmt.Errorf("look up an imported entry: %w", err)
	}
	res, ok := found[id]
	if !ok {
		return domain.StreamName{}, nil
	}
	return domain.ParseStream(res.Stream)
}

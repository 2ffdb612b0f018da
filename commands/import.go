package commands

import (
	"context"
	"fmt"
	"sync"
	"time"

	"parley/domain"
)

// Origin names an entry of an imported source: it is the entry's once-scope,
// so importing it again does nothing.
type Origin struct {
	Source string
	N      int64
}

// ImportOp is what an import does with an entry.
type ImportOp string

// The commands of an import.
const (
	ImportCreateChannel ImportOp = "create_channel"
	ImportAddMember     ImportOp = "add_member"
	ImportRemoveMember  ImportOp = "remove_member"
	ImportSend          ImportOp = "send"
	ImportEdit          ImportOp = "edit"
	ImportDelete        ImportOp = "delete"
	ImportReact         ImportOp = "react"
	ImportUnreact       ImportOp = "unreact"
	ImportRead          ImportOp = "read"
)

// Import is one entry of an import: a command in the name of a user at the
// time of the source. Without As the importer acts itself. The channel is
// named by its id or by the entry that created it.
type Import struct {
	Op        ImportOp
	Origin    Origin
	As        domain.UserID
	At        time.Time // zero: now
	Channel   domain.ChannelID
	ChannelOf *Origin

	Kind domain.ChannelKind // create_channel
	Name string

	User domain.UserID // add_member, remove_member
	Role domain.Role

	// Message is what edit, delete, react, unreact and read are about, or
	// MessageOf, the entry that sent it.
	Message   domain.MessageID
	MessageOf *Origin
	Emote     string

	Text        string // send, edit
	MessageKind domain.MessageKind
	Refs        []domain.MessageID
	RefsOf      []Origin // messages by the entries that sent them
	Mentions    []domain.UserID

	Input error // what was wrong with the entry
}

// Imported is what became of an entry.
type Imported struct {
	Outcome
	Err error
}

// importers is how many channels are imported side by side.
const importers = 64

// Import carries out entries in the name of others: in order within a channel,
// channels side by side. Each entry has its own answer; one that fails does
// not stop those behind it.
func (s *Service) Import(ctx context.Context, by domain.Actor, entries []Import) []Imported {
	run := &importRun{s: s, by: by, entries: entries, done: make([]Imported, len(entries)), at: map[Origin]int{}}
	groups := map[any][]int{}
	var order []any
	for i, e := range entries {
		run.at[e.Origin] = i
		k := e.group()
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], i)
	}
	var running sync.WaitGroup
	slots := make(chan struct{}, importers)
	for _, k := range order {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			for _, i := range groups[k] {
				run.done[i] = run.entry(ctx, entries[i])
			}
		})
	}
	running.Wait()
	return run.done
}

// group is what is imported in order: the channel, as the entry names it.
func (e Import) group() any {
	switch {
	case e.Op == ImportCreateChannel:
		return e.Origin
	case e.ChannelOf != nil:
		return *e.ChannelOf
	}
	return e.Channel
}

// importRun is one call of Import. An entry of a channel may look at those of
// the same channel before it.
type importRun struct {
	s       *Service
	by      domain.Actor
	entries []Import
	done    []Imported
	at      map[Origin]int
}

func (r *importRun) entry(ctx context.Context, e Import) Imported {
	out, err := r.carryOut(ctx, e)
	return Imported{out, err}
}

func (r *importRun) carryOut(ctx context.Context, e Import) (Outcome, error) {
	if e.Input != nil {
		return Outcome{}, e.Input
	}
	if e.As != "" && !e.As.Valid() {
		return Outcome{}, domain.ErrInvalidRequest.Because("as is not a user id")
	}
	actor := r.by
	actor.Dialect = "import"
	if e.As != "" {
		actor = domain.Actor{
			App: r.by.App, Kind: domain.ActorUser, ID: string(e.As), Dialect: "import", Request: r.by.Request, Via: r.by.ID,
		}
	}
	once := ImportOnce(r.by.App, e.Origin.Source, e.Origin.N)
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
	refs := e.Refs
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
	sent, err := r.s.SendMessage(ctx, SendMessage{
		By: actor, Channel: e.Channel, Kind: e.MessageKind, Text: e.Text, Refs: refs, Mentions: e.Mentions,
		At: e.At, Once: once, Keep: true,
	})
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

// find is the stream that an entry wrote, nothing if it wrote none: one that
// this run has carried out in the same group, or one of earlier.
func (r *importRun) find(ctx context.Context, o Origin, group any) (domain.StreamName, error) {
	if i, ok := r.at[o]; ok && r.entries[i].group() == group && r.done[i].Stream.Category != "" {
		return r.done[i].Stream, nil
	}
	res, found, err := r.s.log.Find(ctx, domain.OnceID(ImportOnce(r.by.App, o.Source, o.N), 0))
	if err != nil {
		return domain.StreamName{}, fmt.Errorf("look up an imported entry: %w", err)
	}
	if !found {
		return domain.StreamName{}, nil
	}
	return domain.ParseStream(res.Stream)
}

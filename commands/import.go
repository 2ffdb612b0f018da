package commands

import (
	"context"
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
// channels side by side. Each entry has its own answer. One that is refused
// does not stop those behind it; one that fails answers for all behind it in
// its channel, which are not tried.
func (s *Service) Import(ctx context.Context, by domain.Actor, entries []Import) []Imported {
	r := &importRun{s: s, by: by, entries: entries, done: make([]Imported, len(entries)), at: map[Origin]int{}}
	groups := map[any][]int{}
	var order []any
	for i, e := range entries {
		r.at[e.Origin] = i
		k := e.group()
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], i)
	}
	if err := r.prepare(ctx); err != nil {
		for i := range r.done {
			r.done[i].Err = err
		}
		return r.done
	}
	var running sync.WaitGroup
	slots := make(chan struct{}, importers)
	for _, k := range order {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			r.inOrder(ctx, groups[k])
		})
	}
	running.Wait()
	return r.done
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

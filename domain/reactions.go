package domain

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// ReactionKind says how reactions of one user to one message add up.
type ReactionKind string

// Distinct: one per user and name. Unique: one per user, a new one replaces
// it. Multiple: counted, each one adds.
const (
	Distinct ReactionKind = "distinct"
	Unique   ReactionKind = "unique"
	Multiple ReactionKind = "multiple"
)

// ReactionAdded: a user reacted to a message.
type ReactionAdded struct {
	Kind  ReactionKind `json:"kind"`
	Name  string       `json:"name"`
	Count int          `json:"count"`
	Ref   int64        `json:"ref,string"`
	By    UserID       `json:"by"`
}

// ReactionRemoved: a user took a reaction back.
type ReactionRemoved struct {
	Kind ReactionKind `json:"kind"`
	Name string       `json:"name"`
	Ref  int64        `json:"ref,string"`
	By   UserID       `json:"by"`
}

// Type names the event.
func (ReactionAdded) Type() string { return "ReactionAdded" }

// Type names the event.
func (ReactionRemoved) Type() string { return "ReactionRemoved" }

type reaction struct {
	kind ReactionKind
	name string
	by   UserID
}

// maxEmotes is the number of different names a message takes (CH-406).
const maxEmotes = 50

func (m *Message) addReaction(e ReactionAdded) {
	m.latest = max(m.latest, e.Ref)
	if m.reactions == nil {
		return
	}
	k := reaction{e.Kind, e.Name, e.By}
	if e.Kind == Unique {
		for old := range m.reactions {
			if old.kind == Unique && old.by == e.By && old != k {
				m.dropReaction(old)
			}
		}
	}
	if m.reactions[k] == 0 {
		m.names[e.Name]++
	}
	m.reactions[k] += max(e.Count, 1)
}

func (m *Message) removeReaction(e ReactionRemoved) {
	m.latest = max(m.latest, e.Ref)
	m.dropReaction(reaction{e.Kind, e.Name, e.By})
}

func (m *Message) dropReaction(k reaction) {
	if m.reactions[k] == 0 {
		return
	}
	delete(m.reactions, k)
	if m.names[k.name]--; m.names[k.name] == 0 {
		delete(m.names, k.name)
	}
}

// React decides whether a user may react (CH-400 to CH-407): the same emote
// counts once per user, and a deleted message takes no more.
func (m *Message) React(by UserID, name string, ref int64) ([]Event, error) {
	switch {
	case !emote(name):
		return nil, ErrInvalidEmote.Because("an emote has 1 to 64 characters and no control character")
	case !m.Live():
		return nil, ErrMessageNotFound
	case m.reactions[reaction{Distinct, name, by}] > 0:
		return nil, ErrReactionExists
	case m.names[name] == 0 && len(m.names) >= maxEmotes:
		return nil, ErrTooManyReactions
	}
	return []Event{ReactionAdded{Kind: Distinct, Name: name, Count: 1, Ref: m.NextVersion(ref), By: by}}, nil
}

// Unreact takes a user's own reaction back (CH-410, CH-411).
func (m *Message) Unreact(by UserID, name string, ref int64) ([]Event, error) {
	switch {
	case !m.Live():
		return nil, ErrMessageNotFound
	case m.reactions[reaction{Distinct, name, by}] == 0:
		return nil, ErrReactionNotFound
	}
	return []Event{ReactionRemoved{Kind: Distinct, Name: name, Ref: m.NextVersion(ref), By: by}}, nil
}

func emote(name string) bool {
	n := utf8.RuneCountInString(name)
	return n >= 1 && n <= 64 && utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsControl)
}

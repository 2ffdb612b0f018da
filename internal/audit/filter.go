package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"parley/domain"
	"parley/internal/eventstore"
)

// Filter says which events are wanted; zero fields do not restrict.
type Filter struct {
	App     domain.AppID
	Channel domain.ChannelID
	// User finds what a user did and what was done to it.
	User domain.UserID
	// Actor is the id of who acted: a user, a key, "operator"; it also finds
	// what was done through it in the name of others.
	Actor string
	Types []string
	// From and To bound the time at which the log recorded the event, From
	// included, To not.
	From, To time.Time
	// After and Before bound the position, both excluded.
	After, Before eventstore.Position
	Limit         int // the first ones; 0: all
	Last          int // the last ones; 0: all
	Reveal        bool
}

// wants decides from the envelope, and from the data only if it must.
func (f *Filter) wants(r eventstore.Recorded) bool {
	switch {
	case len(f.Types) > 0 && !slices.Contains(f.Types, r.Type),
		f.Actor != "" && r.Meta[domain.MetaActor] != f.Actor && r.Meta[domain.MetaVia] != f.Actor:
		return false
	case f.App == "" && f.Channel == 0 && f.User == "":
		return true
	}
	name, err := domain.ParseStream(r.Stream)
	return err == nil &&
		(f.App == "" || name.App == f.App) &&
		(f.Channel == 0 || name.Channel == f.Channel || name.Node != "" && f.counts(r)) &&
		(f.User == "" || f.concerns(r, name))
}

// counts reports whether an event of a node holds figures of the filter's
// channel.
func (f *Filter) counts(r eventstore.Recorded) bool {
	e, err := domain.DecodeEvent(r.Type, r.V, r.Data)
	changed, ok := e.(domain.ConnectionsChanged)
	if err != nil || !ok {
		return false
	}
	_, ok = changed.Channels[f.Channel]
	return ok
}

// concerns reports whether an event is of the filter's user, by it, or names
// it.
func (f *Filter) concerns(r eventstore.Recorded, name domain.StreamName) bool {
	if name.User == f.User {
		return true
	}
	if r.Meta[domain.MetaActor] == string(f.User) && r.Meta[domain.MetaActorKind] == string(domain.ActorUser) {
		return true
	}
	text, err := json.Marshal(f.User)
	if err != nil || !bytes.Contains(r.Data, text) {
		return false
	}
	e, err := domain.DecodeEvent(r.Type, r.V, r.Data)
	return err == nil && slices.Contains(named(e), f.User)
}

// named lists the users that an event names.
func named(e domain.Event) []domain.UserID {
	switch e := e.(type) {
	case domain.ChannelCreated:
		users := []domain.UserID{e.Owner}
		for _, m := range e.Members {
			users = append(users, m.User, m.Inviter)
		}
		return users
	case domain.MemberAdded:
		return []domain.UserID{e.User, e.Inviter}
	case domain.MemberRemoved:
		return []domain.UserID{e.User, e.By}
	case domain.MemberRoleChanged:
		return []domain.UserID{e.User, e.By}
	case domain.OwnershipTransferred:
		return []domain.UserID{e.From, e.To, e.By}
	case domain.MessageSent:
		return append([]domain.UserID{e.Sender}, e.Mentions...)
	case domain.MessageEdited:
		return append([]domain.UserID{e.By}, e.Mentions...)
	case domain.MessageDeleted:
		return []domain.UserID{e.By}
	case domain.UserBlocked:
		return []domain.UserID{e.User}
	case domain.UserUnblocked:
		return []domain.UserID{e.User}
	case domain.PresenceEntered:
		return []domain.UserID{e.User}
	case domain.PresenceLeft:
		return []domain.UserID{e.User}
	}
	return nil
}

// bounds turns the filter's times into positions: the log's times never go
// back, so a place is found by halving.
func (f *Filter) bounds(ctx context.Context, log eventstore.Log) (after, before eventstore.Position, err error) {
	head, err := log.Head(ctx)
	if err != nil {
		return 0, 0, err
	}
	after, before = f.After, head+1
	if f.Before > 0 {
		before = min(before, f.Before)
	}
	if !f.From.IsZero() {
		at, err := firstAt(ctx, log, head, f.From)
		if err != nil {
			return 0, 0, err
		}
		after = max(after, at-1)
	}
	if !f.To.IsZero() {
		at, err := firstAt(ctx, log, head, f.To)
		if err != nil {
			return 0, 0, err
		}
		before = min(before, at)
	}
	return after, before, nil
}

// firstAt is the position of the first event at or after a moment, head+1 if
// there is none.
func firstAt(ctx context.Context, log eventstore.Log, head eventstore.Position, t time.Time) (eventstore.Position, error) {
	low, high := eventstore.Position(0), head+1 // the answer is beyond low and at most high
	for high-low > 1 {
		middle := low + (high-low)/2
		next := high
		for r, err := range log.ReadAll(ctx, middle-1, 1) {
			if err != nil {
				return 0, err
			}
			if r.At.Before(t) {
				next = 0
			}
		}
		if next == 0 {
			low = middle
		} else {
			high = middle
		}
	}
	return high, nil
}

// escapes is what a text of one line must not hold.
func escapes(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '\uFFFD'
		}
		return r
	}, s)
}

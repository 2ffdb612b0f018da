package queries

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"

	"parley/domain"
)

// nameBytes bounds the opened names that stay in memory.
const nameBytes = 16 << 20

// names remembers opened names by their event: those of users and channels are
// shown far more often than they change. An erasure empties it.
type names struct {
	opener   Opener
	cache    *otter.Cache[uuid.UUID, string]
	erasures atomic.Int64
}

func newNames(opener Opener) *names {
	return &names{opener: opener, cache: otter.Must(&otter.Options[uuid.UUID, string]{
		MaximumWeight: nameBytes,
		Weigher:       func(_ uuid.UUID, text string) uint32 { return uint32(128 + len(text)) },
	})}
}

// name is a sealed name to be opened: of a channel, or of a user. Without a
// blob, or when its key is gone, the text stays what it is.
type name struct {
	channel domain.ChannelID
	user    domain.UserID
	event   uuid.UUID
	blob    []byte
	text    string
}

// nameOf is the display name of a user, of an event if it has one; else it is
// the user id (CH-024).
func nameOf(user string, event *uuid.UUID, blob []byte) name {
	n := name{user: domain.UserID(user), text: user}
	if event != nil {
		n.event, n.blob = *event, blob
	}
	return n
}

func (n *name) subject() domain.Subject {
	if n.channel != 0 {
		return domain.ChannelSubject(n.channel)
	}
	return domain.UserSubject(n.user, 0)
}

// open fills the texts of names, with one call at most.
func (n *names) open(ctx context.Context, app domain.AppID, list []name) error {
	erasures := n.erasures.Load()
	var sealed []domain.Sealed
	var at []int
	for i := range list {
		l := &list[i]
		if len(l.blob) == 0 {
			continue
		}
		if known, ok := n.cache.GetIfPresent(l.event); ok {
			l.text = known
			continue
		}
		sealed = append(sealed, domain.Sealed{App: app, Subject: l.subject(), Event: l.event, Blob: l.blob})
		at = append(at, i)
	}
	if len(sealed) == 0 {
		return nil
	}
	if err := n.opener.OpenMany(ctx, sealed); err != nil {
		return fmt.Errorf("open sealed names: %w", err)
	}
	for i, s := range sealed {
		if isErased(s.Err) {
			continue
		}
		if s.Err != nil {
			return fmt.Errorf("open the sealed name of event %s: %w", s.Event, s.Err)
		}
		var p domain.Profile // a channel's names it alike
		if err := json.Unmarshal(s.Plain, &p); err != nil {
			return fmt.Errorf("decode the sealed name of event %s: %w", s.Event, err)
		}
		list[at[i]].text = p.Name
		n.cache.Set(s.Event, p.Name)
	}
	if n.erasures.Load() != erasures {
		n.cache.InvalidateAll() // what was opened just before is not kept
	}
	return nil
}

func (n *names) forget() {
	n.erasures.Add(1)
	n.cache.InvalidateAll()
}

package queries

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"

	"parley/domain"
)

// contentBytes bounds the opened contents that stay in memory.
const contentBytes = 32 << 20

// contents remembers opened contents by their event: pages are read far more
// often than they change. An erasure empties it.
type contents struct {
	opener   Opener
	cache    *otter.Cache[uuid.UUID, domain.Content]
	erasures atomic.Int64
}

func newContents(opener Opener) *contents {
	return &contents{opener: opener, cache: otter.Must(&otter.Options[uuid.UUID, domain.Content]{
		MaximumWeight: contentBytes,
		Weigher: func(_ uuid.UUID, c domain.Content) uint32 {
			return contentSize(c)
		},
	})}
}

func contentSize(c domain.Content) uint32 {
	n := 256 + len(c.Text) + len(c.SenderName) + len(c.Name) + len(c.Encoding) + len(c.Metadata) + len(c.Extras) + 96*len(c.Emotes)
	for k, v := range c.Headers {
		n += 64 + len(k) + len(v)
	}
	for _, f := range c.Files {
		n += 32 + len(f)
	}
	return uint32(n)
}

// Cached is about how many opened contents and names are in memory.
func (s *Service) Cached() (contents, names int) {
	return s.contents.cache.EstimatedSize(), s.names.cache.EstimatedSize()
}

// Forget drops everything opened: a user was erased.
func (s *Service) Forget() {
	s.contents.erasures.Add(1)
	s.contents.cache.InvalidateAll()
	s.names.forget()
}

// content is a content to be opened; erased tells that its key is gone.
type content struct {
	subject domain.Subject
	event   uuid.UUID
	blob    []byte // none: nothing to open

	domain.Content
	erased bool
}

// open fills the contents of a page, with one query at most.
func (c *contents) open(ctx context.Context, app domain.AppID, page []content) error {
	erasures := c.erasures.Load()
	var sealed []domain.Sealed
	var at []int
	for i := range page {
		p := &page[i]
		if len(p.blob) == 0 {
			continue
		}
		if known, ok := c.cache.GetIfPresent(p.event); ok {
			p.Content = known
			continue
		}
		sealed = append(sealed, domain.Sealed{App: app, Subject: p.subject, Event: p.event, Blob: p.blob})
		at = append(at, i)
	}
	if len(sealed) == 0 {
		return nil
	}
	if err := c.opener.OpenMany(ctx, sealed); err != nil {
		return fmt.Errorf("open sealed text: %w", err)
	}
	for i, s := range sealed {
		p := &page[at[i]]
		var err error
		switch {
		case isErased(s.Err):
			p.erased = true
			continue
		case s.Err != nil:
			return fmt.Errorf("open sealed text of event %s: %w", s.Event, s.Err)
		}
		if p.Content, err = domain.DecodeContent(s.Plain); err != nil {
			return fmt.Errorf("decode sealed text of event %s: %w", s.Event, err)
		}
		c.cache.Set(s.Event, p.Content)
	}
	if c.erasures.Load() != erasures {
		c.cache.InvalidateAll() // what was opened just before is not kept
	}
	return nil
}

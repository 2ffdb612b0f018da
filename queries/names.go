package queries

import (
	"context"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"

	"parley/domain"
)

// nameBytes bounds the opened names and profiles that stay in memory.
const nameBytes = 16 << 20

// names is an Opener that remembers what it has opened, by event: names of
// users and channels are shown far more often than they change. An erasure
// empties it.
type names struct {
	opener   Opener
	cache    *otter.Cache[uuid.UUID, []byte]
	erasures atomic.Int64
}

func newNames(opener Opener) *names {
	return &names{opener: opener, cache: otter.Must(&otter.Options[uuid.UUID, []byte]{
		MaximumWeight: nameBytes,
		Weigher:       func(_ uuid.UUID, plain []byte) uint32 { return uint32(128 + len(plain)) },
	})}
}

// OpenMany opens what is not remembered, with one call at most.
func (n *names) OpenMany(ctx context.Context, items []domain.Sealed) error {
	erasures := n.erasures.Load()
	var rest []domain.Sealed
	var at []int
	for i := range items {
		if plain, ok := n.cache.GetIfPresent(items[i].Event); ok {
			items[i].Plain = plain
			continue
		}
		rest, at = append(rest, items[i]), append(at, i)
	}
	if len(rest) == 0 {
		return nil
	}
	if err := n.opener.OpenMany(ctx, rest); err != nil {
		return err
	}
	for i, it := range rest {
		items[at[i]].Plain, items[at[i]].Err = it.Plain, it.Err
		if it.Err == nil {
			n.cache.Set(it.Event, it.Plain)
		}
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

package keyring

import (
	"sync"

	"github.com/maypok86/otter/v2"
)

// cache holds unwrapped keys. A key that was read before a forget and arrives
// after it is not kept, so an erased key cannot come back by a slow reader.
type cache struct {
	keys *otter.Cache[slot, *key]

	mu    sync.RWMutex
	epoch uint64 // counts forgets
}

func newCache(size int) (*cache, error) {
	keys, err := otter.New(&otter.Options[slot, *key]{MaximumSize: size})
	if err != nil {
		return nil, err
	}
	return &cache{keys: keys}, nil
}

func (c *cache) get(s slot) (*key, bool) { return c.keys.GetIfPresent(s) }

// Cached is about how many unwrapped keys are in memory.
func (r *Ring) Cached() int { return r.cache.keys.EstimatedSize() }

// mark is taken before a key is read from the database and given to keep.
func (c *cache) mark() uint64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.epoch
}

func (c *cache) keep(mark uint64, s slot, k *key) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.epoch == mark {
		c.keys.Set(s, k)
	}
}

// forget looks through the whole cache: a few milliseconds, once an erasure.
func (c *cache) forget(app, kind, subject string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	for s := range c.keys.Keys() {
		if s.app == app && s.kind == kind && s.subject == subject {
			c.keys.Invalidate(s)
		}
	}
}

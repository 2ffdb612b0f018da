package main

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"parley/projections"
)

// buildings are read models that are being built before anything is served.
type buildings struct {
	mu   sync.Mutex
	now  map[string]projections.Progress
	bars map[string]*progress
	bar  func(what string, total int64) *progress
}

// buildingsOn shows them where a command shows how far it is.
func buildingsOn(g *globals) *buildings {
	return &buildings{
		now: map[string]projections.Progress{}, bars: map[string]*progress{},
		bar: func(what string, total int64) *progress { return newProgress(g.stderr, what, "events", total) },
	}
}

// note hears how far one of them is.
func (b *buildings) note(p projections.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now[p.Projection] = p
	if p.Target == 0 {
		return
	}
	bar := b.bars[p.Projection]
	if bar == nil {
		bar = b.bar("building "+p.Projection, p.Target)
		b.bars[p.Projection] = bar
	}
	bar.set(p.Position, p.Target)
}

func (b *buildings) finish() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, bar := range b.bars {
		bar.finish()
	}
}

// idle reports whether nothing was built.
func (b *buildings) idle() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.now) == 0
}

// String says what is being built, nothing when nothing is.
func (b *buildings) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(b.now)) {
		if p := b.now[name]; p.Phase != projections.Done {
			parts = append(parts, p.String())
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "building " + strings.Join(parts, "; ")
}

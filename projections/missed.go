package projections

import (
	"maps"
	"sync"

	"parley/domain"
)

// missed remembers who wrote to parked partitions and when last, so that they
// are not shown a state without their own writes as if it were whole. It knows
// what this process has passed by.
type missed struct {
	mu sync.Mutex
	by map[partition]map[string]int64
}

// maxMissed bounds what is remembered of a partition; its other writers are
// told that the answer is stale, as everybody is.
const maxMissed = 10_000

func (m *missed) note(i *item) {
	actor := writer(domain.ActorKind(i.raw.Meta[domain.MetaActorKind]), i.raw.Meta[domain.MetaActor])
	at := i.partition()
	m.mu.Lock()
	defer m.mu.Unlock()
	writers := m.by[at]
	if writers == nil {
		if m.by == nil {
			m.by = map[partition]map[string]int64{}
		}
		writers = map[string]int64{}
		m.by[at] = writers
	}
	if _, known := writers[actor]; known || len(writers) < maxMissed {
		writers[actor] = max(writers[actor], i.position())
	}
}

// last is the position of the newest event of a writer that is not applied.
func (m *missed) last(at partition, by domain.Actor) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.by[at][writer(by.Kind, by.ID)]
}

// keep forgets what is not parked any more.
func (m *missed) keep(still parking) {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.by, func(at partition, _ map[string]int64) bool {
		_, ok := still[at]
		return !ok
	})
}

func writer(kind domain.ActorKind, id string) string { return string(kind) + " " + id }

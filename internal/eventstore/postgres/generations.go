package postgres

// generations is a cache of two generations: when the young one is full it
// becomes the old one, whose entries are forgotten at once. The last limit
// entries set are always there.
type generations[K comparable, V any] struct {
	young, old map[K]V
	limit      int
}

func newGenerations[K comparable, V any](limit int) generations[K, V] {
	return generations[K, V]{young: make(map[K]V), old: make(map[K]V), limit: limit}
}

func (g *generations[K, V]) get(k K) (V, bool) {
	if v, ok := g.young[k]; ok {
		return v, true
	}
	v, ok := g.old[k]
	return v, ok
}

// set keeps v under k and tells whether the old generation had to go.
func (g *generations[K, V]) set(k K, v V) (turned bool) {
	if len(g.young) >= g.limit {
		g.old, g.young = g.young, g.old
		clear(g.young)
		turned = true
	}
	g.young[k] = v
	return turned
}

func (g *generations[K, V]) reset() {
	clear(g.young)
	clear(g.old)
}

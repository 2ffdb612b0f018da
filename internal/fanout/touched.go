package fanout

import "sync"

// touched are the topics in which something has happened that was not handed
// out yet, with the position of the newest of it.
type touched struct {
	mu   sync.Mutex
	at   map[Topic]int64
	woke chan struct{} // holds one when there is something new
}

func newTouched() touched {
	return touched{at: map[Topic]int64{}, woke: make(chan struct{}, 1)}
}

func (t *touched) add(topic Topic, position int64) {
	t.mu.Lock()
	t.at[topic] = max(t.at[topic], position)
	t.mu.Unlock()
	select {
	case t.woke <- struct{}{}:
	default:
	}
}

// addAll marks topics that may hold something that no event announces.
func (t *touched) addAll(topics []Topic) {
	for _, topic := range topics {
		t.add(topic, 0)
	}
}

// take gives at most n topics of which everything up to the position is told,
// and whether others wait for a later one.
func (t *touched) take(position int64, n int) (ready []Topic, rest bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for topic, at := range t.at {
		if at > position {
			rest = true
			continue
		}
		if len(ready) == n {
			return ready, true
		}
		ready = append(ready, topic)
		delete(t.at, topic)
	}
	return ready, rest
}

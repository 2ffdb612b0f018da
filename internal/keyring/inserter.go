package keyring

import (
	"context"
	"sync"
	"time"
)

const (
	// maxRound bounds the keys of one statement.
	maxRound = 1000
	// roundTimeout ends a round whose database does not answer.
	roundTimeout = 15 * time.Second
)

// call is one missing key on its way, shared by everyone who waits for it.
type call struct {
	slot  slot
	done  chan struct{}
	found found // set before done is closed
}

// wait returns the key, or the end of the caller's patience; the call goes on.
func (c *call) wait(ctx context.Context) (*key, error) {
	select {
	case <-c.done:
		return c.found.key, c.found.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// inserter gathers missing keys into rounds. A round starts at once when none
// runs; what is asked for meanwhile makes up the next one. It belongs to no
// caller: whoever leaves early leaves the others undisturbed.
type inserter struct {
	round  func(context.Context, []slot) (map[slot]found, error)
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex
	calls   map[slot]*call // queued or in the round that runs
	queue   []*call
	running bool
	closed  bool
}

func newInserter(round func(context.Context, []slot) (map[slot]found, error)) *inserter {
	ctx, cancel := context.WithCancel(context.Background())
	return &inserter{round: round, ctx: ctx, cancel: cancel, calls: map[slot]*call{}}
}

// join returns the calls for some slots, in their order, and starts a round
// unless one runs.
func (in *inserter) join(slots []slot) ([]*call, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		return nil, ErrClosed
	}
	calls := make([]*call, len(slots))
	for i, s := range slots {
		c := in.calls[s]
		if c == nil {
			c = &call{slot: s, done: make(chan struct{})}
			in.calls[s] = c
			in.queue = append(in.queue, c)
		}
		calls[i] = c
	}
	if !in.running {
		in.running = true
		in.wg.Go(in.run)
	}
	return calls, nil
}

// run does rounds until nothing is left to do.
func (in *inserter) run() {
	for {
		batch := in.next()
		if len(batch) == 0 {
			return
		}
		slots := make([]slot, len(batch))
		for i, c := range batch {
			slots[i] = c.slot
		}
		ctx, cancel := context.WithTimeout(in.ctx, roundTimeout)
		got, err := in.round(ctx, slots)
		cancel()
		in.finish(batch, got, err)
	}
}

func (in *inserter) next() []*call {
	in.mu.Lock()
	defer in.mu.Unlock()
	n := min(len(in.queue), maxRound)
	batch := in.queue[:n:n]
	in.queue = in.queue[n:]
	in.running = n > 0
	return batch
}

func (in *inserter) finish(batch []*call, got map[slot]found, err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, c := range batch {
		c.found = got[c.slot]
		if err != nil {
			c.found = found{err: err}
		}
		delete(in.calls, c.slot)
		close(c.done)
	}
}

func (in *inserter) close() {
	in.mu.Lock()
	in.closed = true
	in.mu.Unlock()
	in.cancel()
	in.wg.Wait()
}

package projections

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/internal/eventstore"
)

// builder fills the tables of one build from the log, apart from the live one
// and by the same Apply.
type builder struct {
	*tables
	log      eventstore.Log
	pace     *pace
	progress *tracker
	logger   *slog.Logger
	// parkAt are partitions that stop at an event, whatever Apply would
	// make of it: those of a build that this one is compared with.
	parkAt parking
}

// chunk is a part of the log, read and decoded ahead.
type chunk struct {
	items []item
	to    int64
	read  int // how many events it covers
	last  bool
	err   error
}

// Sizes of chunks: few transactions, and memory that does not depend on what
// clients wrote.
const (
	chunkItems  = 4000
	chunkEvents = 50_000
	chunkBytes  = 8 << 20
	chunksAhead = 2
)

// advance applies the log up to a position, that of an event or 0. It outlasts
// a database that is away, unless its tables do not.
func (b *builder) advance(ctx context.Context, to int64) error {
	for wait := minWait; b.stored < to; wait = min(2*wait, maxWait) {
		before := b.stored
		err := b.follow(ctx, to)
		switch {
		case err == nil && b.stored == before:
			err = fmt.Errorf("the log does not reach position %d", to)
		case err == nil:
			wait = minWait / 2
			continue
		case ctx.Err() != nil:
			return ctx.Err()
		case isPermanent(err) || errors.Is(err, errGone) || b.state == scratch:
			return err
		}
		b.logger.Warn("a build starts again at its checkpoint", "projection", b.Name, "build", b.build, "err", err)
		if err := pause(ctx, wait); err != nil {
			return err
		}
		if err := b.reload(ctx); errors.Is(err, errGone) {
			return err
		}
	}
	return nil
}

// The pause before a build is tried again grows between these.
const (
	minWait = 50 * time.Millisecond
	maxWait = time.Second
)

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// errGone says that a build is not there any more, or not in its state.
var errGone = errors.New("the build is gone")

// reload reads where the build is.
func (b *builder) reload(ctx context.Context) error {
	conn, err := b.connect(ctx)
	if err != nil {
		return err
	}
	found, err := findBuild(ctx, conn, b.Projection, `b.build = $3 AND b.state = $4`, b.build, b.state)
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("%s build %d: %w", b.Name, b.build, errGone)
	}
	if err == nil {
		b.stored, b.parked = found.position, found.parked
	}
	return err
}

// follow applies chunks until the position is reached or something breaks.
func (b *builder) follow(ctx context.Context, to int64) error {
	ctx, cancel := context.WithCancel(ctx)
	chunks := make(chan chunk, chunksAhead)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(chunks)
		b.readAhead(ctx, b.stored, to, chunks)
	}()
	defer func() { cancel(); <-done }()
	for c := range chunks {
		if c.err != nil {
			return c.err
		}
		began := time.Now()
		b.stopAt(c.items)
		if c.last || len(c.items) > 0 {
			if err := b.apply(ctx, c.items, c.to); err != nil {
				return err
			}
		}
		b.progress.reach(b.tables, c.to)
		if err := b.pace.after(ctx, c.read, time.Since(began)); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// readAhead reads the log after a position and decodes it, in order.
func (b *builder) readAhead(ctx context.Context, after, to int64, out chan<- chunk) {
	send := func(c chunk) bool {
		select {
		case out <- c:
			return true
		case <-ctx.Done():
			return false
		}
	}
	if log, ok := b.log.(eventstore.Selector); ok && !b.wants("message-1") {
		b.selectAhead(ctx, log, after, to, send)
		return
	}
	c, bytes, most := chunk{}, 0, b.pace.chunk()
	for r, err := range b.log.ReadAll(ctx, eventstore.Position(after), 0) {
		if err != nil {
			send(chunk{err: err})
			return
		}
		if int64(r.Position) > to {
			break
		}
		c.read, c.to = c.read+1, int64(r.Position)
		if b.wants(r.Stream) {
			c.items = append(c.items, item{raw: r})
			c.items[len(c.items)-1].decode()
			bytes += len(r.Data)
		}
		if len(c.items) >= most || c.read >= chunkEvents || bytes >= chunkBytes {
			c.last = c.to == to
			if !send(c) {
				return
			}
			c, bytes, most = chunk{items: make([]item, 0, chunkItems)}, 0, b.pace.chunk()
		}
	}
	if c.read > 0 {
		c.last = true
		send(c)
	}
}

// sparse is how many events are looked at for each that is wanted of a chunk,
// by a projection that wants no messages.
const sparse = 10

// selectAhead is readAhead for a projection that wants few of the events.
func (b *builder) selectAhead(ctx context.Context, log eventstore.Selector, after, to int64, send func(chunk) bool) {
	for after < to {
		most := b.pace.chunk()
		s, err := log.Select(ctx, b.Categories, eventstore.Position(after), sparse*most)
		if err != nil {
			send(chunk{err: err})
			return
		}
		if s.Looked == 0 {
			return
		}
		after = int64(s.To)
		items := b.decode(s.Events)
		for len(items) > 0 && items[len(items)-1].position() > to {
			items = items[:len(items)-1]
		}
		for ; len(items) > most; items = items[most:] {
			if !send(chunk{items: items[:most], to: items[most-1].position()}) {
				return
			}
		}
		if !send(chunk{items: items, to: min(after, to), read: s.Looked, last: after >= to}) {
			return
		}
	}
}

// stopAt spoils the events of parkAt.
func (b *builder) stopAt(items []item) {
	if len(b.parkAt) == 0 {
		return
	}
	for n := range items {
		i := &items[n]
		if stop, ok := b.parkAt[i.partition()]; ok && i.position() == stop.Position {
			i.err = permanent{errors.New(stop.Error)}
		}
	}
}

package feed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"parley/internal/eventstore"
)

// Metadata keys of a batch message.
const (
	metaAfter = "after" // position before the first event
	metaLast  = "last"
	// metaWorked is set by the handler of a batch that meant work.
	metaWorked = "worked"
)

// Config is what a Subscriber needs.
type Config struct {
	Log eventstore.Log
	// From tells where a topic has got to: its checkpoint.
	From func(ctx context.Context, topic string) (eventstore.Position, error)
	// Again reports whether a batch that was refused should be delivered
	// again; when not, the topic stops until Restart.
	Again func(topic string) bool
	// Limit is the size of a batch; default 1,000 events.
	Limit  int
	Logger *slog.Logger
}

// Subscriber delivers the log to each topic from the topic's checkpoint on.
// It waits for the Ack of a message before it delivers the next, so that the
// router keeps order. After a Nack the topic starts again at its checkpoint.
type Subscriber struct {
	c       Config
	closing chan struct{}
	once    sync.Once
	running sync.WaitGroup
	mu      sync.Mutex
	restart chan struct{} // closed to make every topic read its checkpoint again
}

var _ message.Subscriber = (*Subscriber)(nil)

// New makes a Subscriber.
func New(c Config) *Subscriber {
	if c.Limit == 0 {
		c.Limit = 1000
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return &Subscriber{c: c, closing: make(chan struct{}), restart: make(chan struct{})}
}

// Subscribe follows the log for a topic until the context ends or Close.
func (s *Subscriber) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	out := make(chan *message.Message)
	ctx, cancel := context.WithCancel(ctx)
	s.running.Go(func() {
		select {
		case <-s.closing:
		case <-ctx.Done():
		}
		cancel()
	})
	s.running.Go(func() {
		defer close(out)
		defer cancel()
		wait := minWait
		for ctx.Err() == nil {
			restart := s.restarted()
			if !s.c.Again(topic) {
				select {
				case <-restart:
				case <-ctx.Done():
				}
				continue
			}
			from, err := s.c.From(ctx, topic)
			if err != nil {
				err = fmt.Errorf("read the checkpoint: %w", err)
			} else {
				wait = minWait
				err = s.follow(ctx, topic, restart, from, out)
			}
			if ctx.Err() != nil {
				return
			}
			select {
			case <-restart: // by order of Restart: at once
				continue
			default:
			}
			s.c.Logger.Warn("projection starts again at its checkpoint", "projection", topic, "err", err)
			select {
			case <-time.After(wait):
			case <-restart:
			case <-ctx.Done():
			}
			wait = min(2*wait, maxWait)
		}
	})
	return out, nil
}

// The pause before a topic starts again grows between these while checkpoints
// cannot be read. Readers wait for the topic when the database is back, so the
// pause stays short.
const (
	minWait = 20 * time.Millisecond
	maxWait = 250 * time.Millisecond
)

var errRefused = errors.New("batch refused by its handler")

// follow delivers the log from a position on until something breaks.
func (s *Subscriber) follow(ctx context.Context, topic string, restart <-chan struct{}, from eventstore.Position,
	out chan<- *message.Message,
) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.running.Go(func() {
		select {
		case <-restart:
			cancel()
		case <-ctx.Done():
		}
	})
	sub, err := s.c.Log.Subscribe(ctx, from)
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	defer sub.Close()
	for {
		b, err := sub.Next(ctx, s.c.Limit)
		if err != nil {
			return fmt.Errorf("follow the log: %w", err)
		}
		m := newMessage(ctx, topic, from, b.Events)
		select {
		case out <- m:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case <-m.Acked():
			from = b.Events[len(b.Events)-1].Position
			if m.Metadata.Get(metaWorked) != "" {
				s.linger(ctx, len(b.Events))
			}
		case <-m.Nacked():
			return errRefused
		}
	}
}

// Worked marks a batch that meant work for its handler.
func Worked(m *message.Message) { m.Metadata.Set(metaWorked, "yes") }

// A busy log is read in steps: after a batch that meant work the next one gathers for a moment
// that grows with the rate. That costs readers the moment, and saves the work
// that each batch costs whatever its size. A lone event does not wait, a
// backlog neither.
const (
	momentPerEvent = 200 * time.Microsecond
	maxMoment      = 5 * time.Millisecond
)

func (s *Subscriber) linger(ctx context.Context, events int) {
	if events == 1 || events >= s.c.Limit/2 {
		return
	}
	select {
	case <-time.After(min(time.Duration(events)*momentPerEvent, maxMoment)):
	case <-ctx.Done():
	}
}

// Restart makes every topic start again at its checkpoint, stopped ones too: the
// database may have lost the newest checkpoints, or they belong to other tables
// now.
func (s *Subscriber) Restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.restart)
	s.restart = make(chan struct{})
}

func (s *Subscriber) restarted() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.restart
}

// Close ends all topics and waits for them.
func (s *Subscriber) Close() error {
	s.once.Do(func() { close(s.closing) })
	s.running.Wait()
	return nil
}

type batchKey struct{}

func newMessage(ctx context.Context, topic string, after eventstore.Position, events []eventstore.Recorded) *message.Message {
	last := events[len(events)-1].Position
	m := message.NewMessage(topic+":"+strconv.FormatInt(int64(last), 10), nil)
	m.Metadata.Set(metaAfter, strconv.FormatInt(int64(after), 10))
	m.Metadata.Set(metaLast, strconv.FormatInt(int64(last), 10))
	m.SetContext(context.WithValue(ctx, batchKey{}, events))
	return m
}

// Events are the events of a batch message, and the position that they follow.
// They travel in its context; if a middleware has replaced that, they are read
// from the log again.
func Events(log eventstore.Log, m *message.Message) (after eventstore.Position, events []eventstore.Recorded, err error) {
	first, err1 := strconv.ParseInt(m.Metadata.Get(metaAfter), 10, 64)
	last, err2 := strconv.ParseInt(m.Metadata.Get(metaLast), 10, 64)
	if err := errors.Join(err1, err2); err != nil {
		return 0, nil, fmt.Errorf("message %s names no batch: %w", m.UUID, err)
	}
	after = eventstore.Position(first)
	if events, ok := m.Context().Value(batchKey{}).([]eventstore.Recorded); ok {
		return after, events, nil
	}
	for r, err := range log.ReadAll(m.Context(), after, 0) {
		if err != nil {
			return 0, nil, err
		}
		if r.Position > eventstore.Position(last) {
			break
		}
		events = append(events, r)
	}
	return after, events, nil
}

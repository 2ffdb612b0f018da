package parley

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// ErrClosed settles a message that came to an outbox after its end.
var ErrClosed = errors.New("the outbox is closed")

// Outgoing is a message on its way. Key is its once-key: whoever sends it again
// with it, after the end of the outbox perhaps, sends the same message.
type Outgoing struct {
	Key     string
	Channel ID
	Message NewMessage

	done chan struct{}
	sent Message
	err  error
}

// Done is closed when the message is settled.
func (o *Outgoing) Done() <-chan struct{} { return o.done }

// Result is the message as the server keeps it, or why there is none; it waits
// until the message is settled. A [*Refused] with a Status below 500 means that
// there is no message; after any other error there may be one.
func (o *Outgoing) Result() (Message, error) {
	<-o.done
	return o.sent, o.err
}

// Outbox sends messages in the background: those of one channel one after the
// other, in the order in which they were given, each until it is answered. What
// is on its way is in memory only.
type Outbox struct {
	client  *Client
	settled func(*Outgoing)
	ctx     context.Context // ends with the outbox
	cancel  context.CancelFunc

	mu      sync.Mutex
	closed  bool
	queues  map[ID][]*Outgoing // an entry, even an empty one, has a sender
	senders sync.WaitGroup
}

// NewOutbox makes an outbox that works until Close or the end of the context.
// Unless settled is nil it is called once for each message when that is
// settled; within a channel in order.
func NewOutbox(ctx context.Context, c *Client, settled func(*Outgoing)) *Outbox {
	b := &Outbox{client: c, settled: settled, queues: map[ID][]*Outgoing{}}
	b.ctx, b.cancel = context.WithCancel(ctx)
	return b
}

// Send takes a message and returns at once. Show it as on its way until it is
// settled, by Done or the callback; its event may come before, with the same
// message id.
func (b *Outbox) Send(channel ID, m NewMessage) *Outgoing {
	o := &Outgoing{Key: NewKey(), Channel: channel, Message: m, done: make(chan struct{})}
	if !b.take(o) {
		b.settle(o, Message{}, ErrClosed)
	}
	return o
}

func (b *Outbox) take(o *Outgoing) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	queue, busy := b.queues[o.Channel]
	b.queues[o.Channel] = append(queue, o)
	if !busy {
		b.senders.Go(func() { b.empty(o.Channel) })
	}
	return true
}

// Close settles what is still on its way with an error, and waits for that. It
// must not be called by the callback.
func (b *Outbox) Close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.cancel()
	b.senders.Wait()
}

// empty sends the messages of a channel until there are none.
func (b *Outbox) empty(channel ID) {
	for o := b.next(channel); o != nil; o = b.next(channel) {
		sent, err := b.client.Send(b.ctx, channel, o.Key, o.Message)
		if err != nil {
			err = fmt.Errorf("send to channel %s: %w", channel, err)
		}
		b.settle(o, sent, err)
	}
}

func (b *Outbox) next(channel ID) *Outgoing {
	b.mu.Lock()
	defer b.mu.Unlock()
	queue := b.queues[channel]
	if len(queue) == 0 {
		delete(b.queues, channel)
		return nil
	}
	b.queues[channel] = queue[1:]
	return queue[0]
}

func (b *Outbox) settle(o *Outgoing, sent Message, err error) {
	o.sent, o.err = sent, err
	close(o.done)
	if b.settled != nil {
		b.settled(o)
	}
}

package signals

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
)

// outbox gathers signals on their way to the other nodes: as many in one
// parcel as fit.
type outbox struct {
	node       string
	head, tail string // of every parcel
	most       int    // bytes of a parcel
	maxAge     time.Duration
	waiting    chan parcel
	drop       func(n int)
	next       *parcel // taken from the queue, did not fit any more
}

// parcel is an encoded signal.
type parcel struct {
	text []byte
	at   time.Time
}

func newOutbox(c Config, most int, drop func(int)) *outbox {
	o := &outbox{node: rand.Text(), most: most, maxAge: c.MaxAge, waiting: make(chan parcel, c.Queue), drop: drop}
	o.head, o.tail = envelope(o.node)
	return o
}

// add queues a signal for the other nodes.
func (o *outbox) add(topic string, m *message.Message) error {
	text, err := encodeSignal(topic, m, o.most-len(o.head)-len(o.tail))
	if err != nil {
		return err
	}
	select {
	case o.waiting <- parcel{text, time.Now()}:
	default:
		o.drop(1)
	}
	return nil
}

// first waits for the first signal of a parcel.
func (o *outbox) first(ctx context.Context) (parcel, bool) {
	if next := o.next; next != nil {
		o.next = nil
		return *next, true
	}
	select {
	case p := <-o.waiting:
		return p, true
	case <-ctx.Done():
		return parcel{}, false
	}
}

// gather writes n signals from what waits into one text.
func (o *outbox) gather(first parcel) (text []byte, n int) {
	text = append(make([]byte, 0, min(o.most, 4096)), o.head...)
	oldest := time.Now().Add(-o.maxAge)
	for p := first; ; {
		switch {
		case p.at.Before(oldest):
			o.drop(1)
		case len(text)+1+len(p.text)+len(o.tail) > o.most && n > 0:
			o.next = &p
			return append(text, o.tail...), n
		default:
			if n > 0 {
				text = append(text, ',')
			}
			text = append(text, p.text...)
			n++
		}
		select {
		case p = <-o.waiting:
		default:
			return append(text, o.tail...), n
		}
	}
}

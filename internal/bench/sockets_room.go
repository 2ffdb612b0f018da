package bench

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// room is a channel with senders and sockets that count what they get. One of
// each fifty also looks when.
type room struct {
	w         *world
	channel   string
	sockets   []*listener
	senders   []*roomSender
	received  []atomic.Int64
	reading   sync.WaitGroup
	mu        sync.Mutex
	acked     map[string]time.Time // by message id
	shown     map[string]time.Time // when it came before its acknowledgement
	delays    Histogram
	lastFrame atomic.Int64
	next      int64
}

type roomSender struct {
	conn *Conn
	send *Send
}

// roomSenders is how many connections send in turn.
const roomSenders = 8

// looksEvery is how many sockets there are to one that looks when frames come.
const looksEvery = 50

// openRoom makes a room with sockets.
func (w *world) openRoom(ctx context.Context, name string, sockets int) (*room, error) {
	token, err := w.people.token(ctx, owner)
	if err != nil {
		return nil, err
	}
	var made struct{ ID string }
	if _, err := w.api.call(ctx, http.MethodPost, "/v1/channels", token, map[string]string{"type": "room", "name": name}, &made); err != nil {
		return nil, err
	}
	r := &room{w: w, channel: made.ID, acked: map[string]time.Time{}, shown: map[string]time.Time{}}
	if r.sockets, err = w.listeners(ctx, made.ID, name, sockets); err != nil {
		closeAll(r.sockets)
		return nil, err
	}
	for i := range roomSenders {
		conn, err := Dial(ctx, w.parley.addr)
		if err != nil {
			r.close()
			return nil, err
		}
		r.senders = append(r.senders, &roomSender{conn, NewSend(w.parley.addr, messagesPath(made.ID), token, fmt.Sprintf("r%d", i), false)})
	}
	r.received = make([]atomic.Int64, sockets)
	for i, l := range r.sockets {
		r.reading.Go(func() { r.read(i, l) })
	}
	return r, nil
}

func (r *room) close() {
	closeAll(r.sockets)
	for _, s := range r.senders {
		s.conn.Close()
	}
	r.reading.Wait()
}

func (r *room) read(i int, l *listener) {
	for {
		message := true
		var err error
		if i%looksEvery == 0 {
			var frame []byte
			if frame, err = l.next(); err == nil {
				message = bytes.HasPrefix(frame, []byte(messageFrame))
				if message {
					r.saw(messageID(frame), time.Now())
				}
			}
		} else {
			message, err = l.skip()
		}
		if err != nil {
			return
		}
		if message {
			r.received[i].Add(1)
		}
	}
}

// saw notes a frame. One that comes before the acknowledgement has no delay.
func (r *room) saw(id []byte, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if acked, ok := r.acked[string(id)]; ok {
		r.delays.Add(max(at.Sub(acked), 0))
	} else {
		r.shown[string(id)] = at
	}
	r.lastFrame.Store(at.UnixNano())
}

func (r *room) acknowledge(id string, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.acked[id] = at
	if _, early := r.shown[id]; early {
		r.delays.Add(0)
	}
}

// backlog is from which tail on a rate counts as too much.
const backlog = 500 * time.Millisecond

// run sends at a rate and waits until everything has come.
func (r *room) run(ctx context.Context, rate int, d time.Duration) (FanoutCell, error) {
	c := FanoutCell{Sockets: len(r.sockets), Offered: rate}
	r.mu.Lock()
	r.delays, r.acked, r.shown = Histogram{}, map[string]time.Time{}, map[string]time.Time{}
	r.mu.Unlock()
	before := r.total()
	began := time.Now()
	sent, err := r.sendAll(ctx, rate, d)
	if err != nil {
		return c, err
	}
	ended := time.Now()
	want := before + sent*int64(len(r.sockets))
	for r.total() < want && time.Since(ended) < 10*time.Second && ctx.Err() == nil {
		time.Sleep(2 * time.Millisecond)
	}
	last := max(time.Duration(0), time.Since(ended))
	r.mu.Lock()
	defer r.mu.Unlock()
	c.Sent = sent
	c.Deliveries = float64(r.total()-before) / (time.Since(began) - min(last, 5*time.Millisecond)).Seconds()
	c.P50, c.P99, c.Tail = ms(r.delays.Quantile(.5)), ms(r.delays.Quantile(.99)), ms(last)
	c.Kept = r.total() == want && last < backlog && float64(sent) >= 0.95*float64(rate)*d.Seconds()
	return c, ctx.Err()
}

func (r *room) total() (n int64) {
	for i := range r.received {
		n += r.received[i].Load()
	}
	return n
}

// sendAll sends by a timetable, whether frames come or not.
func (r *room) sendAll(ctx context.Context, rate int, d time.Duration) (sent int64, err error) {
	total := int64(float64(rate) * d.Seconds())
	began := time.Now()
	var turn, done atomic.Int64
	var sending sync.WaitGroup
	errs := make([]error, len(r.senders))
	first := r.next
	r.next += total
	for i, s := range r.senders {
		sending.Go(func() {
			for {
				n := turn.Add(1) - 1
				due := began.Add(time.Duration(n) * time.Second / time.Duration(rate))
				if n >= total || ctx.Err() != nil || time.Since(began) > d+d/10 {
					return
				}
				time.Sleep(time.Until(due))
				a, err := s.conn.Do(s.send.Bytes(first + n))
				if err != nil || a.Status != http.StatusCreated {
					errs[i] = fmt.Errorf("send: %d %.200s: %w", a.Status, a.Body, err)
					return
				}
				r.acknowledge(string(messageID(a.Body)), time.Now())
				done.Add(1)
			}
		})
	}
	sending.Wait()
	for _, e := range errs {
		if e != nil {
			return done.Load(), e
		}
	}
	return done.Load(), nil
}

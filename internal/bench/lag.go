package bench

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// lagClients is how many clients send while the lag under load is measured.
const lagClients = 16

// Lag is the time from the acknowledgement of a message until another user,
// who asks again and again, has it in an answer.
type Lag struct {
	Clients int     `json:"clients"` // that sent at the same time
	Probes  int64   `json:"probes"`
	P50     float64 `json:"p50_ms"`
	P99     float64 `json:"p99_ms"`
	Max     float64 `json:"max_ms"`
}

// lags measures at idle and under load.
func (w *world) lags(ctx context.Context, probes int, set channels) ([]Lag, error) {
	own, err := w.makeChannels(ctx, "lag", 1, []int{1})
	if err != nil {
		return nil, err
	}
	if err := w.settle(ctx, own[0]); err != nil {
		return nil, err
	}
	idle, err := w.lag(ctx, probes, own[0].parley)
	if err != nil {
		return nil, err
	}
	l, err := w.senders(ctx, w.parley, set, lagClients, 0, false)
	if err != nil {
		return nil, err
	}
	l.Time = time.Hour
	loaded, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { _, err := l.Run(loaded); ended <- err }()
	time.Sleep(w.warm())
	busy, err := w.lag(ctx, probes, own[0].parley)
	busy.Clients = lagClients
	alive := len(ended) == 0
	stop()
	if lerr := <-ended; err == nil && !alive {
		err = fmt.Errorf("load during the lag: %w", lerr)
	}
	return []Lag{idle, busy}, err
}

func (w *world) lag(ctx context.Context, probes int, channel string) (Lag, error) {
	p, err := w.newProber(ctx, channel)
	if err != nil {
		return Lag{}, err
	}
	defer p.close()
	var h Histogram
	for n := range probes {
		d, err := p.probe(int64(n))
		if ctx.Err() != nil {
			return Lag{}, ctx.Err()
		}
		if err != nil {
			return Lag{}, fmt.Errorf("lag: %w", err)
		}
		h.Add(d)
		time.Sleep(time.Duration(2+rand.IntN(8)) * time.Millisecond)
	}
	l := Lag{Probes: h.Count(), P50: ms(h.Quantile(.5)), P99: ms(h.Quantile(.99)), Max: ms(h.Max())}
	w.progress("lag from acknowledgement to visible: p50 %.2f ms, p99 %.2f ms", l.P50, l.P99)
	return l, nil
}

// prober is a user who sends and another one who reads.
type prober struct {
	sender, reader *Conn
	send           *Send
	get            *Get
	path           string
	stop           func() bool
}

func (w *world) newProber(ctx context.Context, channel string) (*prober, error) {
	from, err := w.people.token(ctx, user(0))
	if err != nil {
		return nil, err
	}
	to, err := w.people.token(ctx, owner)
	if err != nil {
		return nil, err
	}
	p := &prober{
		send: NewSend(w.parley.addr, messagesPath(channel), from, "probe", false),
		get:  NewGet(w.parley.addr, to),
		path: messagesPath(channel),
	}
	if p.sender, err = Dial(ctx, w.parley.addr); err != nil {
		return nil, err
	}
	if p.reader, err = Dial(ctx, w.parley.addr); err != nil {
		p.sender.Close()
		return nil, err
	}
	p.stop = context.AfterFunc(ctx, func() { p.sender.Close(); p.reader.Close() })
	return p, nil
}

func (p *prober) close() {
	p.stop()
	p.sender.Close()
	p.reader.Close()
}

// probe sends a message and asks until it is there. What counts is the
// arrival of the answer that has it.
func (p *prober) probe(n int64) (time.Duration, error) {
	a, err := p.sender.Do(p.send.Bytes(n))
	if err != nil {
		return 0, err
	}
	acknowledged := time.Now()
	id := messageID(a.Body)
	if a.Status != http.StatusCreated || id == nil {
		return 0, fmt.Errorf("send: %d %.200s", a.Status, a.Body)
	}
	wanted := bytes.Clone(id)
	for time.Since(acknowledged) < answerTime {
		a, err := p.reader.Do(p.get.Bytes(p.path, "?limit=1"))
		if err != nil {
			return 0, err
		}
		if a.Status != http.StatusOK {
			return 0, fmt.Errorf("read: %d %.200s", a.Status, a.Body)
		}
		if bytes.Equal(messageID(a.Body), wanted) {
			return time.Since(acknowledged), nil
		}
	}
	return 0, fmt.Errorf("message %s is not visible after %s", wanted, answerTime)
}

// messageID is the first id in an answer, nil if there is none.
func messageID(body []byte) []byte {
	_, after, found := bytes.Cut(body, []byte(`"id":"`))
	id, _, closed := bytes.Cut(after, []byte(`"`))
	if !found || !closed {
		return nil
	}
	return id
}

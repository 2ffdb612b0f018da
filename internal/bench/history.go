package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// HistoryOptions are those of the measurement of reading.
type HistoryOptions struct {
	Options
	Clients  []int
	Messages int64 // in the channel that is read
	Busy     int64 // messages sent to other channels afterwards
	Channels int   // the others
}

// HistoryReport is what pages of 50 messages cost.
type HistoryReport struct {
	Machine  Machine `json:"machine"`
	Messages int64   `json:"messages"`
	Busy     int64   `json:"busy"`
	Channels int     `json:"channels"`
	Rows     []Row   `json:"rows"`
	Cells    []Cell  `json:"cells"`
}

const (
	pageSize = 50
	fillers  = 64 // clients that prepare the messages
)

// MeasureHistory measures pages of a big channel after traffic in other
// channels: the newest, those before a random message and before one of the
// first hundredth, and those of a span of time.
func MeasureHistory(ctx context.Context, o HistoryOptions) (_ *HistoryReport, err error) {
	err = errors.Join(o.Validate(), positive("clients", o.Clients), positive("channels", []int{o.Channels}))
	if o.Messages < 10*pageSize || o.Busy < 0 {
		err = errors.Join(err, fmt.Errorf("want at least %d messages in the channel, and no negative number in others", 10*pageSize))
	}
	if err != nil {
		return nil, err
	}
	w, err := open(ctx, o.Options)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	big, poured, err := w.fill(ctx, o)
	if err != nil {
		return nil, err
	}
	r := &HistoryReport{Machine: machine(o.Options), Messages: o.Messages, Busy: o.Busy, Channels: o.Channels}
	for round := range o.Rounds {
		for _, clients := range o.Clients {
			for _, what := range []string{"newest", "random", "deep", "range"} {
				for _, t := range w.inTurn(round) {
					c := Cell{What: what, Round: round, Channels: 1}
					l, err := w.readers(ctx, t, big, what, clients, user, poured[t.name])
					if err == nil {
						c, err = w.measure(ctx, t, c, l, nil)
					}
					if err != nil {
						return nil, err
					}
					r.Cells = append(r.Cells, c)
				}
			}
		}
	}
	r.Rows = compare(r.Cells)
	return r, nil
}

// fill sends the messages to both servers, through their public interface,
// and returns what is in the big channel of each.
func (w *world) fill(ctx context.Context, o HistoryOptions) (channelNames, map[string]content, error) {
	sizes := append(slices.Clone(o.Clients), fillers)
	big, err := w.makeChannels(ctx, "big", 1, sizes)
	if err != nil {
		return channelNames{}, nil, err
	}
	others, err := w.makeChannels(ctx, "busy", o.Channels, []int{fillers})
	if err != nil {
		return channelNames{}, nil, err
	}
	poured := map[string]content{}
	for i, t := range w.targets {
		w.progress("%s: sending %d messages to one channel, then %d to %d others", t.name, o.Messages, o.Busy, o.Channels)
		in := content{from: time.Now()}
		all, err := w.pour(ctx, t, big, o.Messages, 2*i)
		if err != nil {
			return channelNames{}, nil, err
		}
		in.ids, in.to = all[2*pageSize:], time.Now()
		poured[t.name] = in
		if o.Busy > 0 {
			if _, err := w.pour(ctx, t, others, o.Busy, 2*i+1); err != nil {
				return channelNames{}, nil, err
			}
		}
	}
	return big[0], poured, w.settle(ctx, others[0])
}

// content is what the big channel of a server holds: the ids of its messages,
// without the first ones, before which there is no full page, and when they
// were sent.
type content struct {
	ids      []int64
	from, to time.Time
}

// query is the query of the page that a reader asks for.
func (c content) query(what string, random *rand.Rand) string {
	switch what {
	case "random":
		return "?before=" + strconv.FormatInt(c.ids[random.IntN(len(c.ids))], 10)
	case "deep":
		return "?before=" + strconv.FormatInt(c.ids[random.IntN(len(c.ids)/100+1)], 10)
	case "range":
		// A second in which messages were sent, with the one after it: the
		// first and the last may hold few.
		seconds := max(c.to.Unix()-c.from.Unix()-1, 1)
		start := c.from.Unix() + random.Int64N(seconds)
		return "?start=" + strconv.FormatInt(start, 10) + "&end=" + strconv.FormatInt(start+2, 10)
	}
	return ""
}

// pour sends a number of messages and returns their ids in order.
func (w *world) pour(ctx context.Context, t target, set channels, count int64, serial int) ([]int64, error) {
	l, err := w.senders(ctx, t, set, fillers, serial, false)
	if err != nil {
		return nil, err
	}
	l.Time, l.Count = time.Hour, count
	parts := make([][]int64, len(l.Clients))
	for i := range l.Clients {
		l.Clients[i].Done = func(_ int64, body []byte) error {
			id, err := strconv.ParseInt(string(messageID(body)), 10, 64)
			parts[i] = append(parts[i], id)
			return err
		}
	}
	s, err := l.Run(ctx)
	if err == nil && s.Refused > 0 {
		err = errors.New(s.Refusal)
	}
	if err != nil {
		return nil, fmt.Errorf("prepare messages on %s: %w", t.name, err)
	}
	all := slices.Concat(parts...)
	slices.Sort(all)
	return all, nil
}

func (w *world) readers(ctx context.Context, t target, big channelNames, what string, clients int,
	who func(int) string, in content,
) (Load, error) {
	l := Load{Want: http.StatusOK}
	path := messagesPath(big.on(t))
	for i := range clients {
		token, err := w.people.token(ctx, who(i))
		if err != nil {
			return l, err
		}
		get := NewGet(t.addr, token)
		random := rand.New(rand.NewPCG(uint64(i), 1))
		l.Clients = append(l.Clients, Client{
			Next: func(int64) []byte { return get.Bytes(path, in.query(what, random)) },
			Done: fullPage,
		})
	}
	return l, nil
}

// fullPage makes sure, now and then, that a page is what it should be.
func fullPage(n int64, body []byte) error {
	if n%100 != 0 {
		return nil
	}
	if got := bytes.Count(body, []byte(`"sender_id"`)); got != pageSize {
		return fmt.Errorf("a page of %d messages instead of %d: %.200s", got, pageSize, body)
	}
	return nil
}

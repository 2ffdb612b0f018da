package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// UnreadOptions are those of the measurement of channel lists.
type UnreadOptions struct {
	Options
	Clients  []int
	Channels []int // of the user who lists them
	Messages int64 // in each channel, all of others
}

// UnreadReport is what the list of a user's channels with unread counts costs.
type UnreadReport struct {
	Machine  Machine `json:"machine"`
	Messages int64   `json:"messages_per_channel"`
	Rows     []Row   `json:"rows"`
	Cells    []Cell  `json:"cells"`
}

// MeasureUnread measures the channel list of users of few and of many
// channels, in each of which others have written.
func MeasureUnread(ctx context.Context, o UnreadOptions) (_ *UnreadReport, err error) {
	err = errors.Join(o.Validate(), positive("clients", o.Clients), positive("channels", o.Channels))
	if slices.ContainsFunc(o.Channels, func(n int) bool { return n > 1000 }) {
		err = errors.Join(err, errors.New("a list has at most 1000 channels"))
	}
	if o.Messages < 1 {
		err = errors.Join(err, errors.New("want at least one message in each channel"))
	}
	if err != nil {
		return nil, err
	}
	w, err := open(ctx, o.Options)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	r := &UnreadReport{Machine: machine(o.Options), Messages: o.Messages}
	for _, n := range o.Channels {
		if err := w.crowd(ctx, n, o.Messages); err != nil {
			return nil, err
		}
	}
	for round := range o.Rounds {
		for _, clients := range o.Clients {
			for _, n := range o.Channels {
				for _, t := range w.inTurn(round) {
					c := Cell{What: "unread", Round: round, Channels: n}
					l, err := w.listers(ctx, t, clients, n, o.Messages)
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

// lister is the user who is in n channels.
func lister(n int) string { return fmt.Sprintf("lister-%d", n) }

// crowd makes n channels, lets a lister in and others write; the floor gets as
// many rows.
func (w *world) crowd(ctx context.Context, n int, messages int64) error {
	w.progress("preparing a user of %d channels with %d messages each", n, messages)
	set, err := w.makeChannels(ctx, fmt.Sprintf("crowd of %d", n), n, []int{fillers})
	if err != nil {
		return err
	}
	token, err := w.people.token(ctx, owner)
	if err != nil {
		return err
	}
	for _, c := range set {
		if err := w.api.addMember(ctx, token, c.parley, lister(n)); err != nil {
			return err
		}
	}
	if _, err := w.pour(ctx, w.parley, set, int64(n)*messages, n); err != nil {
		return err
	}
	for _, t := range w.targets {
		if t.name != floorName {
			continue
		}
		token, err := w.people.token(ctx, lister(n))
		if err != nil {
			return err
		}
		if _, err := newAPI("http://"+t.addr).call(ctx, http.MethodPost, "/v1/lists", token, map[string]int{"channels": n}, nil); err != nil {
			return err
		}
	}
	return w.settle(ctx, set[0])
}

// listers list the channels of one user.
func (w *world) listers(ctx context.Context, t target, clients, n int, messages int64) (Load, error) {
	l := Load{Want: http.StatusOK}
	token, err := w.people.token(ctx, lister(n))
	if err != nil {
		return l, err
	}
	for range clients {
		get := NewGet(t.addr, token)
		l.Clients = append(l.Clients, Client{
			Next: func(int64) []byte { return get.Bytes("/v1/channels", "") },
			Done: func(count int64, body []byte) error { return fullList(count, body, n, messages) },
		})
	}
	return l, nil
}

// fullList makes sure, now and then, that a list is what it should be.
func fullList(count int64, body []byte, n int, messages int64) error {
	if count%100 != 0 {
		return nil
	}
	if got := bytes.Count(body, []byte(`"unread_count":`)); got != n {
		return fmt.Errorf("a list of %d channels instead of %d: %.200s", got, n, body)
	}
	if bytes.Contains(body, []byte(`"unread_count":0`)) || messages < 1 {
		return fmt.Errorf("a channel without unread messages: %.200s", body)
	}
	return nil
}

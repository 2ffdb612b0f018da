package bench

import (
	"context"
	"errors"
	"slices"
)

// SendOptions are those of the measurement of sending.
type SendOptions struct {
	Options
	Clients  []int
	Channels []int
	Once     bool // with idempotency keys
	Probes   int  // of the lag, in each situation; 0 for none
}

// SendReport is what sending and becoming visible cost.
type SendReport struct {
	Machine Machine `json:"machine"`
	Once    bool    `json:"once"`
	Rows    []Row   `json:"rows"`
	Lags    []Lag   `json:"lags,omitempty"`
	Cells   []Cell  `json:"cells"`
}

// MeasureSend measures sends per second at several numbers of clients and
// channels, with all projections running, and the lag from the
// acknowledgement of a message until another user sees it.
func MeasureSend(ctx context.Context, o SendOptions) (_ *SendReport, err error) {
	if err := errors.Join(o.Validate(), positive("clients", o.Clients), positive("channels", o.Channels)); err != nil {
		return nil, err
	}
	w, err := open(ctx, o.Options)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	w.progress("preparing users and channels")
	sets := map[int]channels{}
	for _, n := range o.Channels {
		if sets[n], err = w.makeChannels(ctx, "send", n, append(slices.Clone(o.Clients), lagClients)); err != nil {
			return nil, err
		}
	}
	r := &SendReport{Machine: machine(o.Options), Once: o.Once}
	serial := 0 // makes the texts and the keys of each cell its own
	for round := range o.Rounds {
		for _, clients := range o.Clients {
			for _, n := range o.Channels {
				for _, t := range w.inTurn(round) {
					serial++
					c := Cell{What: "send", Round: round, Channels: n}
					if c, err = w.sendCell(ctx, t, c, sets[n], clients, serial, o.Once); err != nil {
						return nil, err
					}
					r.Cells = append(r.Cells, c)
				}
			}
		}
	}
	r.Rows = compare(r.Cells)
	if o.Probes > 0 && !w.people.single() {
		r.Lags, err = w.lags(ctx, o.Probes, sets[slices.Max(o.Channels)])
	}
	return r, err
}

func (w *world) sendCell(ctx context.Context, t target, c Cell, set channels, clients, serial int, once bool) (Cell, error) {
	l, err := w.senders(ctx, t, set, clients, serial, once)
	if err != nil {
		return c, err
	}
	var settle func() error
	if t.addr == w.parley.addr {
		settle = func() error { return w.settle(ctx, set[0]) }
	}
	return w.measure(ctx, t, c, l, settle)
}

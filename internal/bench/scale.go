package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
)

// ScaleOptions are those of the comparison of a small and a large server.
type ScaleOptions struct {
	Options
	Small, Large int64 // messages, in all channels together
	Channels     int
	Clients      int
}

// ScaleReport is what the same requests cost where little is stored and where
// much is. In rows and cells the small server stands in the place of the floor.
type ScaleReport struct {
	Machine  Machine `json:"machine"`
	Small    int64   `json:"small"`
	Large    int64   `json:"large"`
	Channels int     `json:"channels"`
	Rows     []Row   `json:"rows"`
	Cells    []Cell  `json:"cells"`
}

// Write prints the report for people.
func (r *ScaleReport) Write(out io.Writer) error {
	fmt.Fprintf(out, "The same requests to a server of %d messages, here in the columns of the floor, and to one of %d, in %d channels.\n%s\n",
		r.Small, r.Large, r.Channels, r.Machine)
	return writeRows(out, r.Rows, true)
}

// smallName is the server of few messages: it stands where the floor stands.
const smallName = floorName

// MeasureScale fills two servers, then measures them in turn.
func MeasureScale(ctx context.Context, o ScaleOptions) (_ *ScaleReport, err error) {
	err = errors.Join(o.Validate(), positive("clients", []int{o.Clients}), positive("channels", []int{o.Channels}))
	if o.Server != "" {
		err = errors.Join(err, errors.New("servers of this command's own are compared"))
	}
	if o.Small < int64(10*pageSize*o.Channels) || o.Large <= o.Small {
		err = errors.Join(err, fmt.Errorf("want at least %d messages for each channel, and more on the large server", 10*pageSize))
	}
	if err != nil {
		return nil, err
	}
	w, err := openWith(ctx, o.Options, "small", parleyName)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	w.targets[0].name = smallName
	r := &ScaleReport{Machine: machine(o.Options), Small: o.Small, Large: o.Large, Channels: o.Channels}
	places, set, err := w.fillBoth(ctx, o)
	if err != nil {
		return nil, err
	}
	for round := range o.Rounds {
		for _, what := range []string{"newest", "random", "deep", "unread", "send"} {
			for _, t := range w.inTurn(round) {
				c := Cell{What: what, Round: round, Channels: o.Channels}
				if c, err = w.scaleCell(ctx, t, c, set, places[t.name], o.Clients); err != nil {
					return nil, err
				}
				r.Cells = append(r.Cells, c)
			}
		}
	}
	r.Rows = compare(r.Cells)
	return r, nil
}

// fillBoth makes the same channels on both and sends the messages.
func (w *world) fillBoth(ctx context.Context, o ScaleOptions) (map[string]content, channels, error) {
	places := map[string]content{}
	var both channels
	for i, t := range w.targets {
		w.use(t)
		set, err := w.makeChannels(ctx, "scale", o.Channels, []int{o.Clients, fillers})
		if err != nil {
			return nil, nil, err
		}
		if both == nil {
			both = slices.Clone(set)
		}
		count := o.Large
		if t.name == smallName {
			count = o.Small
		}
		for c := range set {
			if t.name == smallName {
				both[c].floor = set[c].parley
			} else {
				both[c].parley = set[c].parley
			}
		}
		w.progress("sending %d messages to %d channels", count, o.Channels)
		ids, err := w.pour(ctx, t, both.only(t), count, i)
		if err != nil {
			return nil, nil, err
		}
		places[t.name] = content{ids: ids[2*pageSize*o.Channels:]}
		if err := w.settle(ctx, set[0]); err != nil {
			return nil, nil, err
		}
	}
	return places, both, nil
}

func (w *world) scaleCell(ctx context.Context, t target, c Cell, set channels, in content, clients int) (Cell, error) {
	set = set.only(t)
	switch c.What {
	case "send":
		w.use(t)
		return w.sendCell(ctx, t, c, set, clients, c.Round*10+len(t.name), false)
	case "unread":
		l, err := w.ownerLists(ctx, t, clients)
		if err != nil {
			return c, err
		}
		return w.measure(ctx, t, c, l, nil)
	}
	// Ids rise over all channels, so any of them is a place in each.
	l, err := w.readers(ctx, t, set[len(set)/2], c.What, clients, func(int) string { return owner }, in)
	if err != nil {
		return c, err
	}
	return w.measure(ctx, t, c, l, nil)
}

// ownerLists list the channels of the user who is in all of them.
func (w *world) ownerLists(ctx context.Context, t target, clients int) (Load, error) {
	l := Load{Want: http.StatusOK}
	token, err := w.people.token(ctx, owner)
	if err != nil {
		return l, err
	}
	for range clients {
		get := NewGet(t.addr, token)
		l.Clients = append(l.Clients, Client{Next: func(n int64) []byte {
			return get.Bytes("/v1/channels", "?limit="+strconv.Itoa(1000))
		}})
	}
	return l, nil
}

package bench

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// MixedOptions are those of the measurement of a mixture.
type MixedOptions struct {
	Options
	Clients  []int
	Channels []int
}

// MixedReport is what a mixture of commands costs.
type MixedReport struct {
	Machine Machine `json:"machine"`
	Rows    []Row   `json:"rows"`
	Cells   []Cell  `json:"cells"`
}

// MeasureMixed measures commands as people give them: of twenty, sixteen are
// messages, two reactions, one an edit, one a read cursor.
func MeasureMixed(ctx context.Context, o MixedOptions) (_ *MixedReport, err error) {
	if err := errors.Join(o.Validate(), positive("clients", o.Clients), positive("channels", o.Channels)); err != nil {
		return nil, err
	}
	w, err := open(ctx, o.Options)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	w.progress("preparing users and channels")
	r := &MixedReport{Machine: machine(o.Options)}
	sets := map[int]channels{}
	for _, n := range o.Channels {
		if sets[n], err = w.makeChannels(ctx, "mixed", n, slices.Clone(o.Clients)); err != nil {
			return nil, err
		}
	}
	for round := range o.Rounds {
		for _, clients := range o.Clients {
			for _, n := range o.Channels {
				for _, t := range w.inTurn(round) {
					c := Cell{What: "mixed", Round: round, Channels: n}
					if c, err = w.mixedCell(ctx, t, c, sets[n], clients); err != nil {
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

func (w *world) mixedCell(ctx context.Context, t target, c Cell, set channels, clients int) (Cell, error) {
	l := Load{Addr: t.addr}
	run := rand.Text()[:8]
	for i := range clients {
		token, err := w.people.token(ctx, user(i))
		if err != nil {
			return c, err
		}
		m := &mixer{call: NewCall(t.addr, token)}
		for _, at := range turn(i, clients, len(set)) {
			path := "/v1/channels/" + set[at].on(t)
			m.paths = append(m.paths, path)
			m.sends = append(m.sends, NewSend(t.addr, path+"/messages", token, fmt.Sprintf("%s-%d", run, i), false))
		}
		l.Clients = append(l.Clients, Client{Next: m.next, Done: m.done, Want: m.want})
	}
	var settle func() error
	if t.addr == w.parley.addr {
		settle = func() error { return w.settle(ctx, set[0]) }
	}
	return w.measure(ctx, t, c, l, settle)
}

// mixer is a client that sends, and does something to the message it sent
// last.
type mixer struct {
	call  *Call
	paths []string
	sends []*Send
	last  string // message
	at    string // its channel's path
}

// period is how many commands a mixture repeats after; at these places of it
// a command is no message.
const (
	period  = 20
	reacts1 = 6
	reacts2 = 13
	edits   = 16
	reads   = 19
)

func (m *mixer) next(n int64) []byte {
	number := strconv.FormatInt(n, 10)
	switch n % period {
	case reacts1, reacts2:
		return m.call.Bytes(http.MethodPost, m.at+"/messages/"+m.last+"/reactions", `{"emote_asset_id":"1`+number+`"}`)
	case edits:
		return m.call.Bytes(http.MethodPut, m.at+"/messages/"+m.last, `{"body":"edited `+number+" "+text+`"}`)
	case reads:
		return m.call.Bytes(http.MethodPost, m.at+"/read", `{"last_read_message_id":"`+m.last+`"}`)
	}
	at := n % int64(len(m.sends))
	m.at = m.paths[at]
	return m.sends[at].Bytes(n)
}

func (m *mixer) want(n int64) int {
	switch n % period {
	case edits, reads:
		return http.StatusOK
	}
	return http.StatusCreated
}

func (m *mixer) done(n int64, body []byte) error {
	switch n % period {
	case reacts1, reacts2, edits, reads:
		return nil
	}
	id := messageID(body)
	if id == nil {
		return fmt.Errorf("a message without an id: %.200s", body)
	}
	m.last = string(bytes.Clone(id))
	return nil
}

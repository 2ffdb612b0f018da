package native

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"parley/api/envelope"
	"parley/commands"
	"parley/domain"
	"parley/internal/auth"
	"parley/internal/fanout"
	"parley/internal/limits"
	"parley/internal/socket"
	"parley/queries"
)

// socketRequests is the bucket from which frames and handshakes take.
const socketRequests = limits.Other

// Bounds of one socket.
const (
	maxSubscriptions = 1000
	// catchUpTimeout is how long a subscription may take that has a past to
	// show.
	catchUpTimeout = time.Minute
)

// session is an open socket and whose it is.
type session struct {
	s          *Sockets
	conn       *socket.Conn
	actor      domain.Actor
	credential auth.Credential
	expires    time.Time
	format     *format
	ctx        context.Context // ends with the socket
	cancel     context.CancelFunc

	mu   sync.Mutex
	subs map[domain.ChannelID]*held
}

// held is a subscription that a socket has, until it has ended.
type held struct {
	sub   *fanout.Subscription
	ended bool
}

func newSession(s *Sockets, conn *socket.Conn, open auth.Session, f *format) *session {
	o := &session{
		s: s, conn: conn, actor: open.Actor, credential: open.Credential, expires: open.Expires, format: f,
		subs: map[domain.ChannelID]*held{},
	}
	o.ctx, o.cancel = context.WithCancel(context.Background())
	return o
}

// run reads frames until the socket ends.
func (o *session) run() {
	defer o.end()
	for {
		text, err := o.conn.Read()
		if err != nil {
			return
		}
		o.take(text)
	}
}

// end gives everything back that the socket has.
func (o *session) end() {
	o.cancel()
	o.mu.Lock()
	subs := slices.Collect(maps.Values(o.subs))
	clear(o.subs)
	o.mu.Unlock()
	for _, h := range subs {
		h.sub.End()
	}
	o.conn.Release()
	o.s.exit(o)
}

// take answers one frame of the client.
func (o *session) take(text []byte) {
	kind, data, err := parseFrame(text)
	switch {
	case err != nil:
	case kind == "heartbeat":
		o.conn.Push(frame("heartbeat_ack", map[string]int64{"server_time": o.s.Now().Unix()}))
		return
	}
	channel, given, bad := data.channel()
	if err == nil {
		err = bad
	}
	ctx, cancel := context.WithTimeout(o.ctx, requestTimeout)
	defer cancel()
	if limited := o.limited(ctx); limited != nil {
		err = limited
	}
	if err == nil {
		err = o.do(ctx, kind, channel, data)
	}
	if err != nil && o.ctx.Err() == nil {
		o.refuse(err, given)
	}
}

func (o *session) do(ctx context.Context, kind string, channel domain.ChannelID, data object) error {
	switch kind {
	case "subscribe":
		return o.subscribe(ctx, channel, data)
	case "unsubscribe":
		o.unsubscribe(channel)
		return nil
	case "typing":
		_, err := o.s.Commands.SignalTyping(ctx, commands.SignalTyping{By: o.actor, Channel: channel})
		return err
	}
	return errFrameType
}

var errFrameType = domain.ErrInvalidRequest.Because("type is heartbeat, subscribe, unsubscribe or typing")

// limited takes a frame from the user's bucket (CH-019).
func (o *session) limited(ctx context.Context) error {
	retry, err := o.s.Limits.Allow(ctx, o.actor.App, o.actor.User(), socketRequests)
	if err == nil && retry > 0 {
		err = domain.ErrRateLimited.Because("too many frames; wait %d ms", max(retry.Milliseconds(), 1))
	}
	return err
}

// refuse tells the client what is wrong; the socket stays open (CH-806,
// CH-809).
func (o *session) refuse(err error, channel string) {
	refusal := envelope.RefusalOf(o.s.Logger, o.actor.Request, socketRoute, err)
	body := map[string]string{"code": refusal.Code, "message": refusal.Message}
	if channel != "" {
		body["channel_id"] = channel
	}
	o.conn.Push(frame("error", body))
}

// socketRoute is where sockets are opened.
const socketRoute = "/v1/ws"

// subscribe answers CH-805 and CH-806. With after, the seq that the client has
// seen last, it gets what it has missed first (CH-824).
func (o *session) subscribe(ctx context.Context, channel domain.ChannelID, data object) error {
	after, err := data.after()
	if err != nil {
		return err
	}
	o.mu.Lock()
	old, n := o.subs[channel], len(o.subs)
	o.mu.Unlock()
	switch {
	case old != nil && after == nil:
		head, err := o.head(ctx, channel)
		if err == nil {
			o.conn.Push(o.confirmation(channel, head, false)...)
		}
		return err
	case old != nil:
		o.unsubscribeQuietly(channel)
	case n >= maxSubscriptions:
		return domain.ErrTooManySubscriptions
	}
	long, cancel := context.WithTimeout(o.ctx, catchUpTimeout)
	defer cancel()
	h := &held{}
	sub, err := o.s.Hub.Subscribe(long, fanout.Want{
		Topic: fanout.Topic{App: o.actor.App, Channel: channel}, User: o.actor.User(), Sink: o.conn, Format: o.format, After: after,
		Head:    func(context.Context) (queries.LogHead, error) { return o.head(ctx, channel) },
		Confirm: func(head queries.LogHead, gap bool) [][]byte { return o.confirmation(channel, head, gap) },
		Gone:    func() { o.forget(channel, h) },
	})
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if h.sub = sub; !h.ended {
		o.subs[channel] = h
	}
	return nil
}

// forget drops a subscription that the hub has ended.
func (o *session) forget(channel domain.ChannelID, h *held) {
	o.mu.Lock()
	defer o.mu.Unlock()
	h.ended = true
	if o.subs[channel] == h {
		delete(o.subs, channel)
	}
}

// head reads where a channel stands and whether the user may read it, after
// everything that was acknowledged to anybody before. If the read models are too
// far behind for that, it is what the user wrote himself.
func (o *session) head(ctx context.Context, channel domain.ChannelID) (queries.LogHead, error) {
	ctx = queries.WithAbout(ctx, &queries.About{Actor: o.actor, Channel: channel})
	newest, err := o.s.Commands.Head(ctx)
	if err != nil {
		return queries.LogHead{}, err
	}
	head, err := o.headAt(ctx, channel, newest, patience/2)
	if !errors.Is(err, queries.ErrBehind) {
		return head, err
	}
	own, err := o.s.Commands.OwnWrites(ctx, o.actor)
	if err != nil {
		return queries.LogHead{}, err
	}
	return o.headAt(ctx, channel, own, patience)
}

func (o *session) headAt(ctx context.Context, channel domain.ChannelID, at int64, wait time.Duration) (queries.LogHead, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	head, in, err := o.s.Queries.LogHead(ctx, queries.Freshness(at), o.actor.App, o.actor.User(), channel)
	if err != nil {
		return head, err
	}
	return head, domain.Authorize(o.actor, domain.ReadChannel, in)
}

// confirmation is what a client gets before the first frame of a channel.
func (o *session) confirmation(channel domain.ChannelID, head queries.LogHead, gap bool) [][]byte {
	body := subscribed{ChannelID: channel, Seq: head.Seq}
	if head.LastMessage != 0 {
		body.LastMessageID = &head.LastMessage
	}
	frames := [][]byte{frame("subscribed", body)}
	if gap {
		frames = append(frames, frame("discontinuity", subscribed{ChannelID: channel, Seq: head.Seq, LastMessageID: body.LastMessageID}))
	}
	return frames
}

type subscribed struct {
	ChannelID     domain.ChannelID  `json:"channel_id"`
	LastMessageID *domain.MessageID `json:"last_message_id"`
	Seq           int64             `json:"seq"`
}

// unsubscribe answers CH-807.
func (o *session) unsubscribe(channel domain.ChannelID) {
	o.unsubscribeQuietly(channel)
	o.conn.Push(frame("unsubscribed", map[string]domain.ChannelID{"channel_id": channel}))
}

func (o *session) unsubscribeQuietly(channel domain.ChannelID) {
	o.mu.Lock()
	h := o.subs[channel]
	delete(o.subs, channel)
	o.mu.Unlock()
	if h != nil {
		h.sub.End()
	}
}

// parseFrame reads a frame of the client (CH-803).
func parseFrame(text []byte) (kind string, data object, err error) {
	o, err := parseObject(text)
	if err != nil {
		return "", nil, domain.ErrInvalidRequest.Because("a frame is a JSON object with type and data")
	}
	if kind, err = o.text("type"); err != nil || kind == "" {
		return "", nil, errFrameType
	}
	if !o.has("data") {
		return kind, nil, knownType(kind)
	}
	if err := json.Unmarshal(o["data"], &data); err != nil {
		return kind, nil, domain.ErrInvalidRequest.Because("data is not an object")
	}
	return kind, data, knownType(kind)
}

// knownType refuses frames of any other type than those of the contract.
func knownType(kind string) error {
	switch kind {
	case "heartbeat", "subscribe", "unsubscribe", "typing":
		return nil
	}
	return errFrameType
}

// channel reads channel_id: an id of the wrong form is that of no channel
// (CH-025).
func (o object) channel() (id domain.ChannelID, given string, err error) {
	given, err = o.id("channel_id")
	if err != nil || given == "" {
		return 0, "", domain.ErrInvalidRequest.Because("channel_id is the id of a channel")
	}
	if n, err := domain.ParseID(given); err == nil {
		return domain.ChannelID(n), given, nil
	}
	return 0, given, domain.ErrChannelNotFound
}

// after reads the seq that the client has seen last, nil without one.
func (o object) after() (*int64, error) {
	if !o.has("after") {
		return nil, nil
	}
	n, ok := o.number("after")
	if !ok {
		return nil, domain.ErrInvalidRequest.Because("after is a seq: a non-negative integer")
	}
	return &n, nil
}

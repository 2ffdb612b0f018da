package native

import (
	"context"
	"encoding/json"
	"strconv"

	"parley/commands"
	"parley/domain"
	"parley/internal/fanout"
	"parley/internal/socket"
	"parley/queries"
)

// namesOfPage is the value of names with which a socket gets the names and
// fields of the companion page (CH-811).
const namesOfPage = "page"

// format renders what happens in channels for sockets, by default or by the
// names of the companion page.
type format struct {
	s    *Sockets
	page bool
}

var _ fanout.Format = (*format)(nil)

// Types of the events that have a frame of their own.
var (
	messageSent      = domain.MessageSent{}.Type()
	messageEdited    = domain.MessageEdited{}.Type()
	messageDeleted   = domain.MessageDeleted{}.Type()
	reactionAdded    = domain.ReactionAdded{}.Type()
	reactionRemoved  = domain.ReactionRemoved{}.Type()
	channelCreated   = domain.ChannelCreated{}.Type()
	channelRenamed   = domain.ChannelRenamed{}.Type()
	channelDeleted   = domain.ChannelDeleted{}.Type()
	memberAdded      = domain.MemberAdded{}.Type()
	memberRemoved    = domain.MemberRemoved{}.Type()
	memberChanged    = domain.MemberRoleChanged{}.Type()
	ownerTransferred = domain.OwnershipTransferred{}.Type()
)

// Frames renders entries (CH-811 to CH-817). Each has a frame, so that seq
// has no gaps (CH-819).
func (f *format) Frames(ctx context.Context, t fanout.Topic, entries []queries.Entry) ([]fanout.Frame, error) {
	frames := make([]fanout.Frame, 0, len(entries))
	for _, e := range entries {
		parts, err := f.parts(ctx, t, e)
		if err != nil {
			return nil, err
		}
		for n, p := range parts {
			frames = append(frames, fanout.Frame{Seq: e.Seq, Bytes: numbered(t.Channel, e.Seq, n, p)})
		}
	}
	return frames, nil
}

// part is the type and the data of a frame.
type part struct {
	kind string
	data []byte
}

// numbered is a frame of a channel, with event_id and seq (CH-803). One event
// may have several.
func numbered(c domain.ChannelID, seq int64, n int, p part) []byte {
	b := make([]byte, 0, 96+len(p.data))
	b = append(b, `{"type":"`...)
	b = append(b, p.kind...)
	b = append(b, `","event_id":"`...)
	b = strconv.AppendInt(b, int64(c), 10)
	b = strconv.AppendInt(append(b, '-'), seq, 10)
	if n > 0 {
		b = strconv.AppendInt(append(b, '.'), int64(n), 10)
	}
	b = append(b, `","seq":`...)
	b = strconv.AppendInt(b, seq, 10)
	b = append(b, `,"data":`...)
	b = append(b, p.data...)
	return socket.Frame(append(b, '}'))
}

// frame is one that belongs to no channel's log.
func frame(kind string, data any) []byte {
	b, err := json.Marshal(map[string]any{"type": kind, "data": data})
	if err != nil {
		panic(err) // the values of this package can all be encoded
	}
	return socket.Frame(b)
}

func (f *format) parts(ctx context.Context, t fanout.Topic, e queries.Entry) ([]part, error) {
	switch e.Type {
	case messageSent, messageEdited:
		return f.message(t, e), nil
	case messageDeleted:
		return one("message_delete", map[string]any{
			"id": e.ID, "channel_id": t.Channel, "deleted_by": e.Actor, "deleted_at": seconds(e.At),
		}), nil
	case reactionAdded:
		return one("reaction_add", reactionOf(t.Channel, e)), nil
	case reactionRemoved:
		return one("reaction_remove", reactionOf(t.Channel, e)), nil
	case memberRemoved:
		return one("member_remove", map[string]any{"channel_id": t.Channel, "user_id": e.Subject}), nil
	case channelDeleted:
		return one("channel_delete", map[string]any{"id": t.Channel}), nil
	case memberAdded:
		return f.members(ctx, t, e, "member_add", domain.UserID(e.Subject))
	case memberChanged:
		return f.members(ctx, t, e, "member_update", domain.UserID(e.Subject))
	case channelCreated, channelRenamed:
		return f.channel(ctx, t, e)
	case ownerTransferred: // two roles change, and the owner
		users, err := f.members(ctx, t, e, "member_update", domain.UserID(e.Subject), e.Actor)
		if err != nil {
			return nil, err
		}
		channel, err := f.channel(ctx, t, e)
		return append(users, channel...), err
	}
	return other(t, e), nil
}

func one(kind string, data any) []part {
	b, err := json.Marshal(data)
	if err != nil {
		panic(err) // the values of this package can all be encoded
	}
	return []part{{kind, b}}
}

// other is the frame of an event that clients need not know.
func other(t fanout.Topic, e queries.Entry) []part {
	return one("other", map[string]any{"channel_id": t.Channel, "event": e.Type})
}

// message shows the message as it is now, also after a sending that was edited
// or deleted meanwhile.
func (f *format) message(t fanout.Topic, e queries.Entry) []part {
	kind := "message_update"
	if e.Type == messageSent {
		kind = "message"
		if f.page {
			kind = "message_create"
		}
	}
	if e.Message == nil {
		return other(t, e) // its row stands still
	}
	b := appendMessage(make([]byte, 0, messageSize+2*len(e.Message.Text)), *e.Message)
	if !f.page {
		return []part{{kind, b}}
	}
	b = append(b[:len(b)-1], `,"content":`...)
	b = domain.AppendJSONString(b, e.Message.Text)
	if e.Type == messageSent {
		b = append(b, `,"author":{"id":`...)
		b = domain.AppendJSONString(b, string(e.Message.Sender))
		b = append(b, `,"display_name":`...)
		b = append(domain.AppendJSONString(b, e.Message.SenderName), '}')
	}
	return []part{{kind, append(b, '}')}}
}

type reactionFrame struct {
	ChannelID domain.ChannelID `json:"channel_id"`
	MessageID domain.MessageID `json:"message_id"`
	UserID    domain.UserID    `json:"user_id"`
	Emote     string           `json:"emote_asset_id"`
	Count     int64            `json:"count"`
}

func reactionOf(c domain.ChannelID, e queries.Entry) reactionFrame {
	return reactionFrame{c, e.ID, e.Actor, e.Subject, e.Count}
}

type memberFrame struct {
	ChannelID domain.ChannelID `json:"channel_id"`
	member
}

// members shows members as they are now; who has left meanwhile is shown as
// having joined, since the frame of the leaving follows.
func (f *format) members(ctx context.Context, t fanout.Topic, e queries.Entry, kind string, users ...domain.UserID) ([]part, error) {
	var parts []part
	for _, u := range users {
		if u == "" {
			continue // the operator has acted
		}
		m, found, err := f.s.Queries.Member(ctx, 0, t.App, t.Channel, u)
		if err != nil {
			return nil, err
		}
		if !found {
			m = queries.Member{User: u, Role: domain.RoleMember, JoinedAt: e.At}
			if m.DisplayName, err = f.s.Commands.DisplayName(ctx, t.App, u); err != nil {
				return nil, err
			}
		}
		parts = append(parts, one(kind, memberFrame{t.Channel, newMember(m)})...)
	}
	return parts, nil
}

// channel shows the channel as it is now, as somebody sees it who is not in
// it: what differs from member to member is left out.
func (f *format) channel(ctx context.Context, t fanout.Topic, e queries.Entry) ([]part, error) {
	c, found, err := f.s.Queries.Channel(ctx, 0, t.App, "", t.Channel)
	if err != nil {
		return nil, err
	}
	if !found {
		return other(t, e), nil // the frame of its deletion follows
	}
	return []part{{"channel_update", appendChannel(make([]byte, 0, channelSize), &c)}}, nil
}

// typing is the frame of CH-816.
func (f *format) typing(c domain.ChannelID, u domain.UserID, name string) []byte {
	kind := "typing"
	if f.page {
		kind = "typing_start"
	}
	return frame(kind, map[string]any{"channel_id": c, "user_id": u, "display_name": name})
}

// ShowTyping shows a signal to those who have subscribed here. It does not
// block; what finds no room is not shown.
func (s *Sockets) ShowTyping(t commands.TypingSignal) {
	if !s.Hub.Listened(fanout.Topic{App: t.App, Channel: t.Channel}) {
		return
	}
	select {
	case s.typists <- t:
	default:
	}
}

func (s *Sockets) showTyping(ctx context.Context) {
	for {
		select {
		case t := <-s.typists:
			name, err := s.Commands.DisplayName(ctx, t.App, t.User)
			if err != nil {
				continue // typing may be lost
			}
			s.Hub.Signal(fanout.Topic{App: t.App, Channel: t.Channel}, t.User, func(f fanout.Format) []byte {
				return f.(*format).typing(t.Channel, t.User, name)
			})
		case <-ctx.Done():
			return
		}
	}
}

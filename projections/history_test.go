package projections_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"parley/domain"
	"parley/internal/eventstore"
)

// history writes a log as the rules allow it, and keeps a naive account of
// what each user has not read.
type history struct {
	*journal
	rand     *rand.Rand
	version  int64
	channels map[place]*talk
	users    map[member]*domain.User
}

type place struct {
	app domain.AppID
	id  domain.ChannelID
}

type member struct {
	app  domain.AppID
	user domain.UserID
}

// talk is a channel as the rules see it and as a reader would count it.
type talk struct {
	*domain.Channel
	deleted  bool
	messages []*spoken
	read     map[domain.UserID]int // how many messages were read, by members
}

type spoken struct {
	*domain.Message
	id   domain.MessageID
	by   domain.UserID
	gone bool
}

var (
	historyApps  = []domain.AppID{"shop", "desk"}
	historyUsers = []domain.UserID{"ann", "bob", "<cid>", `d"an`, "é,v"}
	historyIDs   = []domain.ChannelID{3, 7, 7, 7, 7, 1<<63 - 1} // one is busier than the others
)

// newHistory makes a log of about that many steps. Equal seeds make equal
// beginnings, so a failing history shrinks to its shortest one.
func newHistory(t testing.TB, seed uint64, steps int) *history {
	h := &history{journal: newJournal(t), rand: rand.New(rand.NewPCG(seed, 1)), channels: map[place]*talk{}, users: map[member]*domain.User{}}
	for range steps {
		h.step()
	}
	return h
}

func pick[T any](h *history, from []T) T { return from[h.rand.IntN(len(from))] }

// some picks up to n.
func some(h *history, n int) (users []domain.UserID) {
	for range h.rand.IntN(n + 1) {
		if u := pick(h, historyUsers); !slices.Contains(users, u) {
			users = append(users, u)
		}
	}
	return users
}

func (h *history) step() {
	h.app = pick(h, historyApps)
	by := pick(h, historyUsers)
	p := place{h.app, pick(h, historyIDs)}
	c := h.channels[p]
	kind := h.rand.IntN(22)
	if c != nil && h.rand.IntN(8) > 0 { // mostly somebody who may
		by = pick(h, slices.Sorted(maps.Keys(c.read)))
		if kind >= 15 && c.Owner() != "" {
			by = c.Owner()
		}
	}
	switch {
	case kind >= 20:
		h.presence(p, by)
	case kind == 0:
		h.aboutUser(by)
	case c == nil:
		h.create(p, by)
	case kind < 7:
		h.send(p, c, by)
	case kind == 7:
		h.sendFromElsewhere(p, c, pick(h, append(historyUsers, "")))
	case kind < 12:
		h.change(p, c, by)
	case kind < 15:
		h.advance(p, c, by)
	case kind < 18:
		h.membership(p, c, by)
	default:
		h.unusual(p, c, by)
	}
}

// decided appends what a rule answered and folds it.
func (h *history) decided(stream string, by domain.UserID, s domain.State, events []domain.Event, err error) bool {
	if err != nil || len(events) == 0 {
		return false
	}
	res := h.on(stream, by, events...)
	name, err := domain.ParseStream(stream)
	if err != nil {
		h.t.Fatal(err)
	}
	for i, e := range events {
		s.Evolve(domain.Recorded{Event: e, Stream: name, Revision: int64(res.Revision) - int64(len(events)-1-i)})
	}
	return true
}

func (h *history) actor(u domain.UserID) domain.Actor {
	return domain.Actor{App: h.app, Kind: domain.ActorUser, ID: string(u)}
}

func (h *history) create(p place, by domain.UserID) {
	c := &talk{Channel: domain.NewChannel(), read: map[domain.UserID]int{}}
	kind := pick(h, []domain.ChannelKind{domain.DM, domain.Group, domain.Room, domain.Room})
	events := domain.CreateNamed(p.id, kind, by, "name")
	if kind == domain.DM {
		other := pick(h, historyUsers)
		if other == by {
			return
		}
		events, _ = c.CreateDM(by, other, domain.PairKey(by, other))
		c.read[other] = 0
	}
	c.read[by] = 0
	h.decided(domain.ChannelStream(p.app, p.id), by, c.Channel, events, nil)
	h.channels[p] = c
}

func (h *history) send(p place, c *talk, by domain.UserID) {
	mentions := some(h, 3)
	events, err := c.Send(h.actor(by), domain.SendMessage{
		Content: domain.Content{Text: "hello", SenderName: string(by)}, Author: domain.UserSubject(by, 1), Mentions: mentions,
	})
	if err != nil {
		return
	}
	h.spoke(p, c, by, events[0])
}

// sendFromElsewhere appends what other faces let pass: messages of users who
// are no members, and of nobody.
func (h *history) sendFromElsewhere(p place, c *talk, by domain.UserID) {
	e := said(by)
	if by == "" {
		e.SenderKind = domain.ActorSystem
	}
	h.spoke(p, c, by, e)
}

func (h *history) spoke(p place, c *talk, by domain.UserID, e domain.Event) {
	res := h.append(eventstore.Write{Stream: domain.MessagePrefix(p.app, p.id), Draw: true}, by, e)
	m := &spoken{Message: domain.NewMessage(), id: domain.MessageID(res.ID), by: by}
	m.Evolve(domain.Recorded{Event: e, Stream: domain.StreamName{Message: m.id}})
	c.messages = append(c.messages, m)
	if _, member := c.read[by]; member {
		c.read[by] = len(c.messages)
	}
}

// change edits, deletes or reacts to a message, more often to a late one.
func (h *history) change(p place, c *talk, by domain.UserID) {
	if len(c.messages) == 0 {
		return
	}
	m := c.messages[len(c.messages)-1-min(h.rand.IntN(6), len(c.messages)-1)]
	stream := domain.MessageStream(p.app, p.id, m.id)
	h.version++
	var events []domain.Event
	var err error
	switch h.rand.IntN(6) {
	case 0, 1:
		events, err = m.Edit(domain.EditMessage{
			By: by, Any: true, Version: h.version, Content: domain.Content{Text: "changed"},
			Mentions: some(h, 2),
		})
	case 2, 5:
		events, err = m.Delete(by, true, h.version)
		m.gone = m.gone || err == nil
	case 3:
		events, err = m.React(by, pick(h, []string{"like", "<3", `"`}), h.version)
	case 4:
		events, err = m.Unreact(by, pick(h, []string{"like", "<3", `"`}), h.version)
	}
	h.decided(stream, by, m.Message, events, err)
}

func (h *history) advance(p place, c *talk, by domain.UserID) {
	had, in := c.read[by]
	if len(c.messages) == 0 || !in {
		return
	}
	to := 1 + h.rand.IntN(len(c.messages))
	for h.rand.IntN(3) > 0 && to < len(c.messages) && !c.messages[to-1].gone { // often a deleted one
		to++
	}
	h.read(p.id, by, c.messages[to-1].id)
	c.read[by] = max(had, to)
}

func (h *history) membership(p place, c *talk, by domain.UserID) {
	other := pick(h, historyUsers)
	stream := domain.ChannelStream(p.app, p.id)
	if h.rand.IntN(2) == 0 {
		events, err := c.Remove(h.actor(by), other, nil)
		if h.decided(stream, by, c.Channel, events, err) {
			delete(c.read, other)
		}
		return
	}
	events, err := c.Add(h.actor(by), domain.AddMember{User: other})
	if h.decided(stream, by, c.Channel, events, err) {
		c.read[other] = len(c.messages)
	}
}

// presence appends what a node says of a channel, now and then twice.
func (h *history) presence(p place, by domain.UserID) {
	n := pick(h, []domain.NodeID{"a", "b", "c"})
	on := func(e domain.Event) { h.on(domain.PresenceStream(p.app, p.id), by, e) }
	ofNode := func(e domain.Event) { h.on(domain.NodeStream(p.app, n), by, e) }
	switch h.rand.IntN(12) {
	case 0, 1, 2, 3, 4:
		on(domain.PresenceEntered{User: by, Node: n})
	case 5, 6:
		on(domain.PresenceLeft{User: by, Node: n})
	case 7, 8, 9:
		figures := map[domain.ChannelID]domain.Gauges{}
		for range 1 + h.rand.IntN(3) {
			figures[pick(h, historyIDs)] = domain.Gauges{Connections: h.rand.IntN(3)}
		}
		ofNode(domain.ConnectionsChanged{Node: n, Channels: figures})
	case 10:
		on(domain.Unknown{Name: "PresenceUpdated", V: 1})
		ofNode(domain.Unknown{Name: "NodePainted", V: 1})
	case 11:
		if h.rand.IntN(3) == 0 {
			ofNode(domain.NodeCleared{Node: n})
		}
	}
}

func (h *history) unusual(p place, c *talk, by domain.UserID) {
	stream := domain.ChannelStream(p.app, p.id)
	switch h.rand.IntN(6) {
	case 0:
		h.on(stream, by, domain.Unknown{Name: "ChannelPainted", V: 1})
	case 1:
		if len(c.messages) > 0 {
			h.on(domain.MessageStream(p.app, p.id, c.messages[0].id), by, domain.Unknown{Name: "MessagePinned", V: 4})
		}
	case 2:
		h.on(domain.ReadsStream(p.app, p.id, by), by, domain.Unknown{Name: "Emptied"})
	case 3:
		events, err := c.ChangeRole(h.actor(by), pick(h, historyUsers), pick(h, []domain.Role{domain.RoleOwner, domain.RoleAdmin}), nil)
		h.decided(stream, by, c.Channel, events, err)
	case 4:
		events, err := c.Rename(h.actor(by), p.id, "another", nil)
		h.decided(stream, by, c.Channel, events, err)
	case 5:
		if h.rand.IntN(10) == 0 {
			events, err := c.Delete(h.actor(by), nil)
			c.deleted = h.decided(stream, by, c.Channel, events, err) || c.deleted
		}
	}
}

package domain

import (
	"maps"
	"slices"
)

// PresenceEntered: the first socket of a user on a node follows a channel.
// A user who is there through several nodes has entered through each.
type PresenceEntered struct {
	User UserID `json:"user"`
	Node NodeID `json:"node"`
}

// PresenceLeft: the last socket of a user on a node has let go of a channel,
// a while ago.
type PresenceLeft struct {
	User UserID `json:"user"`
	Node NodeID `json:"node"`
}

// Gauges are the figures of a channel on one node, as they last were.
type Gauges struct {
	Connections int `json:"connections"` // subscribed sockets
}

// ConnectionsChanged holds the figures of those channels whose figures on a
// node are other than it last said.
type ConnectionsChanged struct {
	Node     NodeID               `json:"node"`
	Channels map[ChannelID]Gauges `json:"channels"`
}

// NodeCleared: a node has ended, or is gone; nobody is anywhere through it.
type NodeCleared struct {
	Node NodeID `json:"node"`
}

// Type names the event.
func (PresenceEntered) Type() string { return "PresenceEntered" }

// Type names the event.
func (PresenceLeft) Type() string { return "PresenceLeft" }

// Type names the event.
func (ConnectionsChanged) Type() string { return "ConnectionsChanged" }

// Type names the event.
func (NodeCleared) Type() string { return "NodeCleared" }

// Presence is the state of a channel as one node has told of it: which users
// are there through that node. The other events of the stream are not its
// business, so a node that begins knows it without reading anything.
type Presence struct {
	node  NodeID
	users map[UserID]struct{}
}

// NewPresence is a channel of which a node has told nothing.
func NewPresence(n NodeID) *Presence { return &Presence{node: n, users: map[UserID]struct{}{}} }

// Evolve folds an event of the channel's presence.
func (p *Presence) Evolve(r Recorded) {
	switch e := r.Event.(type) {
	case PresenceEntered:
		if e.Node == p.node {
			p.users[e.User] = struct{}{}
		}
	case PresenceLeft:
		if e.Node == p.node {
			delete(p.users, e.User)
		}
	}
}

// Enter lets users be present through the node; who is has not entered again.
func (p *Presence) Enter(users ...UserID) (events []Event) {
	for i, u := range users {
		if _, is := p.users[u]; !is && !slices.Contains(users[:i], u) {
			events = append(events, PresenceEntered{u, p.node})
		}
	}
	return events
}

// Leave lets users be present through the node no more; who is not has not
// left.
func (p *Presence) Leave(users ...UserID) (events []Event) {
	for i, u := range users {
		if _, is := p.users[u]; is && !slices.Contains(users[:i], u) {
			events = append(events, PresenceLeft{u, p.node})
		}
	}
	return events
}

// Len is how many users are present through the node.
func (p *Presence) Len() int { return len(p.users) }

// Connections is the state of a node in an app: the figures that it has told
// of, but those of nothing.
type Connections struct {
	node     NodeID
	channels map[ChannelID]Gauges
}

// NewConnections is a node that has told nothing.
func NewConnections(n NodeID) *Connections {
	return &Connections{node: n, channels: map[ChannelID]Gauges{}}
}

// Evolve folds an event of the node.
func (c *Connections) Evolve(r Recorded) {
	switch e := r.Event.(type) {
	case ConnectionsChanged:
		maps.Copy(c.channels, e.Channels)
		maps.DeleteFunc(c.channels, func(_ ChannelID, g Gauges) bool { return g == Gauges{} })
	case NodeCleared:
		clear(c.channels)
	}
}

// Change tells of figures; what is as it was told before is left out.
func (c *Connections) Change(now map[ChannelID]Gauges) []Event {
	changed := map[ChannelID]Gauges{}
	for channel, g := range now {
		if c.channels[channel] != g {
			changed[channel] = g
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return []Event{ConnectionsChanged{c.node, changed}}
}

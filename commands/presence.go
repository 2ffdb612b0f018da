package commands

import (
	"context"

	"parley/domain"
)

// ChangePresence tells who is present in a channel through a node, and who no
// longer.
type ChangePresence struct {
	App     domain.AppID
	Node    domain.NodeID
	Channel domain.ChannelID
	// Here is what the node has told of the channel. It takes in what is
	// appended, and belongs to the command while it runs.
	Here         *domain.Presence
	Enter, Leave []domain.UserID
}

// ChangePresence appends what is new in it.
func (s *Service) ChangePresence(ctx context.Context, c ChangePresence) (Outcome, error) {
	events := append(c.Here.Enter(c.Enter...), c.Here.Leave(c.Leave...)...)
	return s.tell(ctx, nodeActor(c.App, c.Node), domain.PresenceStream(c.App, c.Channel), c.Here, events)
}

// ChangeConnections tells how many sockets are in the channels of an app on a
// node.
type ChangeConnections struct {
	App  domain.AppID
	Node domain.NodeID
	// Here is what the node has told of the app, as in ChangePresence.
	Here     *domain.Connections
	Channels map[domain.ChannelID]domain.Gauges
}

// ChangeConnections appends one event for all that is new in it.
func (s *Service) ChangeConnections(ctx context.Context, c ChangeConnections) (Outcome, error) {
	return s.tell(ctx, nodeActor(c.App, c.Node), domain.NodeStream(c.App, c.Node), c.Here, c.Here.Change(c.Channels))
}

// ClearNode tells that nobody is anywhere in an app through a node any more:
// the node says so itself when it stops, another one when it is gone.
type ClearNode struct {
	App  domain.AppID
	Node domain.NodeID
	By   domain.NodeID
}

// ClearNode appends the end of a node.
func (s *Service) ClearNode(ctx context.Context, c ClearNode) (Outcome, error) {
	return s.tell(ctx, nodeActor(c.App, c.By), domain.NodeStream(c.App, c.Node), domain.NewConnections(c.Node),
		[]domain.Event{domain.NodeCleared{Node: c.Node}})
}

// nodeActor is a node that acts by itself.
func nodeActor(app domain.AppID, n domain.NodeID) domain.Actor {
	return domain.Actor{App: app, Kind: domain.ActorSystem, ID: "node-" + string(n)}
}

// tell appends what a node has decided to say of itself. Nobody else says it
// and nothing depends on what others say, so nothing is read before.
func (s *Service) tell(ctx context.Context, by domain.Actor, stream string, here domain.State, events []domain.Event) (Outcome, error) {
	if len(events) == 0 {
		return Outcome{}, nil
	}
	out, err := s.decide(ctx, request{actor: by, stream: stream, alone: true}, func(*decision) ([]domain.Event, error) { return events, nil })
	if err != nil {
		return out, err
	}
	for _, e := range events {
		here.Evolve(domain.Recorded{Event: e, Stream: out.Stream})
	}
	return out, nil
}

package domain_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

func entered(u domain.UserID, n domain.NodeID) domain.Event {
	return domain.PresenceEntered{User: u, Node: n}
}

func left(u domain.UserID, n domain.NodeID) domain.Event {
	return domain.PresenceLeft{User: u, Node: n}
}

func TestPresenceOfANode(t *testing.T) {
	enter := func(u ...domain.UserID) func(*domain.Presence) []domain.Event {
		return func(p *domain.Presence) []domain.Event { return p.Enter(u...) }
	}
	leave := func(u ...domain.UserID) func(*domain.Presence) []domain.Event {
		return func(p *domain.Presence) []domain.Event { return p.Leave(u...) }
	}
	tests := map[string]struct {
		given []domain.Event
		when  func(*domain.Presence) []domain.Event
		then  []domain.Event
	}{
		"first":                      {when: enter("ann"), then: []domain.Event{entered("ann", "a")}},
		"several":                    {when: enter("ann", "bob", "ann"), then: []domain.Event{entered("ann", "a"), entered("bob", "a")}},
		"who is there":               {given: []domain.Event{entered("ann", "a")}, when: enter("ann")},
		"through another node":       {given: []domain.Event{entered("ann", "b")}, when: enter("ann"), then: []domain.Event{entered("ann", "a")}},
		"leaves":                     {given: []domain.Event{entered("ann", "a")}, when: leave("ann", "ann"), then: []domain.Event{left("ann", "a")}},
		"who is not there":           {when: leave("ann")},
		"who is there through other": {given: []domain.Event{entered("ann", "b")}, when: leave("ann")},
		"who has left":               {given: []domain.Event{entered("ann", "a"), left("ann", "a")}, when: leave("ann")},
		"left another node": {
			given: []domain.Event{entered("ann", "a"), left("ann", "b")}, when: leave("ann"), then: []domain.Event{left("ann", "a")},
		},
		"comes back": {
			given: []domain.Event{entered("ann", "a"), left("ann", "a")}, when: enter("ann"), then: []domain.Event{entered("ann", "a")},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := domain.NewPresence("a")
			for _, e := range append(tt.given, domain.Unknown{Name: "PresenceUpdated", V: 1}) {
				p.Evolve(domain.Recorded{Event: e})
			}
			require.Equal(t, tt.then, tt.when(p))
		})
	}
}

func TestConnectionsOfANode(t *testing.T) {
	type figures = map[domain.ChannelID]domain.Gauges
	changed := func(f figures) domain.Event { return domain.ConnectionsChanged{Node: "a", Channels: f} }
	tests := map[string]struct {
		given []domain.Event
		now   figures
		then  []domain.Event
	}{
		"first":           {now: figures{7: {Connections: 1}}, then: []domain.Event{changed(figures{7: {Connections: 1}})}},
		"nothing":         {now: figures{7: {}}},
		"nobody":          {},
		"as before":       {given: []domain.Event{changed(figures{7: {Connections: 2}})}, now: figures{7: {Connections: 2}}},
		"only what moved": {given: []domain.Event{changed(figures{7: {Connections: 2}, 8: {Connections: 1}})}, now: figures{7: {Connections: 2}, 8: {}}, then: []domain.Event{changed(figures{8: {}})}},
		"gone and still":  {given: []domain.Event{changed(figures{7: {Connections: 2}}), changed(figures{7: {}})}, now: figures{7: {}}},
		"after clearing":  {given: []domain.Event{changed(figures{7: {Connections: 2}}), domain.NodeCleared{Node: "a"}}, now: figures{7: {Connections: 2}}, then: []domain.Event{changed(figures{7: {Connections: 2}})}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := domain.NewConnections("a")
			for _, e := range tt.given {
				c.Evolve(domain.Recorded{Event: e})
			}
			require.Equal(t, tt.then, c.Change(tt.now))
		})
	}
}

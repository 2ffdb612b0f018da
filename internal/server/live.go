package server

import (
	"context"

	"parley/api/native"
	"parley/commands"
	"parley/internal/auth"
	"parley/internal/fanout"
	"parley/internal/limits"
	"parley/internal/tickets"
)

// startLive starts what delivers events to sockets.
func (s *Server) startLive(running context.Context, c Config) (err error) {
	if s.tokens, err = auth.NewNative(s.Commands, c.Now); err != nil {
		return err
	}
	if s.bounds, err = limits.New(limits.Config{Apps: s.Commands, Now: c.Now, Loopback: c.LimitLoopback}); err != nil {
		return err
	}
	hub, err := fanout.New(fanout.Config{
		Log: s.Log, Models: s.Projections, Reader: s.Queries, Audience: s.watchPresence(running), Logger: c.Logger,
	})
	if err != nil {
		return err
	}
	s.Sockets = (&native.Sockets{
		Hub: hub, Tickets: tickets.New(s.Pool), Sessions: s.tokens, Commands: s.Commands, Queries: s.Queries, Limits: s.bounds,
		Logger: c.Logger, Now: c.Now, Origins: c.CORSOrigins, Queue: c.SocketQueue,
	}).Prepare()
	s.live.Store(s.Sockets)
	s.loops.Go(func() { s.Sockets.Run(running) })
	s.loops.Go(func() {
		if err := hub.Run(running); err != nil && running.Err() == nil {
			c.Logger.Error("live delivery ended", "err", err)
		}
	})
	return nil
}

// showTyping shows who types to sockets, once there can be any.
func (s *Server) showTyping(t commands.TypingSignal) {
	if live := s.live.Load(); live != nil {
		live.ShowTyping(t)
	}
}

// refreshSockets has sockets shown what another build of the read models holds.
func (s *Server) refreshSockets(string) {
	if live := s.live.Load(); live != nil {
		live.Hub.Refresh()
	}
}

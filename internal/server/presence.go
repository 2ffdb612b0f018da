package server

import (
	"context"

	"parley/domain"
	"parley/internal/fanout"
	"parley/internal/presence"
)

// audience hears of the sockets in channels.
type audience struct {
	*presence.Tracker
	watcher *presence.Watcher
}

// Joined lets the log be told, and those who are there.
func (a audience) Joined(app domain.AppID, channel domain.ChannelID, user domain.UserID) {
	a.watcher.Joined(app, channel, user)
	a.Tracker.Joined(app, channel, user)
}

// Left is the end of what Joined began.
func (a audience) Left(app domain.AppID, channel domain.ChannelID, user domain.UserID) {
	a.watcher.Left(app, channel, user)
	a.Tracker.Left(app, channel, user)
}

// watchPresence shows sockets who becomes present and who no longer is.
func (s *Server) watchPresence(running context.Context) fanout.Audience {
	w := presence.NewWatcher(presence.WatcherConfig{
		Log: s.Log, Models: s.Projections, Queries: s.Queries, Logger: s.logger,
		Show: func(app domain.AppID, channel domain.ChannelID, user domain.UserID, online bool) {
			if live := s.live.Load(); live != nil {
				live.ShowPresence(app, channel, user, online)
			}
		},
	})
	s.loops.Go(func() {
		if err := w.Run(running); err != nil && running.Err() == nil {
			s.logger.Error("presence is not shown any more", "err", err)
		}
	})
	return audience{s.Presence, w}
}

// openPresence makes what counts who is in which channel on this node. It tells
// the log nothing before runPresence.
func (s *Server) openPresence(c Config) (err error) {
	s.Presence, err = presence.New(presence.Config{
		Node: domain.NodeID(s.Node.ID()), Commands: s.Commands, Grace: c.PresenceGrace, Logger: c.Logger,
	})
	return err
}

// runPresence tells the log who is where, and clears up after nodes that are
// gone.
func (s *Server) runPresence(running context.Context) {
	survivor := presence.Survivor{
		Node: s.Node, Lease: s.Node.Lease("presence"), Commands: s.Commands, Queries: s.Queries, Logger: s.logger,
	}
	s.loops.Go(func() { s.Presence.Run(running) })
	s.loops.Go(func() { survivor.Run(running) })
}

package server

import (
	"context"
	"time"

	"parley/api"
	"parley/api/envelope"
	"parley/domain"
	"parley/internal/accesslog"
	"parley/internal/metrics"
	"parley/internal/overload"
)

// startMetrics makes the registry and the lanes; the sources answer when
// everything runs.
func (s *Server) startMetrics() {
	s.lanes = api.NewLanes()
	s.sources = &metrics.Sources{
		Lanes: s.laneStats, Log: s.logStats, Projections: s.projectionStats, Database: s.poolStats,
		Caches: s.cacheStats, Drops: s.dropStats, Draining: s.draining.Load,
		Sockets: s.socketStats,
	}
	s.metrics = metrics.New(s.sources)
	s.metrics.Reasons(envelope.Reasons()...)
	s.Metrics = s.metrics.Handler()
}

// observer tells metrics and access log of every answer.
func (s *Server) observer(c Config) envelope.Observer {
	lines := accesslog.New(c.Logger, accesslog.Mode(c.AccessLog), c.Operator, c.Now)
	return func(a envelope.Answer) {
		s.metrics.Answered(a.Method, a.Route, a.Status, a.Reason, a.Took)
		user := ""
		if a.Kind == domain.ActorUser {
			user = a.Actor
		}
		lines.Note(accesslog.Entry{
			Method: a.Method, Route: a.Route, Status: a.Status, Took: a.Took, Request: a.Request, App: string(a.App), User: user,
		})
	}
}

func (s *Server) laneStats() []metrics.Lane {
	of := func(name string, l *overload.Lane) metrics.Lane {
		n := l.Stats()
		return metrics.Lane{
			Name: name, Inside: n.Inside, Waiting: n.Waiting, Paused: n.Paused, Limit: n.Limit,
			Waited: n.Waited, WaitTime: n.WaitTime, Full: n.Full, Late: n.Late,
		}
	}
	return []metrics.Lane{of("reads", s.lanes.Reads), of("writes", s.lanes.Writes), of("slow", s.lanes.Slow), of("files", s.lanes.Files)}
}

func (s *Server) logStats() metrics.Log {
	n := s.Log.Stats()
	return metrics.Log{Position: n.Position, Waiting: n.Waiting, Refused: n.Refused}
}

// scrapeTime bounds what a scrape reads from the database.
const scrapeTime = time.Second

func (s *Server) projectionStats() (list []metrics.Projection) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	head := s.Log.Stats().Position
	for _, p := range s.Projections.Status() {
		m := metrics.Projection{Name: p.Name, Position: p.Position, Parked: len(p.Parked), Stopped: p.Stopped != nil}
		if m.Events = max(head-p.Position, 0); m.Events > 0 {
			if at, err := s.Log.RecordedAt(ctx, p.Position+1); err == nil {
				m.Behind = max(s.now().Sub(at), 0)
			}
		}
		list = append(list, m)
	}
	return list
}

func (s *Server) poolStats() metrics.Database {
	n := s.Pool.Stat()
	return metrics.Database{
		Used: int(n.AcquiredConns()), Idle: int(n.IdleConns()), Opening: int(n.ConstructingConns()), Most: int(n.MaxConns()),
		Acquired: n.AcquireCount(), Waited: n.EmptyAcquireCount(), Gone: n.CanceledAcquireCount(), WaitTime: n.EmptyAcquireWaitTime(),
	}
}

func (s *Server) cacheStats() map[string]int {
	contents, names := s.Queries.Cached()
	return map[string]int{"keys": s.keys.Cached(), "contents": contents, "names": names, "states": s.Commands.Cached()}
}

func (s *Server) dropStats() map[string]uint64 {
	return map[string]uint64{"signals": s.signals.Dropped(), "typing": s.typing.Dropped(), "presence": s.Presence.Dropped()}
}

func (s *Server) socketStats() metrics.Sockets {
	live := s.live.Load()
	if live == nil {
		return metrics.Sockets{}
	}
	n := live.Stats()
	return metrics.Sockets{Open: int(n.Open), Frames: n.Written, Drops: n.Dropped, Closes: n.Closes}
}

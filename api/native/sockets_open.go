package native

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"parley/api/envelope"
	"parley/domain"
	"parley/internal/socket"
)

// openSocket answers CH-802: with 101, or with a plain refusal.
func (s *Server) openSocket(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), requestTimeout)
	defer cancel()
	if err := s.Sockets.upgrade(&request{Context: c, ctx: ctx}); err != nil {
		envelope.Fail(c, s.Logger, err)
	}
}

// upgrade opens a socket, which outlives the request.
func (s *Sockets) upgrade(r *request) error {
	open, err := s.admit(r)
	if err != nil {
		return err
	}
	f, ok := s.formats[r.Query("names")]
	if !ok {
		return domain.ErrInvalidRequest.Because("names is page, or is left out")
	}
	retry, err := s.Limits.Allow(r.ctx, open.Actor.App, open.Actor.User(), socketRequests)
	if err != nil {
		return err
	}
	if retry > 0 {
		return envelope.TooMany(r.Context, retry)
	}
	most, err := s.Limits.Sockets(r.ctx, open.Actor.App)
	if err != nil {
		return err
	}
	key := userKey{open.Actor.App, open.Actor.User()}
	if err := s.reserve(key, most); err != nil {
		return err
	}
	open.Actor.Request = envelope.RequestID(r.Context)
	conn, err := socket.Upgrade(r.Writer, r.Request, http.Header{"X-Request-Id": {open.Actor.Request}},
		socket.Config{Queue: s.Queue, Meter: &s.meter})
	if err != nil {
		s.free(key)
		s.Logger.Debug("a socket was not opened", "err", err)
		return nil // the connection is gone, or was answered
	}
	o := newSession(s, conn, open, f)
	s.enter(o)
	go o.run()
	return nil
}

// fromHere reports whether a page may open a socket: none is behind a client
// without Origin.
func (s *Sockets) fromHere(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || len(s.Origins) == 0 || slices.Contains(s.Origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(hostOf(u.Host), hostOf(r.Host))
}

func hostOf(hostport string) string {
	if host, port, err := net.SplitHostPort(hostport); err == nil && (port == "80" || port == "443") {
		return host
	}
	return hostport
}

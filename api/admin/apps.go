package admin

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/gin-gonic/gin"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

// app is an app as it is shown. Limits that are not set are the defaults.
type app struct {
	ID        domain.AppID `json:"id"`
	CreatedAt int64        `json:"created_at"` // unix seconds
	Limits    limits       `json:"limits"`
}

// limits are written as an object, or as the word off for none.
type limits domain.Limits

const off = `"off"`

// MarshalJSON writes what UnmarshalJSON reads.
func (l limits) MarshalJSON() ([]byte, error) {
	if l.Off {
		return []byte(off), nil
	}
	return json.Marshal(domain.Limits(l))
}

var errLimits = domain.ErrInvalidRequest.Because(`limits are "off" or an object with user_sends, user_send_burst, user_requests, user_burst, app_sends, app_history_reads, user_sockets`)

// UnmarshalJSON refuses what is neither.
func (l *limits) UnmarshalJSON(b []byte) error {
	var read domain.Limits
	switch b = bytes.TrimSpace(b); {
	case string(b) == off:
		read.Off = true
	case len(b) == 0 || b[0] != '{' || !strict(b, &read):
		return errLimits
	}
	*l = limits(read)
	return nil
}

func newApp(a queries.App) app { return app{a.ID, a.CreatedAt / 1000, limits(a.Limits)} }

func (s *Server) listApps(c *gin.Context) error {
	p, err := s.page(c)
	if err != nil {
		return err
	}
	list, err := s.Queries.Apps(c, p.fresh, domain.AppID(p.after), p.limit)
	if err != nil {
		return err
	}
	apps := make([]app, len(list))
	for i, a := range list {
		apps[i] = newApp(a)
	}
	c.JSON(http.StatusOK, gin.H{"apps": apps})
	return nil
}

func (s *Server) createApp(c *gin.Context) error {
	var body struct {
		ID     domain.AppID `json:"id"`
		Limits *limits      `json:"limits"`
	}
	if err := decode(c, &body, `id and optionally limits`); err != nil {
		return err
	}
	out, err := s.Commands.CreateApp(c, commands.CreateApp{By: actor(c), App: body.ID, Limits: (*domain.Limits)(body.Limits)})
	if err != nil {
		return err
	}
	a := app{ID: body.ID, CreatedAt: out.Time.Unix()}
	if body.Limits != nil {
		a.Limits = *body.Limits
	}
	settled(c, out)
	c.JSON(http.StatusCreated, a)
	return nil
}

func (s *Server) getApp(c *gin.Context) error { return s.showApp(c, 0) }

// showApp answers with the app in the path, as it is at a position or later.
func (s *Server) showApp(c *gin.Context, at int64) error {
	fresh, err := s.fresh(c)
	if err != nil {
		return err
	}
	a, found, err := s.Queries.App(c, max(fresh, queries.Freshness(at)), appOf(c))
	switch {
	case err != nil:
		return err
	case !found:
		return domain.ErrAppNotFound
	}
	c.JSON(http.StatusOK, newApp(a))
	return nil
}

func (s *Server) limitApp(c *gin.Context) error {
	b, err := body(c)
	if err != nil {
		return err
	}
	var l limits
	if err := l.UnmarshalJSON(b); err != nil {
		return err
	}
	out, err := s.Commands.LimitApp(c, commands.LimitApp{By: actor(c), App: appOf(c), Limits: domain.Limits(l)})
	if err != nil {
		return err
	}
	settled(c, out)
	return s.showApp(c, out.Position)
}

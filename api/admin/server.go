package admin

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"parley/api/envelope"
	"parley/commands"
	"parley/domain"
	"parley/internal/audit"
	"parley/projections"
	"parley/queries"
)

// Failures counts wrong credentials of the peer of a connection, and tells
// how long to wait before the next; 0 means answer as usual.
type Failures interface {
	Failed(peer string) (retry time.Duration)
}

// Server serves the face.
type Server struct {
	Commands *commands.Service
	Queries  *queries.Service
	Audit    *audit.Reader
	// Projections are operated here.
	Projections *projections.Runtime
	Operator    string // the operator token
	Failures    Failures
	Logger      *slog.Logger
	Now         func() time.Time
	Observe     envelope.Observer // hears of every answer; may be nil
}

// routes is the whole face on one page. What handle serves is for the operator
// alone, handleApp is for keys of the app in the path as well; the handlers of
// handleAny see to it themselves.
func (s *Server) routes(r gin.IRoutes) {
	r.GET("/v1/admin/apps", s.handle(s.listApps))
	r.POST("/v1/admin/apps", s.handle(s.createApp))
	r.GET("/v1/admin/apps/:app", s.handleApp(s.getApp))
	r.PUT("/v1/admin/apps/:app/limits", s.handle(s.limitApp))

	r.GET("/v1/admin/apps/:app/keys", s.handleApp(s.listKeys))
	r.POST("/v1/admin/apps/:app/keys", s.handleApp(s.issueKey))
	r.DELETE("/v1/admin/apps/:app/keys/:key", s.handleApp(s.revokeKey))
	r.POST("/v1/admin/apps/:app/keys/:key/rotate", s.handleApp(s.rotateKey))

	r.POST("/v1/admin/tokens", s.handleAny(s.createToken))

	r.GET("/v1/admin/projections", s.handle(s.listProjections))
	r.POST("/v1/admin/projections/:name/rebuild", s.handle(s.rebuildProjection))
	r.GET("/v1/admin/projections/:name/rebuild", s.handle(s.rebuildOfProjection))
	r.POST("/v1/admin/projections/:name/resume", s.handle(s.resumeProjection))
	r.POST("/v1/admin/projections/:name/verify", s.handle(s.verifyProjection))
	r.GET("/v1/admin/projections/:name/verify", s.handle(s.verifyOfProjection))

	r.GET("/v1/admin/audit/log", s.handleAny(s.auditLog))
	r.POST("/v1/admin/import", s.handleAny(s.importEntries))
}

// Handler is the face as an HTTP handler.
func (s *Server) Handler() http.Handler {
	e := envelope.NewEngine(s.Logger, s.Observe)
	e.Use(s.authenticate)
	s.routes(e)
	return e
}

type handler func(*gin.Context) error

// handle serves the operator.
func (s *Server) handle(h handler) gin.HandlerFunc {
	return s.handleAny(func(c *gin.Context) error {
		if err := domain.MayAdminister(actor(c), ""); err != nil {
			return err
		}
		return h(c)
	})
}

// handleApp serves who may administer the app in the path.
func (s *Server) handleApp(h handler) gin.HandlerFunc {
	return s.handleAny(func(c *gin.Context) error {
		app := appOf(c)
		if !app.Valid() {
			return domain.ErrAppNotFound
		}
		if err := domain.MayAdminister(actor(c), app); err != nil {
			return err
		}
		return h(c)
	})
}

// handleAny serves who has administered anything: the handler is to ask
// domain.MayAdminister.
func (s *Server) handleAny(h handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			envelope.Fail(c, s.Logger, err)
		}
	}
}

// appActor is who asks, as an actor in an app: the named one, or that of its
// key.
func (s *Server) appActor(c *gin.Context, app domain.AppID) (domain.Actor, error) {
	by := actor(c)
	switch {
	case app == "" && by.Kind == domain.ActorKey:
		app = by.App
	case app == "":
		return by, domain.ErrInvalidRequest.Because("name the app: app=APP in the query")
	case !app.Valid():
		return by, domain.ErrAppNotFound
	}
	if err := domain.MayAdminister(by, app); err != nil {
		return by, err
	}
	exists, err := s.Commands.HasApp(c.Request.Context(), app)
	if err == nil && !exists {
		err = domain.ErrAppNotFound
	}
	by.App = app
	return by, err
}

func appOf(c *gin.Context) domain.AppID { return domain.AppID(c.Param("app")) }

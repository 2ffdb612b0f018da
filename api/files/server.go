package files

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"parley/api/envelope"
	"parley/internal/assets"
)

// Server serves the URLs.
type Server struct {
	Assets *assets.Service
	Logger *slog.Logger
	Now    func() time.Time
	// Observe hears of every answer; may be nil.
	Observe envelope.Observer
	Pace    Pace // of bytes in both directions; NormalPace when zero
}

// Handler serves everything below /v1/assets/.
func (s *Server) Handler() http.Handler {
	if s.Pace == (Pace{}) {
		s.Pace = NormalPace
	}
	e := envelope.NewEngine(s.Logger, s.Observe)
	e.GET("/v1/assets/:app/:asset", s.handle(s.download))
	e.PUT("/v1/assets/:app/:asset", s.handle(s.upload))
	return e
}

func (s *Server) handle(h func(*gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			envelope.Fail(c, s.Logger, err)
		}
	}
}

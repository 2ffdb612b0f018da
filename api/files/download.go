package files

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"parley/domain"
)

// openTimeout is how long a client waits for an image to be made smaller.
const openTimeout = 25 * time.Second

// download answers GET, and with it HEAD (CH-540 to CH-545).
func (s *Server) download(c *gin.Context) error {
	now := s.Now()
	grant, err := s.Assets.Signer().Download(now, c.Param("app"), c.Param("asset"), c.Request.URL.RawQuery)
	if err != nil {
		return err
	}
	control := http.NewResponseController(c.Writer)
	_ = control.SetReadDeadline(time.Time{}) // the request has been read, its answer may take longer
	ctx, cancel := context.WithTimeout(c.Request.Context(), openTimeout)
	defer cancel()
	content, err := s.Assets.Content(ctx, grant)
	if err != nil {
		return err
	}
	defer content.Close()
	h := c.Writer.Header()
	h.Set("Content-Type", content.Type)
	h.Set("Content-Disposition", content.Disposition)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", fmt.Sprintf("private, max-age=%d", int64(grant.Expires.Sub(now)/time.Second)))
	h.Set("ETag", content.ETag)
	if strings.Contains(c.Request.Header.Get("Range"), ",") {
		c.Request.Header.Del("Range") // several ranges are answered with all of it
	}
	w := &pacedWriter{ResponseWriter: c.Writer, pace: s.Pace, control: control, end: s.Pace.end(time.Now(), content.Bytes)}
	http.ServeContent(w, c.Request, "", content.Modified, content)
	if w.refused == 0 {
		return nil
	}
	for _, name := range []string{"Content-Type", "Content-Disposition", "Content-Length", "ETag", "Last-Modified"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
	switch w.refused {
	case http.StatusRequestedRangeNotSatisfiable:
		return domain.ErrBadRange
	case http.StatusPreconditionFailed:
		return domain.ErrBadCondition
	}
	return fmt.Errorf("serve an asset: status %d", w.refused)
}

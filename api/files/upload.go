package files

import (
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"parley/domain"
)

// upload takes the bytes of an announced file (CH-534, CH-535). The grant
// says how many there are, so a longer body is not even begun.
func (s *Server) upload(c *gin.Context) error {
	grant, err := s.Assets.Signer().Upload(s.Now(), c.Param("app"), c.Param("asset"), c.Request.URL.RawQuery)
	if err != nil {
		return err
	}
	if enc := c.GetHeader("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return domain.ErrMediaType.Because("send the bytes as they are, without Content-Encoding")
	}
	control := http.NewResponseController(c.Writer)
	end := s.Pace.end(time.Now(), grant.Bytes)
	_ = control.SetWriteDeadline(end.Add(s.Pace.Grace)) // the answer comes after the body
	body := &pacedReader{Reader: c.Request.Body, pace: s.Pace, control: control, end: end}
	if err := s.Assets.Receive(c.Request.Context(), grant, c.Request.ContentLength, body); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

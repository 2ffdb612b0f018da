package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"parley/api/envelope"
	"parley/commands"
	"parley/domain"
	"parley/internal/auth"
)

// Server serves the face.
type Server struct {
	Commands *commands.Service
	Operator string // the operator token
	Logger   *slog.Logger
	Now      func() time.Time
}

const maxBody = 64 << 10

// Handler is the face as an HTTP handler.
func (s *Server) Handler() http.Handler {
	e := envelope.NewEngine(s.Logger)
	e.Use(s.authenticate)
	e.POST("/v1/admin/tokens", s.handle(s.createToken))
	return e
}

func (s *Server) handle(h func(*gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			envelope.Fail(c, s.Logger, err)
		}
	}
}

// authenticate demands the operator token, compared in constant time.
func (s *Server) authenticate(c *gin.Context) {
	scheme, token, _ := strings.Cut(c.GetHeader("Authorization"), " ")
	got, want := sha256.Sum256([]byte(strings.TrimSpace(token))), sha256.Sum256([]byte(s.Operator))
	switch {
	case !strings.EqualFold(scheme, "Bearer"):
		envelope.Write(c, domain.ErrMissingToken)
	case subtle.ConstantTimeCompare(got[:], want[:]) != 1:
		envelope.Write(c, domain.ErrInvalidToken.Because("not the operator token"))
	}
}

// Token lifetimes.
const (
	normalTTL = 24 * time.Hour
	maxTTL    = 366 * 24 * time.Hour
)

// createToken signs a native token for a user of an app.
func (s *Server) createToken(c *gin.Context) error {
	var body struct {
		App  domain.AppID  `json:"app"`
		User domain.UserID `json:"user"`
		Name string        `json:"name"`
		TTL  int64         `json:"ttl_seconds"`
	}
	if err := decode(c, &body); err != nil {
		return err
	}
	ttl := time.Duration(body.TTL) * time.Second
	switch {
	case body.TTL == 0:
		ttl = normalTTL
	case body.TTL < 0 || body.TTL > int64(maxTTL/time.Second):
		return domain.ErrInvalidRequest.Because("ttl_seconds is from 1 to %d", int64(maxTTL/time.Second))
	}
	if !body.User.Valid() {
		return domain.ErrInvalidRequest.Because("user is missing or not a user id")
	}
	if !body.App.Valid() {
		return domain.ErrAppNotFound
	}
	keys, err := s.Commands.SigningKeys(c, body.App, "")
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		return domain.ErrAppNotFound.Because("app %s does not exist or has no native key; declare it in the bootstrap file", body.App)
	}
	now := s.Now()
	token, err := auth.Sign(keys[0], body.App, body.User, body.Name, now, ttl)
	if err != nil {
		return err
	}
	c.JSON(http.StatusCreated, gin.H{"token": token, "expires_at": now.Add(ttl).Unix(), "key": keys[0].Key})
	return nil
}

// decode reads a body that is one JSON object with known fields only.
func decode(c *gin.Context, dst any) error {
	d := json.NewDecoder(http.MaxBytesReader(c.Writer, c.Request.Body, maxBody))
	d.DisallowUnknownFields()
	err := d.Decode(dst)
	if err == nil {
		_, err = d.Token() // the end, and nothing before it
	}
	var large *http.MaxBytesError
	switch {
	case errors.Is(err, io.EOF) && d.InputOffset() > 0:
		return nil
	case errors.As(err, &large):
		return domain.ErrBodyTooLarge.Because("the body is larger than %d KiB", maxBody>>10)
	}
	return domain.ErrInvalidRequest.Because("want a JSON object with app, user and optionally name, ttl_seconds")
}

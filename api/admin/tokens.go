package admin

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"parley/commands"
	"parley/domain"
	"parley/internal/auth"
)

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
	if err := decode(c, &body, "app, user and optionally name, ttl_seconds"); err != nil {
		return err
	}
	if err := domain.MayAdminister(actor(c), body.App); err != nil {
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
	key, err := s.signingKey(c, actor(c), body.App)
	if err != nil {
		return err
	}
	now := s.Now()
	token, err := auth.Sign(key, body.App, body.User, body.Name, now, ttl)
	if err != nil {
		return err
	}
	c.JSON(http.StatusCreated, gin.H{"token": token, "expires_at": now.Add(ttl).Unix(), "key": key.Key})
	return nil
}

// signingKey is a native key of the app. A key signs with its own secret, so
// that the tokens end with it.
func (s *Server) signingKey(c *gin.Context, by domain.Actor, app domain.AppID) (commands.SigningKey, error) {
	if !app.Valid() {
		return commands.SigningKey{}, domain.ErrAppNotFound
	}
	id := ""
	if by.Kind == domain.ActorKey {
		id = by.ID
	}
	keys, err := s.Commands.SigningKeys(c, app, id)
	switch {
	case err != nil:
		return commands.SigningKey{}, err
	case len(keys) == 0 && id != "":
		return commands.SigningKey{}, domain.ErrForbidden.Because("only a native key signs tokens")
	case len(keys) == 0:
		return commands.SigningKey{}, domain.ErrAppNotFound.Because("app %s does not exist or has no native key; make one with parley key create --app %s", app, app)
	}
	return keys[0], nil
}

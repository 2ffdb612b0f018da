package admin

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/gin-gonic/gin"

	"parley/api/envelope"
	"parley/domain"
	"parley/internal/auth"
)

const (
	actorKey = "actor"
	dialect  = "admin"
)

// actor is who asks.
func actor(c *gin.Context) domain.Actor {
	a, _ := c.MustGet(actorKey).(domain.Actor)
	return a
}

// authenticate takes the operator token as a bearer token, or a key with its
// secret: by HTTP Basic, or alone as appId.keyId:secret. A key needs the right
// admin for anything here.
func (s *Server) authenticate(c *gin.Context) {
	a, err := s.who(c, c.Request.Header.Values("Authorization"))
	if err == nil && a.Kind == domain.ActorKey {
		err = domain.MayAdminister(a, a.App)
	}
	if errors.Is(err, domain.ErrInvalidToken) {
		if retry := s.Failures.Failed(c.Request.RemoteAddr); retry > 0 {
			err = envelope.TooMany(c, retry)
		}
	}
	if err != nil {
		envelope.Fail(c, s.Logger, err)
		return
	}
	a.Dialect, a.Request = dialect, envelope.RequestID(c)
	c.Set(actorKey, a)
	envelope.Caller(c, a)
}

func (s *Server) who(ctx context.Context, headers []string) (domain.Actor, error) {
	switch len(headers) {
	case 0:
		return domain.Actor{}, domain.ErrMissingToken
	case 1:
	default:
		return domain.Actor{}, domain.ErrInvalidToken.Because("send one Authorization header")
	}
	scheme, credential, _ := strings.Cut(strings.TrimSpace(headers[0]), " ")
	credential = strings.TrimSpace(credential)
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return s.operator(credential)
	case strings.EqualFold(scheme, "Basic"):
		decoded, err := base64.StdEncoding.DecodeString(credential)
		name, secret, ok := strings.Cut(string(decoded), ":")
		if err != nil || !ok {
			return domain.Actor{}, domain.ErrInvalidToken.Because("want Basic with base64 of appId.keyId:secret")
		}
		return auth.VerifyKey(ctx, s.Commands, domain.KeyName(name), secret)
	case credential == "" && strings.Contains(scheme, ":"):
		name, secret, _ := strings.Cut(scheme, ":")
		return auth.VerifyKey(ctx, s.Commands, domain.KeyName(name), secret)
	}
	return domain.Actor{}, domain.ErrMissingToken.Because("send the operator token as a bearer token, or a key by HTTP Basic")
}

// operator compares the token in constant time.
func (s *Server) operator(token string) (domain.Actor, error) {
	got, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(s.Operator))
	if subtle.ConstantTimeCompare(got[:], want[:]) != 1 || s.Operator == "" {
		return domain.Actor{}, domain.ErrInvalidToken.Because("not the operator token")
	}
	return domain.Actor{Kind: domain.ActorSystem, ID: "operator"}, nil
}

package native

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"parley/api/envelope"
	"parley/commands"
	"parley/domain"
	"parley/internal/assets"
	"parley/internal/limits"
	"parley/queries"
)

// Verifier turns a bearer token into an actor; the hash names the token.
type Verifier interface {
	Verify(ctx context.Context, token string) (domain.Actor, [32]byte, error)
}

// Server serves the face.
type Server struct {
	Commands *commands.Service
	Queries  *queries.Service
	Tokens   Verifier
	Limits   *limits.Limiter
	Logger   *slog.Logger
	Assets   *assets.Service
	Sockets  *Sockets
	// Observe hears of every answer; may be nil.
	Observe envelope.Observer
	// AttachmentTypes are the content types that attachments may have, nil
	// for those of the contract (CH-503).
	AttachmentTypes []string
}

const (
	requestTimeout = 10 * time.Second
	// patience bounds a read, the wait for what it must show included
	// (CH-028).
	patience = 2 * time.Second
	// nameTimeout is how long a request waits for the recording of the
	// display name that its token brought.
	nameTimeout = 200 * time.Millisecond
)

// request is one authenticated call.
type request struct {
	*gin.Context
	ctx   context.Context
	actor domain.Actor
	named <-chan struct{} // closed when the token's name is recorded
	// cancel ends the patience of a read, nil for others.
	cancel context.CancelFunc
	about  queries.About
}

type handler func(*request) error

// handle is a handler of requests without a limit of their own.
func (s *Server) handle(h handler) gin.HandlerFunc { return s.limited(limits.Other, h) }

// limited authenticates, bounds the request and answers its error.
func (s *Server) limited(k limits.Kind, h handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), requestTimeout)
		defer cancel()
		r := &request{Context: c, ctx: ctx}
		err := s.authenticate(r, k)
		if err == nil {
			err = h(r)
		}
		if r.cancel != nil {
			r.cancel()
		}
		if err != nil {
			envelope.Fail(c, s.Logger, err)
		}
	}
}

// authenticate reads the bearer token (CH-002 to CH-006) and sees that its user
// keeps to the limits (CH-019). A request that is refused leaves nothing
// behind, not even the name in its token.
func (s *Server) authenticate(r *request, k limits.Kind) error {
	token, err := r.bearer()
	if err != nil {
		return err
	}
	actor, hash, err := s.Tokens.Verify(r.ctx, token)
	if err != nil {
		return s.unverified(r, err)
	}
	retry, err := s.Limits.Allow(r.ctx, actor.App, actor.User(), k)
	switch {
	case err != nil:
		return err
	case retry > 0:
		return envelope.TooMany(r.Context, retry)
	}
	envelope.Caller(r.Context, actor)
	actor.Request = envelope.RequestID(r.Context)
	r.actor = actor
	r.about = queries.About{
		Actor: actor, Channel: r.channel(),
		Stale: func(marks string) { r.Header("Parley-Stale", marks) },
	}
	r.ctx = queries.WithAbout(r.ctx, &r.about)
	r.named = s.Commands.NameFromToken(r.ctx, actor, hash)
	return nil
}

// bearer is the token of the Authorization header, of which there must be one
// (CH-002).
func (r *request) bearer() (string, error) {
	headers := r.Request.Header.Values("Authorization")
	if len(headers) == 0 {
		return "", domain.ErrMissingToken
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", domain.ErrMissingToken
	}
	if len(headers) > 1 {
		return "", domain.ErrInvalidToken.Because("send one Authorization header")
	}
	return strings.TrimSpace(token), nil
}

// unverified answers a token that is not valid. An expired one was, and is no
// attempt.
func (s *Server) unverified(r *request, err error) error {
	if !errors.Is(err, domain.ErrInvalidToken) {
		return err
	}
	if retry := s.Limits.Failed(r.Request.RemoteAddr); retry > 0 {
		return envelope.TooMany(r.Context, retry)
	}
	return err
}

// settleName waits a moment for the recording of the token's name.
func (r *request) settleName() {
	if r.named == nil {
		return
	}
	select {
	case <-r.named:
	case <-time.After(nameTimeout):
	case <-r.ctx.Done():
	}
	r.named = nil
}

// done answers a write whose effect is at a position (CH-028).
func (r *request) done(status int, at int64, body any) {
	r.settle(at)
	if body == nil {
		r.Status(status)
		return
	}
	r.JSON(status, body)
}

// settle ends what a write has begun and names the position of its effect.
func (r *request) settle(at int64) {
	r.settleName()
	r.Header("Parley-Position", formatPosition(at))
}

// json answers with a body that is JSON already.
func (r *request) json(status int, body []byte) {
	r.Data(status, "application/json; charset=utf-8", body)
}

// fresh is what a read must show: the caller's own writes, and what
// Parley-Min-Position asks for (CH-020, CH-028).
func (s *Server) fresh(r *request) (queries.Freshness, error) {
	at := int64(0)
	if text := r.GetHeader("Parley-Min-Position"); text != "" {
		var ok bool
		if at, ok = parsePosition(text); !ok {
			return 0, domain.ErrInvalidRequest.Because("Parley-Min-Position takes what Parley-Position gave")
		}
	}
	r.about.Min = at
	r.settleName()
	r.ctx, r.cancel = context.WithTimeout(r.ctx, patience)
	own, err := s.Commands.OwnWrites(r.ctx, r.actor)
	return queries.Freshness(max(at, own)), err
}

// Package envelope is how the native and the admin face identify requests and
// answer errors (CH-008, CH-018).
package envelope

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"parley/domain"
	"parley/internal/dbpool"
	"parley/internal/eventstore"
	"parley/internal/pgerr"
	"parley/queries"
)

// statuses maps what a refusal means to its HTTP status (CH section 9).
var statuses = map[domain.Kind]int{
	domain.Invalid:         http.StatusBadRequest,
	domain.Unauthenticated: http.StatusUnauthorized,
	domain.Forbidden:       http.StatusForbidden,
	domain.NotFound:        http.StatusNotFound,
	domain.BadMethod:       http.StatusMethodNotAllowed,
	domain.Conflict:        http.StatusConflict,
	domain.Mismatch:        http.StatusUnprocessableEntity,
	domain.TooLarge:        http.StatusRequestEntityTooLarge,
	domain.TooMany:         http.StatusTooManyRequests,
	domain.BadMedia:        http.StatusUnsupportedMediaType,
	domain.Unavailable:     http.StatusServiceUnavailable,
	domain.Internal:        http.StatusInternalServerError,
	domain.BadRange:        http.StatusRequestedRangeNotSatisfiable,
	domain.BadCondition:    http.StatusPreconditionFailed,
}

type errorBody struct {
	Data  *struct{}   `json:"data"`
	Error errorDetail `json:"error"`
}

type errorDetail struct {
	Code      string `json:"code"`
	Message   string `json:"message"`
	RequestID string `json:"request_id"`
}

// Write answers a refusal.
func Write(c *gin.Context, e *domain.Error) {
	if (e.Kind == domain.Unavailable || e.Kind == domain.TooMany) && c.Writer.Header().Get("Retry-After") == "" {
		c.Header("Retry-After", strconv.Itoa(1+rand.IntN(3))) // not the same for everybody
	}
	if e.Kind == domain.TooMany {
		refused(c, ReasonLimit)
	}
	if e.Kind == domain.Unauthenticated {
		c.Header("WWW-Authenticate", "Bearer")
	}
	c.AbortWithStatusJSON(statuses[e.Kind], errorBody{Error: errorDetail{
		Code: e.Code, Message: e.Message, RequestID: RequestID(c),
	}})
}

// TooMany is the refusal of a request that may come again after some time
// (CH-019).
func TooMany(c *gin.Context, retry time.Duration) error {
	seconds := int64(retry / time.Second)
	if retry%time.Second > 0 || seconds == 0 {
		seconds++
	}
	c.Header("Retry-After", strconv.FormatInt(seconds, 10))
	return domain.ErrRateLimited
}

// Fail answers an error: a refusal as it is, a store that is away as 503,
// anything else logged once and shown as 500 without detail. Nobody is
// answered who has gone.
func Fail(c *gin.Context, logger *slog.Logger, err error) {
	if errors.Is(err, context.Canceled) && c.Request.Context().Err() != nil {
		traceOf(c).gone = true
		c.Abort()
		return
	}
	Write(c, Refusal(c, logger, err))
}

// Refusal is what a client is told of an error; a fault is logged.
func Refusal(c *gin.Context, logger *slog.Logger, err error) *domain.Error {
	if reason := reasonOf(err); reason != "" {
		refused(c, reason)
	}
	return RefusalOf(logger, RequestID(c), c.FullPath(), err)
}

// reasonOf is why the caller is told to come again; "" if it is not.
func reasonOf(err error) string {
	var refusal *domain.Error
	switch {
	case errors.As(err, &refusal):
		return ""
	case errors.Is(err, eventstore.ErrBusy):
		return ReasonAppends
	case errors.Is(err, dbpool.ErrBusy):
		return ReasonPool
	case errors.Is(err, queries.ErrBehind):
		return ReasonBehind
	case unavailable(err):
		return ReasonStore
	}
	return ""
}

// RefusalOf is Refusal for what is no request of its own: a frame of a socket
// that a request has opened.
func RefusalOf(logger *slog.Logger, request, route string, err error) *domain.Error {
	var refusal *domain.Error
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.Is(err, eventstore.ErrBusy), errors.Is(err, dbpool.ErrBusy):
		return domain.ErrUnavailable // metrics count them
	case unavailable(err):
		logger.Warn("not available", "request", request, "route", route, "err", err)
		return domain.ErrUnavailable
	}
	logger.Error("fault", "request", request, "route", route, "err", err)
	return domain.ErrInternal
}

// Extend gives a long request more time than the server's timeouts allow, from
// now on: to read its body and to write its answer.
func Extend(c *gin.Context, d time.Duration) error {
	control := http.NewResponseController(c.Writer)
	until := time.Now().Add(d)
	err := errors.Join(control.SetReadDeadline(until), control.SetWriteDeadline(until))
	if errors.Is(err, http.ErrNotSupported) {
		return nil // in process there is no connection
	}
	return err
}

func unavailable(err error) bool {
	return errors.Is(err, eventstore.ErrUnavailable) || errors.Is(err, eventstore.ErrAmbiguous) ||
		errors.Is(err, eventstore.ErrClosed) || errors.Is(err, queries.ErrBehind) || pgerr.Unavailable(err)
}

// RequestID is the id of the request that is being answered.
func RequestID(c *gin.Context) string { return traceOf(c).id }

// Identify is the middleware that gives every response its X-Request-Id, the
// request's own if it has a usable one, survives panics, and tells an observer
// of every answer.
func Identify(logger *slog.Logger, observe Observer) gin.HandlerFunc {
	return func(c *gin.Context) {
		began := time.Now()
		id := c.GetHeader("X-Request-Id")
		if !Printable(id, 64) {
			id = uuid.NewString()
		}
		c.Set(traceKey, &trace{id: id})
		c.Header("X-Request-Id", id)
		defer func() {
			if v := recover(); v != nil {
				logger.Error("panic", "request", id, "route", c.FullPath(), "panic", v)
				Write(c, domain.ErrInternal)
			}
			if observe != nil {
				observe(answered(c, began))
			}
		}()
		c.Next()
	}
}

// NewEngine is a Gin engine without magic: no redirects, no trusted proxies,
// 404 and 405 in the envelope. The observer may be nil.
func NewEngine(logger *slog.Logger, observe Observer) *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.RedirectTrailingSlash = false
	e.HandleMethodNotAllowed = true
	e.UseEscapedPath = true
	e.UnescapePathValues = false // Gin would take a plus for a blank
	e.ContextWithFallback = true
	if err := e.SetTrustedProxies(nil); err != nil {
		panic(err) // nil is always accepted
	}
	e.Use(Identify(logger, observe), decodePath)
	e.NoRoute(wrongPath)
	e.NoMethod(wrongMethod)
	return e
}

// wrongPath answers for a path that nothing is at (CH-016), and CONNECT, which
// names a host instead of a path.
func wrongPath(c *gin.Context) {
	if c.Request.Method == http.MethodConnect {
		Write(c, domain.ErrInvalidRequest.Because("this is not a proxy"))
		return
	}
	Write(c, domain.ErrNotFound)
}

// wrongMethod answers OPTIONS with the methods that a path takes, and other
// methods that it does not take (CH-017, CH-027). HEAD is answered wherever
// GET is.
func wrongMethod(c *gin.Context) {
	var methods []string
	for m := range strings.SplitSeq(c.Writer.Header().Get("Allow"), ",") {
		methods = append(methods, strings.TrimSpace(m))
	}
	if slices.Contains(methods, http.MethodGet) && !slices.Contains(methods, http.MethodHead) {
		methods = append(methods, http.MethodHead)
	}
	methods = append(methods, http.MethodOptions)
	slices.Sort(methods)
	c.Header("Allow", strings.Join(methods, ", "))
	if c.Request.Method == http.MethodOptions {
		c.Status(http.StatusNoContent)
		return
	}
	Write(c, domain.ErrMethodNotAllowed)
}

// decodePath decodes the values that the path carries, once: what a client
// has encoded twice is not what it means (CH-023).
func decodePath(c *gin.Context) {
	for i, p := range c.Params {
		if value, err := url.PathUnescape(p.Value); err == nil {
			c.Params[i].Value = value
		}
	}
}

// Printable reports whether s has 1 to most printable ASCII characters.
func Printable(s string, most int) bool {
	if len(s) == 0 || len(s) > most {
		return false
	}
	for _, b := range []byte(s) {
		if b < ' ' || b > '~' {
			return false
		}
	}
	return true
}

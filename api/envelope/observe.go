package envelope

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"parley/domain"
)

// Answer is what may be known of an answered request: who, what and how long,
// nothing of its content. It is an allow-list for logs and metrics.
type Answer struct {
	Method  string
	Route   string // the template, "" where nothing is
	Status  int    // 499 for a client that did not wait
	Reason  string // of a refusal that says to come again
	Request string // the id
	App     domain.AppID
	Kind    domain.ActorKind // "" for who did not authenticate
	Actor   string
	Took    time.Duration
}

// Observer hears of every answer. It must not block.
type Observer func(Answer)

// Reasons of refusals with status 429 or 503.
const (
	ReasonLimit   = "limit"         // a limit of a user, an app or an address
	ReasonAppends = "append_queue"  // too many appends wait
	ReasonPool    = "database_pool" // no connection became free in time
	ReasonBehind  = "behind"        // a read model did not get there in time
	ReasonStore   = "unavailable"   // the database is away, or the service is ending
)

// Reasons lists them.
func Reasons() []string {
	return []string{ReasonLimit, ReasonAppends, ReasonPool, ReasonBehind, ReasonStore}
}

// statusGone is what a request counts as whose client has gone.
const statusGone = 499

// trace is what is learned of a request on its way.
type trace struct {
	id     string
	app    domain.AppID
	kind   domain.ActorKind
	actor  string
	reason string
	gone   bool
}

const traceKey = "trace"

// traceOf is never nil.
func traceOf(c *gin.Context) *trace {
	if v, ok := c.Get(traceKey); ok {
		return v.(*trace)
	}
	return &trace{}
}

// Caller notes who asks.
func Caller(c *gin.Context, a domain.Actor) {
	t := traceOf(c)
	t.app, t.kind, t.actor = a.App, a.Kind, a.ID
}

func refused(c *gin.Context, reason string) { traceOf(c).reason = reason }

func answered(c *gin.Context, began time.Time) Answer {
	t := traceOf(c)
	a := Answer{
		Method: c.Request.Method, Route: c.FullPath(), Status: c.Writer.Status(), Reason: t.reason, Request: t.id,
		App: t.app, Kind: t.kind, Actor: t.actor, Took: time.Since(began),
	}
	switch {
	case t.gone:
		a.Status = statusGone
	case c.Request.Header.Get("Upgrade") != "" && a.Status == http.StatusOK:
		a.Status, a.Took = http.StatusSwitchingProtocols, 0 // how long a socket lives says nothing
	}
	return a
}

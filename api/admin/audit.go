package admin

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"parley/api/envelope"
	"parley/domain"
	"parley/internal/audit"
	"parley/internal/eventstore"
)

// auditParameters are the query parameters of the audit log.
var auditParameters = []string{
	"app", "channel", "user", "actor", "type", "from", "to", "after", "before", "limit", "last", "reveal",
}

// auditTimeout is how long a client may take for a part of the answer.
const auditTimeout = 30 * time.Second

// auditLog answers the events of the log, one JSON object a line. An
// administrator of an app sees that app only. An error in the middle is the
// last line: {"error": {"code", "message"}}.
func (s *Server) auditLog(c *gin.Context) error {
	f, err := auditFilter(c.Request.URL.Query())
	if err != nil {
		return err
	}
	if f.App != "" || actor(c).Kind == domain.ActorKey {
		by, err := s.appActor(c, f.App)
		if err != nil {
			return err
		}
		f.App = by.App
	}
	out := json.NewEncoder(c.Writer)
	begun := false
	begin := func() {
		if !begun {
			begun = true
			c.Header("Content-Type", "application/x-ndjson")
			c.Status(http.StatusOK)
		}
	}
	sent := 0
	err = s.Audit.Events(c.Request.Context(), f, func(e audit.Entry) error {
		begin()
		if sent%1000 == 0 {
			if err := envelope.Extend(c, auditTimeout); err != nil {
				return err
			}
		}
		sent++
		return out.Encode(e)
	})
	switch {
	case err == nil:
		begin()
		c.Writer.WriteHeaderNow()
		return nil
	case !begun:
		return err
	case c.Request.Context().Err() != nil:
		return nil
	}
	refusal := envelope.Refusal(c, s.Logger, err)
	_ = out.Encode(map[string]importError{"error": {refusal.Code, refusal.Message}})
	return nil
}

func auditFilter(q url.Values) (f audit.Filter, err error) {
	for name, values := range q {
		if !slices.Contains(auditParameters, name) {
			return f, domain.ErrInvalidRequest.Because("unknown parameter %s; known are %s", name, strings.Join(auditParameters, ", "))
		}
		if len(values) > 1 && name != "type" {
			return f, domain.ErrInvalidRequest.Because("%s is given twice", name)
		}
	}
	f.App, f.User, f.Actor = domain.AppID(q.Get("app")), domain.UserID(q.Get("user")), q.Get("actor")
	for _, list := range q["type"] {
		for typ := range strings.SplitSeq(list, ",") {
			if _, known := domain.EventTypes()[typ]; !known {
				return f, domain.ErrInvalidRequest.Because("type %q is no event; known are %s", typ, strings.Join(eventTypes(), ", "))
			}
			f.Types = append(f.Types, typ)
		}
	}
	if text := q.Get("channel"); text != "" {
		id, err := domain.ParseID(text)
		if err != nil {
			return f, domain.ErrInvalidRequest.Because("channel is not an id")
		}
		f.Channel = domain.ChannelID(id)
	}
	if f.User != "" && !f.User.Valid() {
		return f, domain.ErrInvalidRequest.Because("user is not a user id")
	}
	if f.From, err = auditTime(q, "from"); err != nil {
		return f, err
	}
	if f.To, err = auditTime(q, "to"); err != nil {
		return f, err
	}
	numbers := map[string]func(int64){
		"after": func(n int64) { f.After = eventstore.Position(n) }, "before": func(n int64) { f.Before = eventstore.Position(n) },
		"limit": func(n int64) { f.Limit = int(n) }, "last": func(n int64) { f.Last = int(n) },
	}
	for name, set := range numbers {
		n, err := auditNumber(q, name)
		if err != nil {
			return f, err
		}
		set(n)
	}
	if f.Last > maxLast || f.Last > 0 && f.Limit > 0 {
		return f, domain.ErrInvalidRequest.Because("last is at most %d, and limit and last exclude each other", maxLast)
	}
	switch q.Get("reveal") {
	case "", "false":
	case "true":
		f.Reveal = true
	default:
		return f, domain.ErrInvalidRequest.Because("reveal is true or false")
	}
	return f, nil
}

// maxLast bounds what is held in memory.
const maxLast = 10_000

func auditNumber(q url.Values, name string) (int64, error) {
	text := q.Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > 1<<62 {
		return 0, domain.ErrInvalidRequest.Because("%s is a whole number, not negative", name)
	}
	return n, nil
}

// auditTime reads RFC 3339 or seconds since 1970.
func auditTime(q url.Values, name string) (time.Time, error) {
	text := q.Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > maxTime/1000 {
		return time.Time{}, domain.ErrInvalidRequest.Because("%s is a time like 2026-03-01T12:00:00Z, or seconds since 1970", name)
	}
	return time.Unix(n, 0), nil
}

func eventTypes() []string {
	var names []string
	for name := range domain.EventTypes() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"parley/internal/audit"
)

type auditCmd struct {
	Log auditLogCmd `cmd:"" help:"Print the events of the log: who did what, where and when."`
}

type auditLogCmd struct {
	App     string   `help:"Events of an app."`
	Channel string   `help:"Events of a channel and its messages, by its id." placeholder:"ID"`
	User    string   `help:"Events of a user: what it did and what was done to it." placeholder:"ID"`
	Actor   string   `help:"Events that somebody brought about: a user id, a key id or operator." placeholder:"ID"`
	Type    []string `help:"Types of events, for example MessageSent,MemberRemoved." placeholder:"TYPE"`
	From    string   `help:"Recorded at this time or later: 2026-03-01T12:00:00Z, or a duration ago, for example 24h." placeholder:"TIME"`
	To      string   `help:"Recorded before this time." placeholder:"TIME"`
	After   int64    `help:"Behind this position of the log." placeholder:"POSITION"`
	Before  int64    `help:"In front of this position of the log." placeholder:"POSITION"`
	Limit   int      `help:"The first ones only." placeholder:"N"`
	Last    int      `help:"The last ones only." placeholder:"N"`
	Reveal  bool     `help:"Open what is sealed: names and texts."`
	JSON    bool     `help:"One JSON object a line."`
	adminFlags
}

// Help shows examples.
func (*auditLogCmd) Help() string {
	return `Events come in the order of the log, one a line: when, position, type, stream,
who, and the event's fields. Personal text stays sealed unless --reveal is given;
that of erased users is gone.

Examples:

  parley audit log --last 20
  parley audit log --user ann --from 24h --json
  parley audit log --app demo --type MemberRemoved,ChannelDeleted`
}

// Run prints the wanted events as they come.
func (c *auditLogCmd) Run(g *globals) error {
	q, err := c.query(time.Now())
	if err != nil {
		return refusal{exitUsage, err}
	}
	server, err := c.open(g)
	if err != nil {
		return err
	}
	defer server.close()
	answer, err := server.stream(g.ctx, http.MethodGet, "/v1/admin/audit/log?"+q.Encode(), nil)
	if err != nil {
		return err
	}
	defer answer.Close()
	for d := json.NewDecoder(answer); ; {
		var line json.RawMessage
		err := d.Decode(&line)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("answer of the server: %w", err)
		}
		if err := c.print(g.stdout, line); err != nil {
			return err
		}
	}
}

func (c *auditLogCmd) print(w io.Writer, line json.RawMessage) error {
	var e struct {
		audit.Entry
		Error *struct{ Code, Message string } `json:"error"`
	}
	if err := json.Unmarshal(line, &e); err != nil {
		return fmt.Errorf("answer of the server: %w", err)
	}
	if e.Error != nil {
		return &answerError{code: e.Error.Code, message: e.Error.Message}
	}
	text := string(line)
	if !c.JSON {
		text = e.String()
	}
	_, err := fmt.Fprintln(w, text)
	return err
}

func (c *auditLogCmd) query(now time.Time) (url.Values, error) {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" && value != "0" {
			q.Set(name, value)
		}
	}
	for name, value := range map[string]string{"app": c.App, "channel": c.Channel, "user": c.User, "actor": c.Actor} {
		set(name, value)
	}
	for name, value := range map[string]int64{"after": c.After, "before": c.Before, "limit": int64(c.Limit), "last": int64(c.Last)} {
		set(name, strconv.FormatInt(value, 10))
	}
	for _, typ := range c.Type {
		q.Add("type", typ)
	}
	for name, value := range map[string]string{"from": c.From, "to": c.To} {
		t, err := momentOf(value, now)
		if err != nil {
			return nil, fmt.Errorf("--%s %s: want a time like 2026-03-01T12:00:00Z or a duration ago like 24h", name, value)
		}
		set(name, t)
	}
	if c.Reveal {
		q.Set("reveal", "true")
	}
	return q, nil
}

// momentOf is a time, or a duration before now, in RFC 3339.
func momentOf(text string, now time.Time) (string, error) {
	if text == "" {
		return "", nil
	}
	if d, err := time.ParseDuration(text); err == nil {
		return now.Add(-d).UTC().Format(time.RFC3339Nano), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.Format(time.RFC3339Nano), nil
		}
	}
	return "", errors.New("not a time")
}

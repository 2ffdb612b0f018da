package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// limits are the app's in words.
func (a appView) limits() string {
	var word string
	if json.Unmarshal(a.Limits, &word) == nil {
		return word
	}
	var set map[string]json.Number
	if err := json.Unmarshal(a.Limits, &set); err != nil || len(set) == 0 {
		return "default"
	}
	var words []string
	for _, name := range limitNames {
		if n, ok := set[name]; ok {
			words = append(words, name+"="+n.String())
		}
	}
	return strings.Join(words, " ")
}

// limitNames are what can be limited.
var limitNames = []string{"user_sends", "user_send_burst", "user_requests", "user_burst", "app_sends", "app_history_reads", "user_sockets"}

// parseLimits reads limits as they are written on the command line: off,
// default, or name=number after what holds already.
func parseLimits(words []string, held json.RawMessage) (any, error) {
	if len(words) == 1 && words[0] == "off" {
		return "off", nil
	}
	set := map[string]any{}
	if len(words) == 1 && words[0] == "default" {
		return set, nil
	}
	if len(held) > 0 && held[0] == '{' {
		if err := json.Unmarshal(held, &set); err != nil {
			return nil, err
		}
	}
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		n, err := strconv.ParseFloat(value, 64)
		if err != nil || !slices.Contains(limitNames, name) {
			return nil, refusal{exitUsage, fmt.Errorf("limit %q: want off, default, or name=number with a name of %s", word, strings.Join(limitNames, ", "))}
		}
		set[name] = n
	}
	return set, nil
}

type appLimitCmd struct {
	ID     string   `arg:"" help:"Id of the app."`
	Limits []string `arg:"" help:"off, default, or name=number: user_sends, user_send_burst, user_requests, user_burst, app_sends, app_history_reads, user_sockets."`
	JSON   bool     `help:"Print the answer as JSON."`
	adminFlags
}

// Help shows examples.
func (*appLimitCmd) Help() string {
	return `Rates are per second and node, 0 is the default. What is not named stays as it
is. It takes the operator token: limits protect the installation from the app.

Examples:

  parley app limit demo user_sends=50 user_send_burst=150
  parley app limit demo off
  parley app limit demo default --json`
}

// Run sets the limits.
func (c *appLimitCmd) Run(g *globals) error {
	server, err := c.open(g)
	if err != nil {
		return err
	}
	defer server.close()
	var a appView
	if err := server.call(g.ctx, http.MethodGet, appPath(c.ID), nil, &a); err != nil {
		return err
	}
	limits, err := parseLimits(c.Limits, a.Limits)
	if err != nil {
		return err
	}
	if err := server.call(g.ctx, http.MethodPut, appPath(c.ID)+"/limits", limits, &a); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(g.stdout, a)
	}
	_, err = fmt.Fprintf(g.stdout, "limits of app %s: %s\n", a.ID, a.limits())
	return err
}

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

type tokenCmd struct {
	App  string        `help:"App of the token." default:"demo"`
	User string        `help:"User id of the token." required:""`
	Name string        `help:"Display name the token carries."`
	TTL  time.Duration `help:"How long it is valid." default:"24h"`
	JSON bool          `help:"Print the whole answer as JSON."`
	adminFlags
}

// Help shows examples.
func (*tokenCmd) Help() string {
	return `The server signs with a native key of the app. Applications sign tokens
themselves; this is for trying things out.

Examples:

  parley token --user ann
  parley token --app demo --user ann --name "Ann Lee" --ttl 1h --json`
}

// Run has a token signed and prints it.
func (c *tokenCmd) Run(g *globals) error {
	if c.TTL < time.Second {
		return refusal{exitUsage, errors.New("--ttl is at least 1s")}
	}
	server, err := c.open(g)
	if err != nil {
		return err
	}
	defer server.close()
	var answer json.RawMessage
	err = server.call(g.ctx, http.MethodPost, "/v1/admin/tokens", map[string]any{
		"app": c.App, "user": c.User, "name": c.Name, "ttl_seconds": int64(c.TTL / time.Second),
	}, &answer)
	if err != nil {
		return err
	}
	if c.JSON {
		_, err = fmt.Fprintln(g.stdout, string(bytes.TrimSpace(answer)))
		return err
	}
	var body struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal(answer, &body); err != nil {
		return fmt.Errorf("answer of the server: %w", err)
	}
	_, err = fmt.Fprintln(g.stdout, body.Token)
	return err
}

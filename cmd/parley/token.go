package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

type tokenCmd struct {
	App     string        `help:"App of the token." default:"demo"`
	User    string        `help:"User id of the token." required:""`
	Name    string        `help:"Display name the token carries."`
	TTL     time.Duration `help:"How long it is valid." default:"24h"`
	Server  string        `help:"URL of the server; found through its data directory when empty." env:"PARLEY_SERVER"`
	Key     string        `help:"Operator token of the server." env:"PARLEY_KEY"`
	DataDir string        `help:"Data directory of the server." env:"PARLEY_DATA_DIR"`
	JSON    bool          `help:"Print the whole answer as JSON."`
}

const adminTimeout = 30 * time.Second

// Run asks a running server to sign a token and prints it.
func (c *tokenCmd) Run(g *globals) error {
	if c.TTL < time.Second {
		return refusal{exitUsage, errors.New("--ttl is at least 1s")}
	}
	d, err := c.server()
	if err != nil {
		return refusal{exitRefused, err}
	}
	request, err := json.Marshal(map[string]any{
		"app": c.App, "user": c.User, "name": c.Name, "ttl_seconds": int64(c.TTL / time.Second),
	})
	if err != nil {
		return err
	}
	answer, err := post(g, d, "/v1/admin/tokens", request)
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
		return fmt.Errorf("answer of %s: %w", d.URL, err)
	}
	_, err = fmt.Fprintln(g.stdout, body.Token)
	return err
}

// server is the server to ask: the one named, or the one found. The operator
// token of a found server is sent to no other.
func (c *tokenCmd) server() (description, error) {
	d := description{URL: strings.TrimSuffix(c.Server, "/"), Token: c.Key}
	if d.URL != "" && !strings.Contains(d.URL, "://") {
		d.URL = "http://" + d.URL
	}
	if d.URL != "" && d.Token != "" {
		return d, nil
	}
	found, err := findServer(c.DataDir)
	switch {
	case err != nil:
		return d, err
	case d.URL == "":
		d.URL = found.URL
	case d.URL != found.URL:
		return d, fmt.Errorf("the server at %s needs its operator token: give it with --key or PARLEY_KEY", d.URL)
	}
	if d.Token == "" {
		d.Token = found.Token
	}
	return d, nil
}

// post sends JSON to a server's admin face.
func post(g *globals, d description, path string, body []byte) ([]byte, error) {
	q, err := http.NewRequestWithContext(g.ctx, http.MethodPost, d.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("server %s: %w", d.URL, err)
	}
	q.Header.Set("Authorization", "Bearer "+d.Token)
	q.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: adminTimeout}
	a, err := client.Do(q)
	if err != nil {
		return nil, fmt.Errorf("no answer from the server at %s: is it running? %w", d.URL, err)
	}
	defer a.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(a.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	if a.StatusCode/100 == 2 {
		return answer, nil
	}
	var envelope struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(answer, &envelope) != nil || envelope.Error.Code == "" {
		return nil, fmt.Errorf("%s answered %s", d.URL, a.Status)
	}
	remedy := ""
	if a.StatusCode == http.StatusUnauthorized {
		remedy = "; check --key or PARLEY_KEY"
	}
	return nil, fmt.Errorf("%s (%s)%s", envelope.Error.Message, envelope.Error.Code, remedy)
}

package main

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"parley/domain"
)

type keyCmd struct {
	Create keyCreateCmd `cmd:"" help:"Issue a key of an app; its secret is shown this once."`
	List   keyListCmd   `cmd:"" help:"List the keys of an app."`
	Rotate keyRotateCmd `cmd:"" help:"Give a key another secret; the former one stays valid for a day."`
	Revoke keyRevokeCmd `cmd:"" help:"Make a key worthless at once, with all tokens it has signed."`
}

// keyName names a key: by its id, or in full as app.id.
type keyName struct {
	App string `help:"App of the key; part of a key's full name." default:"demo"`
	ID  string `arg:"" name:"key" help:"Key, as its id or in full as app.id."`
}

// path is where the server has the key.
func (k keyName) path() string {
	app, id := k.App, k.ID
	if of, key, ok := domain.KeyName(k.ID).Split(); ok {
		app, id = string(of), key
	}
	return keyPath(app) + "/" + url.PathEscape(id)
}

func keyPath(app string) string { return appPath(app) + "/keys" }

// keyView is a key as the server shows it.
type keyView struct {
	ID         string              `json:"id"`
	Name       string              `json:"name"`
	Capability map[string][]string `json:"capability"`
	Native     bool                `json:"native"`
	Version    int                 `json:"version"`
	IssuedAt   int64               `json:"issued_at"`
	RevokedAt  *int64              `json:"revoked_at"`
}

func keysOf(g *globals, server *adminClient, app string) ([]keyView, error) {
	return pages(g, server, keyPath(app), "keys", func(k keyView) string { return k.ID })
}

func printKeys(w io.Writer, keys []keyView) error {
	rows := make([][]string, len(keys))
	for i, k := range keys {
		state := "valid"
		if k.RevokedAt != nil {
			state = "revoked " + printTime(*k.RevokedAt)
		}
		native := "no"
		if k.Native {
			native = "yes"
		}
		rows[i] = []string{k.Name, printTime(k.IssuedAt), strconv.Itoa(k.Version), native, state, printCapability(k.Capability)}
	}
	return printTable(w, []string{"KEY", "ISSUED (UTC)", "VERSION", "SIGNS TOKENS", "STATE", "CAPABILITY"}, rows)
}

func printCapability(capability map[string][]string) string {
	words := make([]string, 0, len(capability))
	for _, resource := range slices.Sorted(maps.Keys(capability)) {
		words = append(words, resource+"="+strings.Join(capability[resource], ","))
	}
	return strings.Join(words, " ")
}

type keyListCmd struct {
	App  string `help:"App of the keys." default:"demo"`
	JSON bool   `help:"Print the answer as JSON."`
	adminFlags
}

// Help shows examples.
func (*keyListCmd) Help() string {
	return `Examples:

  parley key list
  parley key list --app demo --json`
}

// Run lists the keys.
func (c *keyListCmd) Run(g *globals) error {
	server, err := c.open(g)
	if err != nil {
		return err
	}
	defer server.close()
	keys, err := keysOf(g, server, c.App)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(g.stdout, map[string]any{"keys": keys})
	}
	return printKeys(g.stdout, keys)
}

type keyRotateCmd struct {
	keyName
	SecretFile string `help:"File that holds the new secret, - for the input; drawn when not given." placeholder:"FILE"`
	JSON       bool   `help:"Print the answer as JSON."`
	adminFlags
}

// Help shows examples.
func (*keyRotateCmd) Help() string {
	return `It prints the key with its new secret as appId.keyId:secret. Give it to all who
use the key within a day.

Examples:

  parley key rotate demo.mobile
  parley key rotate mobile --app demo --json`
}

// Run rotates the key.
func (c *keyRotateCmd) Run(g *globals) error {
	body := map[string]any{}
	if c.SecretFile != "" {
		secret, err := readSecret(c.SecretFile)
		if err != nil {
			return err
		}
		body["secret"] = secret
	}
	return issue(g, c.adminFlags, c.path()+"/rotate", body, c.JSON)
}

type keyRevokeCmd struct {
	keyName
	adminFlags
}

// Help shows examples.
func (*keyRevokeCmd) Help() string {
	return `A revoked key can be issued anew under its id, with another secret.

Examples:

  parley key revoke demo.mobile
  parley key revoke backoffice --app demo`
}

// Run revokes the key.
func (c *keyRevokeCmd) Run(g *globals) error {
	if err := c.once(g, http.MethodDelete, c.path(), nil, nil); err != nil {
		return err
	}
	_, err := fmt.Fprintf(g.stdout, "key %s is revoked\n", c.ID)
	return err
}

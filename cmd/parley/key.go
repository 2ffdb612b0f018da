package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
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

type keyCreateCmd struct {
	App        string   `help:"App of the key." default:"demo"`
	ID         string   `arg:"" optional:"" name:"id" help:"Id of the key: 1 to 32 letters, digits, _ and -. Drawn when it is not given."`
	Allow      []string `help:"What the key may do, as resource=operation,operation; everything but admin when not given. May be repeated." placeholder:"RIGHT" sep:"none"`
	Admin      bool     `help:"It may administer its app, too: its keys, its import, its audit log."`
	Native     *bool    `help:"It signs tokens of users; keys that may do everything do so anyway." negatable:""`
	SecretFile string   `help:"File that holds the secret, - for the input; drawn when not given." placeholder:"FILE"`
	JSON       bool     `help:"Print the answer as JSON."`
	adminFlags
}

// Help shows examples.
func (*keyCreateCmd) Help() string {
	return `It prints the key as appId.keyId:secret. The secret is kept sealed and never shown
again. A key that administers an app gives no key more rights than it has.

Examples:

  parley key create --app demo
  parley key create mobile --app demo --allow 'rooms:*=publish,subscribe' --json
  parley key create backoffice --app demo --admin --no-native`
}

// Run issues the key.
func (c *keyCreateCmd) Run(g *globals) error {
	body := map[string]any{}
	if c.ID != "" {
		body["id"] = c.ID
	}
	if c.Native != nil {
		body["native"] = *c.Native
	}
	capability, err := c.capability()
	if err != nil {
		return err
	}
	if capability != nil {
		body["capability"] = capability
	}
	if c.SecretFile != "" {
		if body["secret"], err = readSecret(c.SecretFile); err != nil {
			return err
		}
	}
	return issue(g, c.adminFlags, keyPath(c.App), body, c.JSON)
}

// capability is nil for the server's default.
func (c *keyCreateCmd) capability() (map[string][]string, error) {
	if len(c.Allow) == 0 && !c.Admin {
		return nil, nil
	}
	capability := map[string][]string{}
	for _, right := range c.Allow {
		i := strings.LastIndexByte(right, '=')
		if i < 1 || i == len(right)-1 {
			return nil, refusal{exitUsage, fmt.Errorf("--allow %q: want resource=operation,operation, for example rooms:*=publish", right)}
		}
		resource := right[:i]
		capability[resource] = append(capability[resource], strings.Split(right[i+1:], ",")...)
	}
	if len(c.Allow) == 0 {
		capability["*"] = []string{"*"}
	}
	if c.Admin {
		capability["*"] = append(capability["*"], "admin")
	}
	return capability, nil
}

// readSecret reads a secret from a file, so that no process list shows it.
func readSecret(path string) (string, error) {
	var b []byte
	var err error
	if path == "-" {
		b, err = io.ReadAll(io.LimitReader(os.Stdin, 1<<10))
	} else {
		b, err = os.ReadFile(path)
	}
	if err != nil {
		return "", refusal{exitUsage, fmt.Errorf("secret: %w", err)}
	}
	secret := strings.TrimSpace(string(b))
	if err := domain.CheckSecret(secret); err != nil {
		return "", refusal{exitUsage, fmt.Errorf("%s: %w", path, err)}
	}
	return secret, nil
}

// issue asks for a new secret and shows it.
func issue(g *globals, f adminFlags, path string, body any, asJSON bool) error {
	var answer json.RawMessage
	if err := f.once(g, http.MethodPost, path, body, &answer); err != nil {
		return err
	}
	if asJSON {
		return printJSON(g.stdout, answer)
	}
	var key struct {
		Name        string `json:"name"`
		Secret      string `json:"secret"`
		FormerUntil int64  `json:"former_valid_until"`
	}
	if err := json.Unmarshal(answer, &key); err != nil {
		return fmt.Errorf("answer of the server: %w", err)
	}
	fmt.Fprintln(g.stderr, "the secret is shown this once:")
	if key.FormerUntil > 0 {
		fmt.Fprintf(g.stderr, "the former one is valid until %s UTC\n", printTime(key.FormerUntil))
	}
	_, err := fmt.Fprintf(g.stdout, "%s:%s\n", key.Name, key.Secret)
	return err
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

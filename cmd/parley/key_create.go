package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"parley/domain"
)

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

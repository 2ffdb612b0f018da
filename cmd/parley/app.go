package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

type appCmd struct {
	Create appCreateCmd `cmd:"" help:"Make an app."`
	List   appListCmd   `cmd:"" help:"List the apps."`
	Show   appShowCmd   `cmd:"" help:"Show an app and its keys."`
	Limit  appLimitCmd  `cmd:"" help:"Set what the users of an app may ask for, or take its limits away."`
}

const appsPath = "/v1/admin/apps"

func appPath(id string) string { return appsPath + "/" + url.PathEscape(id) }

// appView is an app as the server shows it.
type appView struct {
	ID        string          `json:"id"`
	CreatedAt int64           `json:"created_at"`
	Limits    json.RawMessage `json:"limits"`
}

type appCreateCmd struct {
	ID     string   `arg:"" help:"Id of the app: 1 to 32 of a-z, 0-9 and _."`
	Limits []string `help:"off, or name=number, as in parley app limit." placeholder:"LIMIT"`
	JSON   bool     `help:"Print the answer as JSON."`
	adminFlags
}

// Help shows examples.
func (*appCreateCmd) Help() string {
	return `An app is a tenant: users, channels and keys of their own. A new one has no key.

Examples:

  parley app create shop
  parley app create bench --limits off --json`
}

// Run makes the app.
func (c *appCreateCmd) Run(g *globals) error {
	body := map[string]any{"id": c.ID}
	if len(c.Limits) > 0 {
		limits, err := parseLimits(c.Limits, nil)
		if err != nil {
			return err
		}
		body["limits"] = limits
	}
	var a json.RawMessage
	if err := c.once(g, http.MethodPost, appsPath, body, &a); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(g.stdout, a)
	}
	_, err := fmt.Fprintf(g.stdout, "app %s is there; make a key for it: parley key create --app %s\n", c.ID, c.ID)
	return err
}

type appListCmd struct {
	JSON bool `help:"Print the answer as JSON."`
	adminFlags
}

// Help shows examples.
func (*appListCmd) Help() string {
	return `It takes the operator token: a key sees its own app only.

Examples:

  parley app list
  parley app list --json`
}

// Run lists the apps.
func (c *appListCmd) Run(g *globals) error {
	server, err := c.open(g)
	if err != nil {
		return err
	}
	defer server.close()
	list, err := pages(g, server, appsPath, "apps", func(a appView) string { return a.ID })
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(g.stdout, map[string]any{"apps": list})
	}
	rows := make([][]string, len(list))
	for i, a := range list {
		rows[i] = []string{a.ID, printTime(a.CreatedAt), a.limits()}
	}
	return printTable(g.stdout, []string{"APP", "CREATED (UTC)", "LIMITS"}, rows)
}

// pages reads a list to its end; id is what the next page begins after.
func pages[T any](g *globals, server *adminClient, path, name string, id func(T) string) ([]T, error) {
	list := []T{}
	for query := "?limit=1000"; ; {
		var page map[string][]T
		if err := server.call(g.ctx, http.MethodGet, path+query, nil, &page); err != nil {
			return nil, err
		}
		list = append(list, page[name]...)
		if len(page[name]) < 1000 {
			return list, nil
		}
		query = "?limit=1000&after=" + url.QueryEscape(id(list[len(list)-1]))
	}
}

type appShowCmd struct {
	ID   string `arg:"" help:"Id of the app."`
	JSON bool   `help:"Print the answer as JSON."`
	adminFlags
}

// Help shows examples.
func (*appShowCmd) Help() string {
	return `Examples:

  parley app show demo
  parley app show demo --json`
}

// Run shows the app.
func (c *appShowCmd) Run(g *globals) error {
	server, err := c.open(g)
	if err != nil {
		return err
	}
	defer server.close()
	var a appView
	if err := server.call(g.ctx, http.MethodGet, appPath(c.ID), nil, &a); err != nil {
		return err
	}
	keys, err := keysOf(g, server, c.ID)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(g.stdout, map[string]any{"app": a, "keys": keys})
	}
	fmt.Fprintf(g.stdout, "app      %s\ncreated  %s UTC\nlimits   %s\n\n", a.ID, printTime(a.CreatedAt), a.limits())
	return printKeys(g.stdout, keys)
}

// once opens the server for a single call.
func (f adminFlags) once(g *globals, method, path string, body, answer any) error {
	server, err := f.open(g)
	if err != nil {
		return err
	}
	defer server.close()
	return server.call(g.ctx, method, path, body, answer)
}

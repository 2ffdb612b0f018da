package main

import (
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
)

type configCmd struct {
	Show configShowCmd `cmd:"" help:"Show the settings that parley serve would run with."`
}

type configShowCmd struct {
	serveCmd
	Sources bool `help:"Say where each setting comes from."`
	JSON    bool `help:"Print them as JSON."`
}

// Help shows examples.
func (*configShowCmd) Help() string {
	return `Flags win over the environment, which wins over the file named by --config, which
wins over the defaults. It takes the flags of parley serve. Secrets are not shown.

Examples:

  parley config show
  parley config show --sources --json
  parley config show --sources --config parley.yaml --addr 0.0.0.0:8080`
}

// setting is the effective value of a setting of the server.
type setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Source string `json:"source"`
}

// Run prints the settings.
func (c *configShowCmd) Run(g *globals) error {
	settings := settingsOf(g.parsed)
	if c.JSON {
		return printJSON(g.stdout, map[string]any{"settings": settings})
	}
	titles, rows := []string{"SETTING", "VALUE"}, make([][]string, len(settings))
	if c.Sources {
		titles = append(titles, "SOURCE")
	}
	for i, s := range settings {
		rows[i] = []string{s.Name, s.Value, s.Source}[:len(titles)]
	}
	return printTable(g.stdout, titles, rows)
}

// settingsOf reads the flags that a command has in common with parley serve.
func settingsOf(k *kong.Context) (settings []setting) {
	served := map[string]bool{}
	for _, n := range k.Model.Children {
		for _, flag := range n.Flags {
			served[flag.Name] = served[flag.Name] || n.Name == "serve"
		}
	}
	for _, flag := range k.Selected().Flags {
		if served[flag.Name] {
			settings = append(settings, setting{flag.Name, effective(flag), sourceOf(k, flag)})
		}
	}
	return settings
}

// sourceOf tells where a flag has its value from.
func sourceOf(k *kong.Context, flag *kong.Flag) string {
	for _, p := range k.Path {
		if p.Flag == flag && !p.Resolved {
			return "flag"
		}
	}
	for _, env := range flag.Envs {
		if _, set := os.LookupEnv(env); set {
			return "environment " + env
		}
	}
	for _, p := range k.Path {
		if p.Flag == flag {
			return "file"
		}
	}
	return "default"
}

// whenEmpty is what settings come to that are not set.
var whenEmpty = map[string]string{
	"data-dir": defaultDataDir, "admin-addr": defaultAdminAddr + ", or a free port", "database-url": "(embedded)", "nats-url": "(none: over the database)",
	"root-key-file": "(root.key in the data directory)", "operator-key": "(operator.key in the data directory)",
	"pg-bin": "(PATH and the usual folders)", "attachment-types": "(the usual ones)",
	"asset-key": "(in the data directory)", "asset-url": "(the server's own address)",
}

// effective is what a flag comes to, without what is secret.
func effective(flag *kong.Flag) string {
	text := written(flag.Target.Interface())
	switch {
	case text == "":
		return whenEmpty[flag.Name]
	case strings.HasSuffix(flag.Name, "-key"):
		return "(set, not shown)"
	case flag.Name == "database-url":
		return redacted(text)
	case flag.Name == "nats-url":
		return redactedAll(text)
	}
	return text
}

// redactedAll are URLs without what is secret. A user without a password is a
// token.
func redactedAll(text string) string {
	urls := strings.Split(text, ",")
	for i, text := range urls {
		u, err := url.Parse(strings.TrimSpace(text))
		if err != nil || u.Host == "" {
			urls[i] = "(malformed, not shown)"
			continue
		}
		if _, named := u.User.Password(); u.User != nil && !named {
			u.User = url.User("xxxxx")
		}
		urls[i] = u.Redacted()
	}
	return strings.Join(urls, ",")
}

var passwordWord = regexp.MustCompile(`(?i)(password\s*=\s*)('(?:[^'\\]|\\.)*'?|[^\s&]+)`)

// redacted is a database URL without its password.
func redacted(text string) string {
	if u, err := url.Parse(text); err == nil && u.Scheme != "" {
		text = u.Redacted()
	} else if strings.Contains(text, "://") {
		return "(malformed, not shown)"
	}
	return passwordWord.ReplaceAllString(text, "${1}xxxxx")
}

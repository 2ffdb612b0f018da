package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/goccy/go-yaml"

	"parley/commands"
	"parley/domain"
)

// bootstrap is the file that declares apps and their keys.
type bootstrap struct {
	Apps []bootstrapApp `yaml:"apps"`
}

type bootstrapApp struct {
	ID   domain.AppID   `yaml:"id"`
	Keys []bootstrapKey `yaml:"keys"`
	// Limits are "off" or a map; see declaredLimits.
	Limits any `yaml:"limits"`
	// Agora belongs to a face of a later version; it is checked for form and
	// otherwise left alone.
	Agora map[string]string `yaml:"agora"`
}

type bootstrapKey struct {
	Name       domain.KeyName      `yaml:"name"`
	Secret     string              `yaml:"secret"`
	Capability map[string][]string `yaml:"capability"`
	Native     *bool               `yaml:"native"`
}

func readBootstrap(path string) (bootstrap, error) {
	f, err := os.Open(path)
	if err != nil {
		return bootstrap{}, fmt.Errorf("bootstrap file: %w", err)
	}
	defer f.Close()
	var b bootstrap
	if err := yaml.NewDecoder(f, yaml.Strict()).Decode(&b); err != nil && !errors.Is(err, io.EOF) {
		return b, fmt.Errorf("bootstrap file %s: %s", path, yaml.FormatError(err, false, false))
	}
	return b, b.validate()
}

func (b bootstrap) validate() error {
	var errs []error
	named := map[string]bool{}
	once := func(what, name string) {
		if named[what+name] {
			errs = append(errs, fmt.Errorf("%s %s is declared twice", what, name))
		}
		named[what+name] = true
	}
	for _, a := range b.Apps {
		once("app", string(a.ID))
		if !a.ID.Valid() {
			errs = append(errs, fmt.Errorf("app id %q: want 1 to 32 of a-z, 0-9 and _, not starting with _", a.ID))
		}
		if _, err := declaredLimits(a.Limits); err != nil {
			errs = append(errs, fmt.Errorf("app %s: %w", a.ID, err))
		}
		for _, k := range a.Keys {
			once("key", string(k.Name))
			if app, _, ok := k.Name.Split(); !ok || app != a.ID {
				errs = append(errs, fmt.Errorf("key name %q: want %s.<key id>", k.Name, a.ID))
			}
			if err := domain.CheckSecret(k.Secret); err != nil {
				errs = append(errs, fmt.Errorf("key %s: %w", k.Name, err))
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("bootstrap file: %w", err)
	}
	return nil
}

// apply declares what the file says; what stands already is left as it is.
func (b bootstrap) apply(ctx context.Context, c *commands.Service, logger *slog.Logger) error {
	for _, a := range b.Apps {
		limits, err := declaredLimits(a.Limits)
		if err != nil {
			return fmt.Errorf("bootstrap app %s: %w", a.ID, err)
		}
		declare := commands.DeclareApp{By: operator, App: a.ID, Limits: limits}
		for _, k := range a.Keys {
			_, id, _ := k.Name.Split()
			declare.Keys = append(declare.Keys, commands.DeclareKey{
				ID: id, Secret: k.Secret, Capability: k.Capability, Native: k.native(),
			})
		}
		out, err := c.DeclareApp(ctx, declare)
		if err != nil {
			return fmt.Errorf("bootstrap app %s: %w", a.ID, err)
		}
		logger.Info("bootstrap", "app", a.ID, "keys", len(a.Keys), "changed", out.Changed)
		if a.Agora != nil {
			logger.Warn("bootstrap: agora has no effect in this version", "app", a.ID)
		}
	}
	return nil
}

// native keys sign native tokens: those that say so, else those that may do
// everything.
func (k bootstrapKey) native() bool {
	if k.Native != nil {
		return *k.Native
	}
	all, ok := k.Capability["*"]
	return len(k.Capability) == 1 && ok && len(all) == 1 && all[0] == "*"
}

// operator is the actor of what the server does on its own behalf.
var operator = domain.Actor{Kind: domain.ActorSystem, ID: "operator", Dialect: "cli"}

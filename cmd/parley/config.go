package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// configFile is a file with settings. parley doctor reads it by itself, to say
// what is wrong with it.
type configFile string

// BeforeResolve reads the file.
func (configFile) BeforeResolve(k *kong.Kong, ctx *kong.Context, trace *kong.Path) error {
	path, _ := ctx.FlagValue(trace.Flag).(configFile)
	if n := ctx.Selected(); n != nil && n.Target.Type() == reflect.TypeFor[doctorCmd]() {
		return nil
	}
	resolver, err := k.LoadConfig(string(path))
	if err != nil {
		return err
	}
	ctx.AddResolver(resolver)
	return nil
}

// loadConfig reads settings from YAML. The file gives way to the environment,
// which gives way to flags; keys that are no flag are refused.
func loadConfig(r io.Reader) (kong.Resolver, error) {
	values := map[string]any{}
	if err := yaml.NewDecoder(r).Decode(&values); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("config file: %s", yaml.FormatError(err, false, false))
	}
	return &fileResolver{values}, nil
}

type fileResolver struct{ values map[string]any }

// Validate refuses keys that no command has.
func (f *fileResolver) Validate(app *kong.Application) error {
	known := map[string]bool{}
	err := kong.Visit(app, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			known[flag.Name] = true
		}
		return next(nil)
	})
	if err != nil {
		return err
	}
	for key := range f.values {
		if !known[strings.ReplaceAll(key, "_", "-")] {
			return fmt.Errorf("config file: unknown key %s", key)
		}
	}
	return nil
}

// Resolve gives the file's value of a flag unless the environment has one.
func (f *fileResolver) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, env := range flag.Envs {
		if _, set := os.LookupEnv(env); set {
			return nil, nil
		}
	}
	if v, ok := f.values[flag.Name]; ok {
		return v, nil
	}
	return f.values[strings.ReplaceAll(flag.Name, "-", "_")], nil
}

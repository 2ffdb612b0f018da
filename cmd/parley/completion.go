package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"Shell: ${enum}."`
}

// Help shows examples.
func (*completionCmd) Help() string {
	return `It prints a script. In bash put this into ~/.bashrc, or run it once:

  source <(parley completion bash)

In zsh save it as _parley in a folder of $fpath, in fish as
~/.config/fish/completions/parley.fish.

Examples:

  parley completion bash
  parley completion zsh
  parley completion fish`
}

// Run prints the script.
func (c *completionCmd) Run(g *globals) error {
	script := map[string]func([]place) string{"bash": bashScript, "zsh": zshScript, "fish": fishScript}[c.Shell]
	_, err := fmt.Fprint(g.stdout, script(places(g.parsed.Model.Node)))
	return err
}

// place is a point on the command line: what may follow the words so far.
type place struct {
	path     string // "app create"; "" at the beginning
	commands []candidate
	flags    []candidate
	choices  []string // of the argument
}

// candidate is a word that may come next, and what is said of it.
type candidate struct {
	word, help string
	value      bool     // a flag that takes one
	choices    []string // of the value
}

// places lists the commands that are not hidden, groups before their members.
func places(root *kong.Node) []place {
	var list []place
	var walk func(path []string, flags []candidate, n *kong.Node)
	walk = func(path []string, flags []candidate, n *kong.Node) {
		p := place{path: strings.Join(path, " "), flags: append(slices.Clip(flags), flagsOf(n)...)}
		for _, arg := range n.Positional {
			p.choices = append(p.choices, choicesOf(arg)...)
		}
		for _, child := range n.Children {
			if !child.Hidden {
				p.commands = append(p.commands, candidate{word: child.Name, help: child.Help})
			}
		}
		list = append(list, p)
		for _, child := range n.Children {
			if !child.Hidden {
				walk(append(slices.Clip(path), child.Name), p.flags, child)
			}
		}
	}
	walk(nil, nil, root)
	return list
}

func flagsOf(n *kong.Node) (flags []candidate) {
	for _, f := range n.Flags {
		if f.Hidden {
			continue
		}
		flags = append(flags, candidate{word: "--" + f.Name, help: f.Help, value: !f.IsBool(), choices: choicesOf(f.Value)})
		if f.Tag.Negatable != "" {
			flags = append(flags, candidate{word: "--no-" + f.Name, help: f.Help})
		}
	}
	return flags
}

func choicesOf(v *kong.Value) []string {
	if v.Enum == "" {
		return nil
	}
	return v.EnumSlice()
}

// valued lists the flags that take a value, each once.
func valued(list []place) (flags []candidate) {
	seen := map[string]bool{}
	for _, p := range list {
		for _, f := range p.flags {
			if f.value && !seen[f.word] {
				seen[f.word] = true
				flags = append(flags, f)
			}
		}
	}
	return flags
}

// next lists the words that may follow.
func (p place) next() (words []string) {
	for _, c := range append(slices.Clip(p.commands), p.flags...) {
		words = append(words, c.word)
	}
	return append(words, p.choices...)
}

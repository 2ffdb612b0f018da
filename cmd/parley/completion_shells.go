package main

import (
	"fmt"
	"strings"
)

// quoted is text as one word of bash, zsh and fish alike. Apostrophes of help
// texts become typographic ones.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "’") + "'" }

// paths are the patterns of a shell's case for all commands.
func paths(list []place, separator string) string {
	var words []string
	for _, p := range list {
		if p.path != "" {
			words = append(words, quoted(p.path))
		}
	}
	return strings.Join(words, separator)
}

const bashHead = `# Completion of parley for bash.
_parley() {
    local cur="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"
    local at='' word='' words='' i
    for ((i = 1; i < COMP_CWORD; i++)); do
        word="${at:+$at }${COMP_WORDS[i]}"
        case "$word" in
        %s) at="$word" ;;
        esac
    done
    COMPREPLY=()
    case "$before" in
`

// bashScript offers words; where there are none, bash offers files.
func bashScript(list []place) string {
	var b strings.Builder
	fmt.Fprintf(&b, bashHead, paths(list, "|"))
	for _, f := range valued(list) {
		if len(f.choices) > 0 {
			fmt.Fprintf(&b, "    %s) COMPREPLY=($(compgen -W %s -- \"$cur\")); return ;;\n", f.word, quoted(strings.Join(f.choices, " ")))
		} else {
			fmt.Fprintf(&b, "    %s) return ;;\n", f.word)
		}
	}
	b.WriteString("    esac\n    case \"$at\" in\n")
	for _, p := range list {
		fmt.Fprintf(&b, "    %s) words=%s ;;\n", quoted(p.path), quoted(strings.Join(p.next(), " ")))
	}
	b.WriteString("    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o default -F _parley parley\n")
	return b.String()
}

const zshHead = `#compdef parley
# Completion of parley for zsh.
_parley() {
    local at='' word='' i
    local -a offered switches
    for ((i = 2; i < CURRENT; i++)); do
        word="${at:+$at }${words[i]}"
        case "$word" in
        %s) at="$word" ;;
        esac
    done
    case "${words[CURRENT-1]}" in
`

const zshTail = `    esac
    (( $#offered )) && _describe command offered
    [[ "$PREFIX" == -* ]] && _describe -o flag switches
    (( $#offered )) || _files
}
if [[ "$funcstack[1]" == "_parley" ]]; then
    _parley "$@"
else
    compdef _parley parley
fi
`

// zshScript offers words with what they mean.
func zshScript(list []place) string {
	var b strings.Builder
	fmt.Fprintf(&b, zshHead, paths(list, "|"))
	for _, f := range valued(list) {
		offer := "_files"
		if len(f.choices) > 0 {
			offer = "compadd -- " + strings.Join(f.choices, " ")
		}
		fmt.Fprintf(&b, "    %s) %s; return ;;\n", f.word, offer)
	}
	b.WriteString("    esac\n    case \"$at\" in\n")
	for _, p := range list {
		fmt.Fprintf(&b, "    %s)\n        offered=(%s)\n        switches=(%s) ;;\n",
			quoted(p.path), described(append(plainWords(p.choices), p.commands...)), described(p.flags))
	}
	return b.String() + zshTail
}

func plainWords(words []string) (list []candidate) {
	for _, w := range words {
		list = append(list, candidate{word: w, help: w})
	}
	return list
}

func described(list []candidate) string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = quoted(c.word + ":" + strings.ReplaceAll(c.help, ":", `\:`))
	}
	return strings.Join(words, " ")
}

const fishHead = `# Completion of parley for fish.
function __parley_at
    set -l at
    for word in (commandline -opc)[2..-1]
        set -l next (string join ' ' $at $word)
        if contains -- "$next" %s
            set at $next
        end
    end
    test "$argv[1]" = "$at"
end
complete -c parley -f
`

// fishScript offers words with what they mean.
func fishScript(list []place) string {
	var b strings.Builder
	fmt.Fprintf(&b, fishHead, paths(list, " "))
	for _, p := range list {
		at := fmt.Sprintf("complete -c parley -n \"__parley_at %s\"", quoted(p.path))
		for _, c := range append(plainWords(p.choices), p.commands...) {
			fmt.Fprintf(&b, "%s -a %s -d %s\n", at, c.word, quoted(c.help))
		}
		for _, f := range p.flags {
			fmt.Fprintf(&b, "%s -l %s%s -d %s\n", at, strings.TrimPrefix(f.word, "--"), fishValues(f), quoted(f.help))
		}
	}
	return b.String()
}

func fishValues(f candidate) string {
	switch {
	case !f.value:
		return ""
	case len(f.choices) > 0:
		return " -x -a " + quoted(strings.Join(f.choices, " "))
	}
	return " -r -F"
}

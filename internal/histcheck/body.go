package histcheck

import (
	"fmt"
	"strconv"
	"strings"
)

// author is the scope of an idempotency key within one channel.
type author struct{ client, key string }

// Body returns a message text that carries its client and key in front, so
// that the stored message can be traced to the send that caused it.
func Body(client, key, text string) string {
	return fmt.Sprintf("%q %q %s", client, key, text)
}

// ParseBody returns the client and the key of a text made by Body.
func ParseBody(body string) (client, key string, ok bool) {
	client, rest, ok := quoted(body)
	if !ok {
		return "", "", false
	}
	key, _, ok = quoted(rest)
	return client, key, ok
}

// quoted splits off a quoted word and the blank behind it.
func quoted(s string) (word, rest string, ok bool) {
	prefix, err := strconv.QuotedPrefix(s)
	if err != nil {
		return "", "", false
	}
	word, err = strconv.Unquote(prefix)
	if err != nil {
		return "", "", false
	}
	rest, ok = strings.CutPrefix(s[len(prefix):], " ")
	return word, rest, ok
}

// authorOf returns the author that a body names; the zero author when none.
func authorOf(body string) author {
	client, key, ok := ParseBody(body)
	if !ok {
		return author{}
	}
	return author{client, key}
}

// parseID reads an id: decimal digits, no sign, no leading zero, 1 to 2^63-1.
func parseID(s string) (int64, bool) {
	if s == "" || s[0] < '1' || s[0] > '9' {
		return 0, false
	}
	id, err := strconv.ParseInt(s, 10, 64)
	return id, err == nil
}
